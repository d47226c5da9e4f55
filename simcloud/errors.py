"""The errors that end a command with one message and no traceback."""

from __future__ import annotations


class SimcloudError(Exception):
    """A person's mistake or a missing tool; its text says what to do next."""


class CloudError(Exception):
    """What the simulated cloud answers to a call that the real cloud would refuse."""


class NotFoundError(CloudError):
    """A call on something that the account does not hold (any more)."""
