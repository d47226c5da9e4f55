"""`python -m ci.images STACK` prints the shell commands that copy a stack's images and charts into a mirror.

What the stack file's owner alone can decrypt is not needed: a stand-in serves, as on the simulated cloud.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from components.config.installed import charts, used_images
from components.config.load import parse
from components.config.settings import NAMESPACE, Settings
from components.contract.errors import ConfigurationError
from components.contract.images import OCI, Chart, in_mirror, split
from simcloud.errors import SimcloudError
from simcloud.wire import Value, is_list, is_map
from simcloud.workspace import Workspace

ROOT = Path(__file__).parents[1]
EXAMPLE = "registry.example.com/mirror"
TOOLS = {"crane": ("crane copy", ""), "skopeo": ("skopeo copy --all", "docker://")}
"""Tool → its command, which copies every platform of an image, and what stands before a name."""
NO_DIGEST = """\
# By tag, since only the registry that has an image knows the digest of its tag; a copy has the same digest.
# By digest where the stack file pins one (rasa:assistant.image.digest, image@sha256:...)."""


def settings_of(stack: str, stacks: Path | None = None) -> Settings:
    """The settings of a stack file, wherever it lies (SimcloudError, ConfigurationError)."""
    with tempfile.TemporaryDirectory() as folder:
        config = Workspace(ROOT, stack, Path(folder), stacks).config
    prefix = f"{NAMESPACE}:"
    raw = {
        key.removeprefix(prefix): _opened(value) for key, value in config.items() if key.startswith(prefix)
    }
    return parse(raw, secret_keys=frozenset(raw), stack=stack, today=datetime.now(tz=UTC).date())


def commands(settings: Settings, mirror: str, tool: str) -> Iterator[str]:
    """One for each image, two for each chart; a comment for what the mirror's registry has already."""
    for image in dict.fromkeys(used_images(settings)):
        yield _image_command(image, mirror, tool)
    for chart in charts(settings):
        yield from _chart_commands(chart, mirror)


def _image_command(image: str, mirror: str, tool: str) -> str:
    copy = in_mirror(image, mirror)
    if copy == image:
        return f"# there already: {image}"
    command, scheme = TOOLS[tool]
    name, _, digest = image.partition("@")
    host, path = split(name)
    # Skopeo takes no name with both. A digest alone is copied to itself.
    source = f"{host}/{path.rpartition(':')[0] or path}@{digest}" if digest else f"{host}/{path}"
    target = copy if digest and ":" not in path else copy.partition("@")[0]
    return f"{command} {scheme}{source} {scheme}{target}"


def _chart_commands(chart: Chart, mirror: str) -> Iterator[str]:
    copy = in_mirror(chart.source, mirror)
    if chart.is_local or copy == chart.source:
        yield f"# there already: {chart.ref}"
        return
    folder, _, name = copy.rpartition("/")
    repository = "" if chart.repository is None else f" --repo {chart.repository}"
    yield f"helm pull {chart.ref}{repository} --version {chart.version}"
    yield f"helm push {name}-{chart.version}.tgz {OCI}{folder}"


def _opened(value: Value) -> object:
    """Without the marks of what is encrypted."""
    if is_map(value):
        return (
            value["secure"]
            if value.keys() == {"secure"}
            else {key: _opened(one) for key, one in value.items()}
        )
    return [_opened(one) for one in value] if is_list(value) else value


@click.command()
@click.argument("stack")
@click.option("--stacks", type=click.Path(path_type=Path), help="Folder of stack files; by default stacks/.")
@click.option("--mirror", default="", help="Registry and path; by default rasa:registry.mirror of the stack.")
@click.option("--tool", type=click.Choice([*TOOLS]), default="crane", show_default=True)
def main(stack: str, stacks: Path | None, mirror: str, tool: str) -> None:
    """Print the commands that copy STACK's images and charts into its mirror."""
    try:
        settings = settings_of(stack, stacks)
    except (SimcloudError, ConfigurationError) as error:
        raise click.ClickException(str(error)) from None
    where = mirror or settings.registry.mirror or EXAMPLE
    click.echo(f"# Images and charts of the stack {stack}, for {where}.\n{NO_DIGEST}")
    for line in commands(settings, where, tool):
        click.echo(line)


if __name__ == "__main__":
    main(prog_name=".venv/bin/python -m ci.images")
