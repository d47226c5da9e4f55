"""`python -m ci.settle STACK` reads anew what services change and the program ignores, before `make up`."""

from __future__ import annotations

import sys

from ci import pulumi_cli
from ci.errors import JobError

if __name__ == "__main__":
    try:
        read = pulumi_cli.settle(sys.argv[1])
    except JobError as error:
        sys.exit(f"error: {error}")
    if read:
        sys.stdout.write(f"read anew, as services change them by themselves: {len(read)} resources\n")
