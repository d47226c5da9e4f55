"""Rules for `rasa:encryptionKey`: who can encrypt with it, and how it is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.config.clouds import CLOUDS
from components.config.clouds.facts import Gap
from components.config.cluster import ExistingCluster
from components.config.messages import rm_command, set_with
from components.config.rules.runner import Rule
from components.config.settings import Settings

KEY = "rasa:encryptionKey"


def _is_of_use(settings: Settings) -> Iterator[str]:
    given, cloud, cluster = settings.encryption_key, settings.cloud, settings.cluster
    if given is None:
        return
    if cloud not in CLOUDS or (isinstance(cluster, ExistingCluster) and cluster.network is None):
        yield f"{KEY} would change nothing: no cloud makes a store; remove it with: {rm_command(KEY)}"
        return
    form = CLOUDS[cloud].key
    if isinstance(form, Gap):
        yield f"{KEY} is not supported on {cloud}: {form.because}; remove it with: {rm_command(KEY)}"
    elif (named := form.pattern.match(given)) is None or named["region"] != settings.region:
        yield f"{KEY} is {given!r}; accepted in {settings.region}: {form.accepted}; {set_with(KEY, '<key>')}"


RULES: Sequence[Rule] = (_is_of_use,)
