"""The policies as a Pulumi policy pack.

`pulumi preview --policy-pack policy/pack`; CI does so in every preview and before every `up`.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

# The engine starts the pack in a directory of its own; the policies stand two folders above.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if find_spec("pulumi_policy") is None:
    sys.exit("pulumi-policy is not in .venv; install it with: make environment STACK=<stack> WITH=policy")

from pulumi_policy import EnforcementLevel, PolicyPack

from policy.rules import rules

PolicyPack(name="rasa", enforcement_level=EnforcementLevel.MANDATORY, policies=rules())
