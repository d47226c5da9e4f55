"""`python -m simcloud`: the simulated cloud on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn, TypeVar, cast

import click
from rich.markup import escape

from components.stack.version import version
from simcloud.demo import show
from simcloud.errors import SimcloudError
from simcloud.lifecycle import Lifecycle
from simcloud.progress import Unread, progress_on
from simcloud.report import Change
from simcloud.run import Result, Simulation
from simcloud.wire import as_map
from simcloud.workspace import ROOT, split_setting

Command = TypeVar("Command", bound=Callable[..., None])
console = Unread(highlight=False, soft_wrap=True)
progress = progress_on(console)


def _fail(messages: list[str]) -> NoReturn:
    for message in messages:
        console.print(f"[bold red]error:[/] {escape(message)}")
    sys.exit(1)


def _common(command: Command) -> Command:
    """Add the options that every command has."""
    for option in reversed(
        [
            click.argument("stack"),
            click.option(
                "--time-scale",
                type=click.FloatRange(min=0),
                default=0,
                help="Real seconds per simulated second.",
            ),
            click.option(
                "--config",
                "settings",
                multiple=True,
                metavar="KEY=VALUE",
                help="Override the stack's config.",
            ),
            click.option(
                "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write a JSON report here."
            ),
            click.option(
                "--state-dir",
                type=click.Path(file_okay=False, path_type=Path),
                help="Default: .simcloud/STACK.",
            ),
            click.option(
                "--project",
                type=click.Path(file_okay=False, path_type=Path),
                default=ROOT,
                help="Where Pulumi.yaml is.",
            ),
            click.option(
                "--stacks",
                type=click.Path(file_okay=False, path_type=Path),
                help="Folder of the stack's file. Default: the project's stacks/, then its examples/.",
            ),
        ]
    ):
        command = option(command)
    return command


def _simulation(stack: str, options: dict[str, object]) -> Simulation:
    settings = dict(map(split_setting, cast("tuple[str, ...]", options["settings"])))
    state_dir, project, scale = options["state_dir"], options["project"], options["time_scale"]
    stacks = options["stacks"]
    simulation = Simulation(
        stack,
        state_dir=state_dir if isinstance(state_dir, Path) else None,
        project=project if isinstance(project, Path) else ROOT,
        stacks=stacks if isinstance(stacks, Path) else None,
        config=settings,
        time_scale=float(scale) if isinstance(scale, int | float) else 0,
        progress=progress,
    )
    if simulation.workspace.stand_ins:
        keys = ", ".join(simulation.workspace.stand_ins)
        console.print(
            f"[dim]note: the stack file lacks {keys}: stand-ins of simcloud/secrets.yaml are used[/]"
        )
    return simulation


def _finish(results: list[Result], report: object, problem: str = "") -> None:
    last = results[-1]
    if isinstance(report, Path):
        content = (
            {**last.report, "steps": [result.report for result in results]}
            if len(results) > 1
            else last.report
        )
        if problem:
            content = {**content, "result": "failed", "error": [problem]}
        report.write_text(json.dumps(content, indent=1, ensure_ascii=False))
        console.print(f"report: {report}")
    for message in last.messages:
        console.print(f"[dim]note: {escape(message)}[/]")
    counts = ", ".join(f"{count} {op}" for op, count in as_map(last.report["summary"]).items())
    if problem or not last.success:
        _fail([problem] if problem else last.errors)
    console.print(f"[bold]{last.command} of {last.report['stack']} succeeded[/]: {counts or 'nothing to do'}")
    path = as_map(last.report.get("critical_path"))
    if path and last.command == "up":
        console.print(
            f"on the real cloud a first `up` would take about {float(str(path['seconds'])) / 60:.0f} minutes"
        )


@click.group()
@click.version_option(version(), message="%(version)s")
def main() -> None:
    """Run a stack on the real Pulumi engine and a simulated cloud: no account, no cost."""


def _run(action: Callable[[], None]) -> None:
    try:
        action()
    except SimcloudError as error:
        _fail([str(error)])


def _watched(command: Callable[..., Result], expected: Iterable[Change] = (), **options: object) -> Result:
    with progress.running(expected):
        return command(**options)


@main.command()
@_common
def preview(stack: str, **options: object) -> None:
    """Show what `up` would change."""
    _run(lambda: _finish([_watched(_simulation(stack, options).preview)], options["report"]))


@main.command()
@_common
@click.option(
    "--fail",
    multiple=True,
    metavar="TYPE-REGEX:OP[:N]",
    help="Let the first N creates, updates or deletes fail.",
)
def up(stack: str, fail: tuple[str, ...], **options: object) -> None:
    """Create or update the stack."""
    _run(lambda: _finish([_watched(_simulation(stack, options).up, fail=fail)], options["report"]))


@main.command()
@_common
@click.option(
    "--drift", multiple=True, metavar="TYPE-REGEX:property=value", help="Change this in the cloud first."
)
def refresh(stack: str, drift: tuple[str, ...], **options: object) -> None:
    """Read the cloud's state into the stack's."""
    _run(lambda: _finish([_watched(_simulation(stack, options).refresh, drift=drift)], options["report"]))


@main.command()
@_common
@click.option("--fail", multiple=True, metavar="TYPE-REGEX:OP[:N]", help="Let the first N deletes fail.")
def destroy(stack: str, fail: tuple[str, ...], **options: object) -> None:
    """Delete the stack's resources."""
    _run(lambda: _finish([_watched(_simulation(stack, options).destroy, fail=fail)], options["report"]))


@main.command()
@_common
def lifecycle(stack: str, **options: object) -> None:
    """Take the stack through its whole life on a fresh account."""

    def action() -> None:
        simulation = _simulation(stack, options)
        with progress.running():
            outcome = Lifecycle(simulation, progress.title).run()
        _finish(outcome.steps, options["report"], outcome.problem)
        console.print(f"[bold green]lifecycle of {stack} passed[/]: {len(outcome.steps)} steps")

    _run(action)


@main.command()
@_common
def demo(stack: str, **options: object) -> None:
    """Bring the stack up on a fresh account and show what it is."""

    def action() -> None:
        simulation = _simulation(stack, options)
        simulation.workspace.forget()
        progress.title(f"preview of {stack}, on a simulated cloud")
        preview = _watched(simulation.preview)
        if not preview.success:
            _finish([preview], options["report"])
        progress.title(f"up of {stack}, on a simulated cloud")
        result = _watched(simulation.up, expected=preview.changes)
        _finish([result], options["report"])
        show(console, simulation, result)

    _run(action)
