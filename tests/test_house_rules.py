"""The house rules (CONTRIBUTING.md) that can be read off the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.each import each

ROOT = Path(__file__).parents[1]
CLOUDS = {"aws", "azure", "gcp"}
SOURCES = sorted(
    path
    for folder in ("bootstrap", "ci", "components", "jobs", "policy", "simcloud", "starters", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


COMPONENTS = [path for path in SOURCES if path.is_relative_to(ROOT / "components")]
PURE = [
    path
    for path in COMPONENTS
    if name_of(path) != "components/config/load.py"
    and not path.is_relative_to(ROOT / "components" / "config" / "preview")
]
"""Neither reads the stack's configuration nor asks an existing cluster."""
AMBIENT = {"datetime", "http", "os", "random", "secrets", "socket", "ssl", "subprocess", "time", "uuid"} | {
    "pulumi.runtime",
    "urllib.request",
}
"""Modules that know what no argument said."""
PASSED_ON = {"datetime", "datetime.date"}
"""A day that `config/load.py` hands to a rule; asking for today's is found by its call."""
PARSED_WITH = {"components/config/ca_bundle.py": {"ssl"}}
"""A file that reads certificates with it, and opens no connection."""
TOLD_BY_THE_ENGINE = {
    # In a preview it must not ask for a key.
    "components/azure/kept_answer.py": {"runtime"},
    # They register a transformation with the stack.
    "components/stack/destroy_guard.py": {"runtime"},
    "components/stack/pods.py": {"runtime"},
    "components/stack/registry.py": {"runtime"},
    "components/stack/safeguards.py": {"runtime"},
}
"""Files that need the engine's word, and for what."""
OF_PULUMI = {"Config", "StackReference", "get_organization", "get_project", "get_stack", "runtime"}
"""Names of `pulumi` that do the same."""
LOOK_UPS = {
    "components/azure/existing_cluster.py": {"containerservice.get_managed_cluster"},
    "components/azure/existing_network.py": {"network.get_virtual_network"},
    "components/gcp/bucket.py": {"storage.get_project_service_account_output"},
    "components/gcp/existing_cluster.py": {"compute.get_subnetwork", "container.get_cluster"},
    "components/gcp/existing_network.py": {"compute.get_subnetwork", "compute.get_routers"},
    "components/aws/key.py": {"kms.get_key"},
    "components/gcp/key.py": {"kms.get_kms_crypto_key"},
    "components/gcp/private_services.py": {"compute.get_global_address", "compute.get_network_peering"},
    "components/aws/existing_vpc.py": {
        f"ec2.get_{one}"
        for one in ("vpcs", "vpc", "subnets", "subnet", "route_tables", "route_table", "vpc_endpoint")
    },
}
"""The look-ups that no resource can replace; their reasons stand where they are made."""
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_MAIN = 300, 60, 60


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def component_classes(path: Path) -> Iterator[ast.ClassDef]:
    if "ComponentResource" in path.read_text():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and "ComponentResource" in map(ast.unparse, node.bases):
                yield node


ALL_COMPONENTS = [(path, node) for path in COMPONENTS for node in component_classes(path)]


def class_name(component: tuple[Path, ast.ClassDef]) -> str:
    path, node = component
    return f"{name_of(path)}:{node.name}"


