"""What the Jobs that run our scripts share: a failed one is replaced, and a hash of what one reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pulumi import Input, Output

REPLACE_FAILED = {"pulumi.com/replaceUnready": "true"}
"""Annotation of a Job: without it the next `up` waits for the failed Job of the last one, and fails, too
(pulumi-kubernetes: provider/pkg/provider/provider.go, `ReplaceUnready`)."""
JOBS = Path(__file__).parents[2] / "jobs"
"""Scripts that run in pods, on the Rasa Pro image: read as text and never imported."""
NAME_LABEL = "app.kubernetes.io/name"
"""The chart puts its full name there (`_helpers.tpl`, rasa.selectorLabels), our Jobs one of these: network
policies go by it."""


def digest(content: Mapping[str, Input[str]]) -> Output[str]:
    """Hash names and values, whatever their order."""
    return Output.all(**content).apply(
        lambda known: sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scripts:
    """Python files for a pod. A ConfigMap's keys hold no `/`: the volume's `items` give them folders."""

    texts: Mapping[str, str]
    """Key of the ConfigMap → text."""
    paths: Mapping[str, str]
    """Key → path below the volume's mount."""

    def items(self, *others: str) -> list[Mapping[str, str]]:
        """The volume's `items`, with the ConfigMap's other keys, which lie at its root."""
        every = {**self.paths, **{key: key for key in others}}
        return [{"key": key, "path": path} for key, path in every.items()]


def scripts_of(entry: str, *modules: str) -> Scripts:
    """Scripts by their paths in `jobs/`; the entry lies at the root, where Python looks for the others."""
    paths = {entry.rpartition("/")[2]: entry, **{module.replace("/", "."): module for module in modules}}
    texts = {key: (JOBS / path).read_text(encoding="utf-8") for key, path in paths.items()}
    return Scripts(texts=texts, paths={**paths, entry.rpartition("/")[2]: entry.rpartition("/")[2]})
