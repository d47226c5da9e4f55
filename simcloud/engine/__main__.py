"""`python -m simcloud.engine` prints where the Pulumi engine is, getting it first if need be."""

from __future__ import annotations

import shutil
import sys

from simcloud.engine import find
from simcloud.errors import SimcloudError

try:
    command = find()
except SimcloudError as error:
    sys.exit(str(error))
sys.stdout.write(f"{shutil.which(command.command) or command.command}\n")
