"""`python -m ci.assistant`: the assistant's pipeline, step by step or as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ci import pulumi_cli, stacks
from ci.__main__ import attempt
from ci.assistant import archive, release, storage
from ci.assistant.target import StackTarget

if TYPE_CHECKING:
    from components.rasa.spec.versions import Image

MODEL = click.Path(dir_okay=False, path_type=Path)
storage_option = click.option(
    "--storage", "url", help="s3://…, gs://… or azblob://…; by default the stack's."
)


@click.group()
def main() -> None:
    """Check, upload, release and take back a trained assistant."""


@main.command()
@click.argument("stack")
def version(stack: str) -> None:
    """Print the image tag to train with: the one that STACK runs."""
    attempt(lambda: click.echo(serving(stack)))


@main.command()
def repository() -> None:
    """Print the image to train with."""
    click.echo(default_image().repository)


@main.command()
@click.argument("stack")
@click.argument("model", type=MODEL)
def check(stack: str, model: Path) -> None:
    """Check that MODEL is a model, trained with the version that STACK runs."""
    attempt(lambda: archive.check_version(archive.read(model), serving(stack)))


@main.command(name="release")
@click.argument("stack")
@click.argument("model", type=MODEL)
@click.option("--name", required=True, help="What to call it in the storage: the commit.")
@storage_option
def release_(stack: str, model: Path, name: str, url: str | None) -> None:
    """Release MODEL to STACK; rolls back if it does not serve. Run again, it goes on where it stopped."""

    def job() -> None:
        stacks.refuse_unlisted(stack)
        found = archive.read(model)
        archive.check_version(found, serving(stack))
        place = storage.connect(url or pulumi_cli.output(stack, "modelStorage"))
        release.release(stack, name, found, place, StackTarget(stack=stack), click.echo)

    attempt(job)


@main.command(name="roll-back")
@click.argument("stack")
@storage_option
def roll_back(stack: str, url: str | None) -> None:
    """Let STACK serve the model before the present one."""

    def job() -> None:
        place = storage.connect(url or pulumi_cli.output(stack, "modelStorage"))
        click.echo(f"{stack} serves {release.back(stack, place, StackTarget(stack=stack))}")

    attempt(job)


@main.command()
@click.argument("stack")
@storage_option
def pin(stack: str, url: str | None) -> None:
    """Write the released model into STACK's settings: an `up` of the infrastructure must not change it."""

    def job() -> None:
        where = url or pulumi_cli.outputs(stack).get("modelStorage")
        # Before its first `up` a stack has no storage, and no release to keep.
        journal = release.read_journal(storage.connect(str(where)), stack) if where else None
        # Nor does one that serves the first model, whose file need not be in this checkout.
        first = stacks.upload(stack)
        target = StackTarget(stack=stack)
        if journal:
            # What the state knows is not to be had by writing to the model storage.
            target.name(journal.proven, target.sha256(journal.proven) or journal.proven_sha256)
        elif first is not None and pulumi_cli.outputs(stack).get("model") == first:
            target.name(first, target.sha256(first))

    attempt(job)


def serving(stack: str) -> str:
    """The image tag that a stack runs."""
    return stacks.read(stack).image_tag or default_image().tag


def default_image() -> Image:
    """What a stack runs that names no image."""
    # Here, as it takes a second to import and `--help` is quick.
    from components.rasa.spec.versions import Image  # noqa: PLC0415

    return Image()


if __name__ == "__main__":
    main(prog_name=".venv/bin/python -m ci.assistant")
