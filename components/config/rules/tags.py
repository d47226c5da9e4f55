"""Tags (labels, on Google Cloud) that a cloud would refuse half-way through `pulumi up`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

OURS = 4
"""How many every resource carries already (tags.py)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagRules:
    """What a cloud takes."""

    key: re.Pattern[str]
    value: re.Pattern[str]
    most: int
    says: str


RULES: Mapping[str, TagRules] = {
    # AWS, "Tag naming limits and requirements"; what every service takes
    "aws": TagRules(
        key=re.compile(r"(?!aws:)[\w +\-=.:/@]{1,128}", re.IGNORECASE),
        value=re.compile(r"[\w +\-=.:/@]{0,256}"),
        most=50,
        says="letters, digits, spaces and _.:/=+-@; keys of 1 to 128 that do not begin with aws:; values up"
        " to 256",
    ),
    # Azure, "Use tags to organize your Azure resources", limitations; storage accounts take 128 of a name
    "azure": TagRules(
        key=re.compile(r"(?!microsoft|azure|windows)[^<>%&\\?/]{1,128}", re.IGNORECASE),
        value=re.compile(r".{0,256}"),
        most=50,
        says="names of 1 to 128 without <>%&\\?/ that do not begin with microsoft, azure or windows; values"
        " up to 256",
    ),
    # Google Cloud, "Requirements for labels"
    "gcp": TagRules(
        key=re.compile(r"[a-z][a-z0-9_-]{0,62}"),
        value=re.compile(r"[a-z0-9_-]{0,63}"),
        most=64,
        says="lower-case letters, digits, _ and -; keys of 1 to 63 that begin with a letter, values up to 63",
    ),
}


def tag_problems(cloud: str, tags: Mapping[str, str]) -> Iterator[str]:
    """One message for each tag that the cloud refuses, and one where there are too many."""
    rules = RULES.get(cloud)
    if rules is None:
        return
    for key, value in tags.items():
        if not rules.key.fullmatch(key) or not rules.value.fullmatch(value):
            yield (
                f"rasa:tags has {key!r}: {value!r}, which {cloud} refuses; accepted: {rules.says}; remove it"
                f" with: pulumi config rm --path 'rasa:tags[\"{key}\"]'"
            )
    if len(tags) + OURS > rules.most:
        yield (
            f"rasa:tags has {len(tags)} entries; {cloud} takes {rules.most - OURS} besides the {OURS} that"
            " every resource carries; remove some with: pulumi config rm --path 'rasa:tags.<key>'"
        )
