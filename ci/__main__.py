"""`python -m ci`: the jobs on the command line; each is as good in a terminal as in CI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from ci import forges, jobs, login, move_state, stacks
from ci.errors import JobError


@click.group()
def main() -> None:
    """Jobs of the infrastructure's pipeline; the assistant's are `.venv/bin/python -m ci.assistant`."""


only_option = click.option(
    "--only",
    type=click.Choice(["real", "simulated"]),
    help="Those whose cloud bootstrap/ has prepared (its variables are here), or those whose it has not.",
)


@main.command()
@click.argument("base")
@only_option
def changed(base: str, only: str | None) -> None:
    """Print, as JSON, the stacks that the commits since BASE concern."""
    command = ["git", "diff", "--name-only", "-z", f"{base}...HEAD", "--"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git, our words
    if done.returncode:
        fail(JobError(done.stderr.strip(), remedy="Fetch the base too (actions/checkout: `fetch-depth: 0`)."))
    click.echo(json.dumps(_chosen(stacks.concerned(done.stdout.split("\0")), only)))


@main.command()
@only_option
def tiers(only: str | None) -> None:
    """Print `<tier>=<stacks as JSON>` for each tier of stacks/tiers.yaml, and for all."""

    def job() -> None:
        for tier, names in stacks.tiers().items():
            chosen = _chosen(names, only)
            click.echo(f"{tier}={json.dumps(chosen)}")
            if only == "real" and tier != "all":
                for name in names:
                    if name not in chosen:
                        click.echo(login.not_bootstrapped(name), err=True)

    attempt(job)


@main.command()
@click.argument("stack")
def kind(stack: str) -> None:
    """Print how a pull request's job can preview STACK: `real` or `simulated`."""

    def job() -> None:
        real = login.previews_for_real(stack, login.given_variables())
        click.echo("real" if real else "simulated")

    attempt(job)


@main.command()
@click.argument("stack")
def cloud(stack: str) -> None:
    """Print the cloud that STACK's jobs log in to."""
    attempt(lambda: click.echo(login.cloud_of(stack, login.given_variables())))


@main.command(name="login")
@click.argument("stack")
@click.argument("identity", type=click.Choice(["PREVIEW", "DEPLOY"]))
def login_(stack: str, identity: login.Identity) -> None:
    """Log in to STACK's cloud, and give what that takes to GitHub's next steps or, as exports, to a shell."""

    def job() -> None:
        found = login.log_in(stack, identity, login.folder_for_tokens(os.environ), os.environ)
        click.echo(login.hand_over(found, os.environ), nl=False)

    attempt(job)


@main.command()
@click.argument("stack")
@click.option("--simulated", is_flag=True, help="On the simulated cloud: no account, no credentials.")
@click.option("--base", type=click.Path(path_type=Path), help="A checkout of what is up now (--simulated).")
def preview(stack: str, *, simulated: bool, base: Path | None) -> None:
    """Preview STACK and comment on the pull request."""
    job, forge = jobs.this_job(), forges.from_environment()
    if simulated:
        # Here, as it takes a second to import and the other commands are quick.
        from ci import simulated as simulation  # noqa: PLC0415

        attempt(lambda: simulation.preview(stack, base, job, forge))
    else:
        attempt(lambda: jobs.preview(stack, job, forge))


@main.command()
@click.argument("stack")
@click.option("--allow-data-loss", is_flag=True, help="Data stores of production may be deleted or replaced.")
def up(stack: str, *, allow_data_loss: bool) -> None:
    """Bring STACK up; refuses to lose data of production."""
    attempt(
        lambda: jobs.up(stack, jobs.this_job(), forges.from_environment(), allow_data_loss=allow_data_loss)
    )


@main.command(name="check-stacks")
def check_stacks() -> None:
    """Check each stack in stacks/ without an account: mistakes, policies, a simulated `up`."""

    def job() -> None:
        # Here, as it takes a second to import and the other commands are quick.
        from ci.check_stacks import check  # noqa: PLC0415

        failed = 0
        for verdict in check():
            failed += verdict.failed
            click.echo(f"{verdict.stack}: {verdict.summary}")
            for line in verdict.details:
                click.echo(f"    {line}")
        if failed:
            raise JobError(
                f"{failed} of the stacks in stacks/ failed", remedy="The lines above say what to change."
            )

    attempt(job)


@main.command()
@click.argument("stack")
def drift(stack: str) -> None:
    """Compare STACK's state with the cloud; opens or updates an issue if they differ."""
    attempt(lambda: jobs.drift(stack, jobs.this_job(), forges.from_environment()))


@main.command(name="move-state")
@click.argument("stack")
@click.option("--to", required=True, help="URL of the back end that bootstrap/ made (…_BACKEND_URL).")
@click.option("--secrets-provider", required=True, help="Its key (…_SECRETS_PROVIDER).")
@click.option("--from", "source", help="URL of the present back end; by default where Pulumi is logged in.")
def move_state_(stack: str, to: str, secrets_provider: str, source: str | None) -> None:
    """Move STACK's state to another back end, its secrets to another key; or make it there, if it is new."""
    asked = move_state.Move(stack=stack, to=to, secrets_provider=secrets_provider, source=source)
    attempt(lambda: click.echo(move_state.move(asked)))


@main.command(name="recover")
@click.argument("stack")
@click.option(
    "--none-left", is_flag=True, help="What this command named was looked for, and deleted if found."
)
def recover_(stack: str, *, none_left: bool) -> None:
    """Settle what was under way when an `up` of STACK was cut off (docs/recovery.md)."""

    def job() -> None:
        # Here, as it takes a second to import and the other commands are quick.
        from ci import recover  # noqa: PLC0415

        lost = recover.recover(stack, none_left=none_left)
        if lost:
            raise JobError(
                recover.to_look_for(stack, lost),
                remedy="Look for each in the account, delete what is there (docs/recovery.md), then run:"
                f" .venv/bin/python -m ci recover {stack} --none-left",
            )
        click.echo(f"{stack}: nothing is pending. Go on with: make up STACK={stack}")

    attempt(job)


def _chosen(found: Sequence[str], only: str | None) -> list[str]:
    given = login.given_variables()
    return [name for name in found if only is None or login.is_bootstrapped(name, given) == (only == "real")]


def attempt(job: Callable[[], None]) -> None:
    """Run a job; a refusal is a message and a status, not a traceback."""
    try:
        job()
    except JobError as error:
        fail(error)


def fail(error: JobError) -> None:
    """End with the message, the remedy last."""
    click.echo(f"error: {error}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main(prog_name=".venv/bin/python -m ci")
