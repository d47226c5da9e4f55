"""What the documents say about rights, APIs and costs, written from the data files in `docs/`.

python -m tests.docs.tables      writes the blocks between the marks, and docs/rights/aws-*.json
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from components.rasa.spec import compatibility

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"(<!-- written from (\S+) (\w+) -->\n).*?(<!-- end of what is written -->)", re.DOTALL)


def load(name: str) -> dict[str, Any]:
    return yaml.safe_load((DOCS / name).read_text())


def aws_policies() -> dict[str, str]:
    """The IAM policies by file, as JSON."""
    rights = load("rights/aws.yaml")
    actions = {*rights["any"], *(action for called in rights["types"].values() for action in called)}
    files: dict[str, str] = {}
    for area, services in rights["policies"].items():
        chosen = sorted(action for action in actions if action.partition(":")[0] in services)
        # An action that a pattern holds already would only take room.
        kept = [a for a in chosen if not any(a != b and fnmatch.fnmatchcase(a, b) for b in chosen)]
        statement = {"Effect": "Allow", "Action": kept, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        files[f"rights/aws-{area}.json"] = json.dumps(document, indent=2) + "\n"
    return files


def azure_providers(_: str) -> str:
    namespaces = sorted({provider for provider, _ in load("rights/azure.yaml")["types"].values()})
    return _sh(f"az provider register --wait --namespace {namespace}" for namespace in namespaces)


def azure_roles(_: str) -> str:
    roles: Mapping[str, str] = load("rights/azure.yaml")["roles"]
    rows = "\n".join(f"| {role} | {purpose} |" for role, purpose in roles.items())
    return f"| Role | For |\n|---|---|\n{rows}"


def gcp_apis(_: str) -> str:
    rights = load("rights/gcp.yaml")
    apis = {api for api, _ in rights["types"].values()} | set(rights["without_a_type"]["apis"])
    names = [f"{api}.googleapis.com" for api in sorted(apis)]
    lines = [f"  {' '.join(names[at : at + 3])}" for at in range(0, len(names), 3)]
    return _sh([" \\\n".join(["gcloud services enable", *lines])])


def gcp_roles(_: str) -> str:
    roles: Mapping[str, str] = load("rights/gcp.yaml")["roles"]
    rows = "\n".join(f"| `{role}` | {purpose} |" for role, purpose in roles.items())
    return f"| Role | For |\n|---|---|\n{rows}"


def gcp_grants(_: str) -> str:
    roles = list(load("rights/gcp.yaml")["roles"])
    return _sh(
        [
            'me="user:$(gcloud config get account)"',
            "for role in \\\n" + " \\\n".join(f"  {role}" for role in roles) + "; do",
            '  gcloud projects add-iam-policy-binding "$PROJECT" --condition None \\',
            '    --member "$me" --role "$role"',
            "done",
        ]
    )


def costs(cloud: str) -> str:
    table = load("costs.yaml")
    rows = table[cloud]["rows"]
    lines = [
        f"| [{row['what']}]({row['source']}) | {row['dev'] or '–'} | {row['production'] or '–'} |"
        for row in rows
    ]
    total = "| **together** | **{}** | **{}** |".format(
        *(f"{round(sum(row[profile] for row in rows), -1):,}" for profile in ("dev", "production"))
    )
    return "\n".join(["| USD a month | dev | production |", "|---|---|---|", *lines, total])


WRITERS: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("docs/rights/azure.yaml", "providers"): azure_providers,
    ("docs/rights/azure.yaml", "roles"): azure_roles,
    ("docs/rights/gcp.yaml", "apis"): gcp_apis,
    ("docs/rights/gcp.yaml", "grants"): gcp_grants,
    ("docs/rights/gcp.yaml", "roles"): gcp_roles,
    ("components/rasa/spec/compatibility.py", "table"): lambda _: compatibility.table(),
    **{("docs/costs.yaml", cloud): costs for cloud in ("aws", "azure", "gcp")},
}


def written(text: str) -> str:
    """The document with each block as the data has it now."""

    def write(block: re.Match[str]) -> str:
        head, source, what, tail = block.groups()
        return head + WRITERS[source, what](what) + "\n" + tail

    return BLOCK.sub(write, text)


def _sh(lines: Any) -> str:
    return "```sh\n" + "\n".join(lines) + "\n```"


def main() -> None:
    for name, text in aws_policies().items():
        (DOCS / name).write_text(text)
    for path in DOCS.glob("*.md"):
        path.write_text(written(path.read_text()))


if __name__ == "__main__":
    main()
