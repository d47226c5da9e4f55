"""Patterns that several keys share, and what messages say of them instead."""

from __future__ import annotations

from collections.abc import Mapping

LABEL_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""A label of DNS (RFC 1123), as which Kubernetes names namespaces and Services."""
OBJECT_NAME = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
"""Name of any other Kubernetes object."""
DIGEST = r"^sha256:[0-9a-f]{64}$"
"""Of an image."""
SHA256 = r"^[0-9a-f]{64}$"
IN_WORDS: Mapping[str, str] = {
    LABEL_NAME: "lower-case letters, digits and hyphens, 63 at most",
    OBJECT_NAME: "lower-case letters, digits, hyphens and dots, 253 at most",
    DIGEST: "sha256: and 64 hexadecimal digits",
    SHA256: "64 hexadecimal digits",
}
