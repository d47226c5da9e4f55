"""The summary after an `up`: the resources, the endpoints, and how long the real clouds take."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from simcloud.report import create_seconds
from simcloud.run import Result, Simulation
from simcloud.wire import Properties, as_list, as_map


def show(console: Console, simulation: Simulation, result: Result) -> None:
    """Print all of it."""
    resources = simulation.workspace.resources()
    console.print()
    console.print(resource_tree(simulation.workspace.stack, resources))
    endpoints = result.outputs.get("endpoints")
    if isinstance(endpoints, str):
        console.print("\n[bold]endpoints.yml[/], as Rasa Pro reads it:")
        console.print(escape(endpoints.rstrip()))
    _print_duration(console, result, resources)
    console.print("\n[bold]Next[/]")
    for command, what in next_commands(simulation):
        console.print(f"  [dim]# {what}[/]\n  {escape(command)}")
    cloud = simulation.workspace.setting("cloud")
    guide = f"docs/quick-start-{'own-cluster' if cloud == 'none' else cloud}.md"
    console.print(f"The same for real, from a clone to a first conversation: {guide}")


def next_commands(simulation: Simulation) -> list[tuple[str, str]]:
    """Commands that work as printed in a fresh shell, and what each is for."""
    workspace = simulation.workspace
    python, stack = ".venv/bin/python -m simcloud", workspace.stack
    usual = workspace.project / ".simcloud" / stack
    if workspace.stacks:
        stack = f"{stack} --stacks {shlex.quote(str(workspace.stacks))}"
    if workspace.state_dir != usual:
        stack = f"{stack} --state-dir {shlex.quote(str(workspace.state_dir))}"
    drift = _drift(simulation)
    return [
        *([(f"{python} refresh {stack} --drift '{drift}'", "somebody changes the cloud")] if drift else []),
        (f"{python} up {stack}", "put it right again"),
        (f"{python} destroy {stack}", "take it down"),
    ]


def _drift(simulation: Simulation) -> str:
    """A change by hand to try: a boolean, inverted, of a resource that is the only one of its type."""
    held = Counter(record.type for record in simulation.account.records.values())
    for one in sorted(simulation.workspace.resources(), key=lambda one: str(one["type"])):
        for name, value in as_map(one.get("inputs")).items():
            if held[str(one["type"])] == 1 and isinstance(value, bool):
                kind = str(one["type"]).partition(":")[2]
                return f"{kind}:{name}={'false' if value else 'true'}"
    return ""


def resource_tree(stack: str, resources: list[Properties]) -> Tree:
    """Group the resources by component, kinds of the same component on one line."""
    children: dict[str, list[Properties]] = defaultdict(list)
    for one in resources:
        children[str(one.get("parent") or "")].append(one)
    real = [one for one in resources if one.get("custom") and not _is_provider(one)]
    tree = Tree(f"[bold]{stack}[/]: {len(real)} resources")
    for root in children[""]:
        _grow(tree, str(root["urn"]), children)
    return tree


def _grow(tree: Tree, urn: str, children: dict[str, list[Properties]]) -> None:
    kinds: Counter[str] = Counter()
    below: list[Properties] = []
    for child in children[urn]:
        if _is_provider(child):
            continue
        if child.get("custom") and not children[str(child["urn"])]:
            kinds[str(child["type"])] += 1
        else:
            below.append(child)
    for kind, count in sorted(kinds.items()):
        package, _, name = kind.partition(":")
        service = name.split("/")[0].split(":")[0]
        tree.add(
            f"{package} {service} [cyan]{kind.rsplit(':', 1)[-1]}[/]" + (f" × {count}" if count > 1 else "")
        )
    for child in below:
        label = (
            f"[bold]{escape(str(child['urn']).rsplit('::', 1)[-1])}[/]  [dim]{escape(str(child['type']))}[/]"
        )
        _grow(tree.add(label), str(child["urn"]), children)


def _is_provider(resource: Properties) -> bool:
    return str(resource.get("type", "")).startswith("pulumi:providers:")


def _print_duration(console: Console, result: Result, resources: list[Properties]) -> None:
    path, bound = as_map(result.report.get("critical_path")), as_map(result.report.get("lower_bound"))
    if not path:
        return
    by_urn = {str(one["urn"]): one for one in resources}
    total = sum(create_seconds(one) for one in resources)
    console.print(
        f"\nA real [bold]up[/] would take about [bold]{_minutes(path)} minutes[/]"
        f" (one after the other: {total / 60:.0f}; no order of creation could beat {_minutes(bound)})."
        " What decides it:"
    )
    for urn in map(str, as_list(path.get("chain"))):
        seconds = create_seconds(by_urn[urn])
        kind = str(by_urn[urn]["type"]).rsplit(":", 1)[-1]
        console.print(f"  {seconds:6.0f} s  {escape(urn.rsplit('::', 1)[-1])} ({kind})")


def _minutes(path: Properties) -> str:
    return f"{float(str(path['seconds'])) / 60:.0f}"
