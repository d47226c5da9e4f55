"""`make provider-up`: aws-dev made and deleted by the AWS provider's own plugin, on an emulator of AWS.

It needs what `make provider-preview` needs, of fewer clouds, and says likewise where that cannot be had. The
emulator is moto, of the development environment, so the run goes as far as moto does: what it lacks (EKS'
add-ons, MSK's topics, ElastiCache's groups of users, all that is in a cluster) is counted with its words,
and what needs that is not reached. It fails where the provider itself refuses an input or says anything
that is not about an answer of the emulator, where nothing of a type comes up that moto is known to have,
and where something that was made is not deleted.

What was not seen before this was written: the run with the provider's own plugin. The driver was, over the
simulated plugins (test_on_engine.py); how moto answers what it lacks was, by boto3 (test_emulated.py).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.aws_emulator import aws_emulator
from tests.provider_preview import emulated, plugins, previews

PACKAGES = ("aws", "kubernetes", "random")


def main() -> int:
    """Go up and down; the number of what is wrong."""
    wanted = emulated.asked()
    with tempfile.TemporaryDirectory() as where, aws_emulator() as url:
        folder = Path(where)
        variables = emulated.environment(folder, url)
        missing = plugins.missing(variables, PACKAGES)
        if missing:
            sys.stdout.writelines(f"not to be had: {line}\n" for line in missing)
            sys.stdout.write(f"0 of {len(wanted)} resources of {emulated.STACK} made\n")
            return len(wanted) if os.environ.get("REQUIRE_PLUGINS") else 0
        return up_and_down(previews.clone(folder), variables)


def up_and_down(checkout: Path, variables: dict[str, str]) -> int:
    """The same in a clone that there is, with the `pulumi` on PATH."""
    wanted = emulated.asked()
    previews.write_example(emulated.STACK, checkout, variables)
    up = emulated.run("up", checkout, variables)
    down = emulated.run("destroy", checkout, variables)
    lines = [f"{len(up.done)} of {len(wanted)} resources of {emulated.STACK} made"]
    lines += [f"refused  {type_}: {text}" for type_, text in sorted({**down.refused, **up.refused}.items())]
    lines.append(f"{len(set(down.done) & set(up.done))} of {len(up.done)} deleted")
    here = {type_ for type_, _ in up.done}
    wrong = [*up.faults, *down.faults]
    wrong += [f"no {type_} came up" for type_ in emulated.COME_UP if type_ not in here]
    wrong += [f"{name} ({type_}) was not deleted" for type_, name in sorted(set(up.done) - set(down.done))]
    sys.stdout.writelines(f"{line}\n" for line in [*lines, *(f"FAILED   {text}" for text in wrong)])
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main() > 0)
