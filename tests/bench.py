"""What an `up` and a `preview` cost: `make bench`. Each figure from one run; times are told as ratios.

- the critical path of a first `up` against its lower bound (the same along data flow alone), and against a
  run that waits its durations in scaled time;
- `preview` of the stack against `preview` of an empty program on the same engine, and peak memory;
- that only the chosen cloud's SDK was imported.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tests.simulations import IN_EXAMPLES

CLOUD_SDKS = {"aws": "pulumi_aws", "azure": "pulumi_azure_native", "gcp": "pulumi_gcp"}
WIDEST_RATIO = 1.05
"""Critical path over lower bound: what `depends_on` may add to a first `up`."""
WIDEST_ERROR = 0.10
"""Between the computed path and the measured run."""
SAME_PROCESS = """
import sys
from pathlib import Path
from tests.simulations import example
result = example(sys.argv[1], Path(sys.argv[2])).preview()
assert result.success, result.errors
print(*(name for name in sys.argv[3:] if name in sys.modules))
"""


@dataclass(frozen=True)
class Cost:
    """What one command took."""

    seconds: float
    peak_mib: float


def run(command: list[str]) -> Cost:
    """Run a command to its end; stop the bench with its output if it fails."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException(f"{' '.join(command)} failed:\n{output}")
    return Cost(time.perf_counter() - begin, usage.ru_maxrss / 1024)


def simcloud(command: str, stack: str, *options: str, places: Sequence[str] = IN_EXAMPLES) -> list[str]:
    return [sys.executable, "-m", "simcloud", command, stack, *places, *options]


def critical_path(stack: str, scale: float, folder: Path) -> bool:
    """Compare the computed path with its bound, and with a run that waits."""
    report = folder / "up.json"
    run(
        simcloud(
            "up",
            stack,
            "--state-dir",
            str(folder / "up"),
            "--report",
            str(report),
            "--time-scale",
            str(scale),
        )
    )
    told: Any = json.loads(report.read_text())
    path, bound = told["critical_path"], told["lower_bound"]
    operations = told["operations"]
    measured = max(o["end"] for o in operations if "end" in o) - min(
        o["start"] for o in operations if "start" in o
    )
    ratio, error = path["seconds"] / bound["seconds"], measured / path["seconds"] - 1
    click.echo(f"first up of {stack}, by published durations: {path['seconds'] / 60:.1f} minutes")
    for urn in path["chain"]:
        click.echo(f"    {urn.split('::')[-2].split('$')[-1]} {urn.split('::')[-1]}")
    click.echo(f"critical path / lower bound: {ratio:.3f} (at most {WIDEST_RATIO})")
    click.echo(f"measured, at {scale} real seconds per simulated second: {measured / 60:.1f} minutes")
    click.echo(f"measured / computed - 1: {error:+.1%} (at most {WIDEST_ERROR:.0%})")
    return ratio <= WIDEST_RATIO and abs(error) <= WIDEST_ERROR


def preview_cost(stack: str, folder: Path) -> None:
    """Compare `preview` of the stack with `preview` of a program that asks for nothing."""
    empty = folder / "empty"
    (empty / "stacks").mkdir(parents=True)
    (empty / "Pulumi.yaml").write_text("name: rasa\nruntime: python\nstackConfigDir: stacks\n")
    (empty / "stacks" / "Pulumi.empty.yaml").write_text("config: {}\n")
    (empty / "__main__.py").write_text("")
    state, project = str(folder / "e"), ("--project", str(empty))
    nothing = run(simcloud("preview", "empty", "--state-dir", state, places=project))
    everything = run(simcloud("preview", stack, "--state-dir", str(folder / "p")))
    ratio = everything.seconds / nothing.seconds
    memory = f"peak memory {everything.peak_mib:.0f} MiB / {nothing.peak_mib:.0f} MiB"
    click.echo(f"preview of {stack} / preview of an empty program: {ratio:.2f} ({memory})")


def imported_sdks(stack: str, folder: Path) -> bool:
    """See which clouds' SDKs a preview loads."""
    command = [sys.executable, "-c", SAME_PROCESS, stack, str(folder / "i"), *CLOUD_SDKS.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    click.echo(f"cloud SDKs imported: {done.stdout.strip()}")
    return done.stdout.split() == [CLOUD_SDKS[stack.partition("-")[0]]]


@click.command()
@click.argument("stack", default="aws-production")
@click.option("--time-scale", default=0.05, help="Real seconds per simulated second of the measured run.")
def main(stack: str, time_scale: float) -> None:
    """Measure STACK and fail where a bound is crossed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        preview_cost(stack, folder)
        only_one = imported_sdks(stack, folder)
        in_bounds = critical_path(stack, time_scale, folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    click.echo(f"peak memory of any process of the bench: {peak:.0f} MiB")
    if not (only_one and in_bounds):
        raise click.ClickException("a bound was crossed: see above")


if __name__ == "__main__":
    main()