def constructor(node: ast.ClassDef) -> ast.FunctionDef:
    return next(f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__")


def calls(node: ast.AST, name: str) -> Iterator[ast.Call]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(name):
            yield call


def test_there_are_components() -> None:
    assert len(ALL_COMPONENTS) >= 10


@each(SOURCES, name_of)
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@each(ALL_COMPONENTS, class_name)
def test_component_takes_name_args_opts(component: tuple[Path, ast.ClassDef]) -> None:
    _, node = component
    arguments = constructor(node).args
    assert [argument.arg for argument in arguments.args] == ["self", "name", "args", "opts"]
    assert [ast.unparse(default) for default in arguments.defaults] == ["None"]
    assert not arguments.kwonlyargs


@each(ALL_COMPONENTS, class_name)
def test_component_has_its_type_token(component: tuple[Path, ast.ClassDef]) -> None:
    path, node = component
    (call,) = calls(constructor(node), "super().__init__")
    token = call.args[0]
    assert isinstance(token, ast.Constant)
    made = f"rasa:{path.relative_to(ROOT / 'components').parts[0]}:{node.name}"
    assert token.value == made


@each(ALL_COMPONENTS, class_name)
def test_component_registers_its_outputs_last(component: tuple[Path, ast.ClassDef]) -> None:
    _, node = component
    last = constructor(node).body[-1]
    assert isinstance(last, ast.Expr)
    assert ast.unparse(last.value).startswith("self.register_outputs(")


@each(PURE, name_of)
def test_children_have_a_parent_and_options_are_never_merged(path: Path) -> None:
    assert not list(calls(tree(path), "ResourceOptions.merge"))
    if path.is_relative_to(ROOT / "components" / "stack"):
        return  # make the components themselves, which stand at the top of the stack
    for call in calls(tree(path), "ResourceOptions"):
        assert "parent" in {keyword.arg for keyword in call.keywords}, ast.unparse(call)


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, and of `from m import n` also `m.n`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def of_pulumi(path: Path) -> Iterator[str]:
    """Every name of the module `pulumi` that a file uses, however it comes by it."""
    prefix = "pulumi."
    yield from (name.removeprefix(prefix) for name in imported(path) if name.startswith(prefix))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pulumi":
            yield node.attr


@each(PURE, name_of)
def test_nothing_ambient_in_components(path: Path) -> None:
    told = TOLD_BY_THE_ENGINE.get(name_of(path), set())
    modules = {name for name in imported(path) if name in AMBIENT or name.partition(".")[0] in AMBIENT}
    allowed = PASSED_ON | PARSED_WITH.get(name_of(path), set())
    assert not modules - allowed - {f"pulumi.{name}" for name in told}
    assert OF_PULUMI & {name.partition(".")[0] for name in of_pulumi(path)} == told
    source = path.read_text()
    assert not re.search(r"\b(today|now|utcnow)\(\)", source), "the day comes in through args"
    assert "get_caller_identity" not in source
    look_ups = set(re.findall(r"\b\w+\.get_\w+_output\b", source))
    look_ups |= set(re.findall(r"\b(?:aws|azure|gcp)\.((?:\w+\.)*get_\w+)\(", source))
    of_sdks = "|".join(name.rpartition(".")[2] for name in imported(path) if name.startswith("pulumi_"))
    look_ups |= set(re.findall(rf"\b((?:{of_sdks})\.get_\w+)\(", source)) if of_sdks else set[str]()
    assert look_ups == LOOK_UPS.get(name_of(path), set()), "look-ups come in through args"


@each(PURE, name_of)
def test_depends_on_says_which_edge_it_adds(path: Path) -> None:
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        if "depends_on=" in line:
            near = lines[max(0, number - 6) : number + 1]
            assert any("#" in text for text in near), f"{name_of(path)}:{number + 1} has no comment"


def test_main_is_a_table_of_contents() -> None:
    path = ROOT / "__main__.py"
    assert len(path.read_text().splitlines()) <= LONGEST_MAIN
    banned = (ast.If, ast.IfExp, ast.For, ast.While, ast.Lambda, ast.FunctionDef, ast.comprehension)
    assert not [node for node in ast.walk(tree(path)) if isinstance(node, banned)]
    assert ".apply(" not in path.read_text()


def test_same_file_names_in_every_cloud() -> None:
    wanted = {
        "foundation.py", "network.py", "cluster.py", "identity.py", "model_storage.py", "lock_store.py",
        "tracker_store.py", "event_broker.py", "vault_unseal.py", "alarms.py",
    }  # fmt: skip
    for cloud in CLOUDS:
        folder = ROOT / "components" / cloud
        if folder.exists():
            assert wanted <= {path.name for path in folder.glob("*.py")}
