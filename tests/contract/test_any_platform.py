"""Any plausible stack file is either a graph, the same in preview and update, or a list of clear problems."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi import RunError

from tests.config import blocks
from tests.contract.test_connections import ASKED_FOR, KINDS, NETWORK
from tests.recorder import Recording
from tests.stacks import PLANTED, record_config

pytestmark = pytest.mark.slow

SIZED = st.fixed_dictionaries(
    {},
    optional={
        "size": st.sampled_from(["small", "medium", "large"]),
        "profile": st.sampled_from(["dev", "production"]),
    },
)
REGIONS = {"aws": "eu-central-1", "azure": "westeurope", "gcp": "europe-west3", "none": "eu-central-1"}
EXISTING = {
    "rasa:modelStorage": blocks.MODEL_STORAGES,
    "rasa:lockStore": blocks.LOCK_STORES,
    "rasa:trackerStore": blocks.TRACKER_STORES,
    "rasa:eventBroker": blocks.EVENT_BROKERS,
}
CLUSTERS: tuple[dict[str, Any], ...] = (
    blocks.CLUSTER,
    {**blocks.CLUSTER, "network": NETWORK},
    {**blocks.CLUSTER, "hasNamespace": False},
    {**blocks.CLUSTER, "flavor": "openshift", "operators": ["strimzi"], "storageClass": "fast"},
)
_ON_A_CLOUD = ["managed", "managed", "existing", "in-cluster"]
LIKELY = {
    **dict.fromkeys(("aws", "azure", "gcp"), _ON_A_CLOUD),
    "none": ["existing"] * 5 + ["in-cluster"] * 4 + ["managed"],
}
"""Mostly what there is, now and then what there is not."""


@st.composite
def stack_files(draw: st.DrawFn) -> dict[str, Any]:
    """Config of any cloud × source × kind × size × profile."""
    cloud = draw(st.sampled_from(sorted(REGIONS)))

    def block(key: str) -> Any:
        source = draw(st.sampled_from(LIKELY[cloud]))
        if source == "existing":
            return draw(st.sampled_from(list(EXISTING[key].values())))
        extra: dict[str, Any] = {}
        if source == "managed" and key == "rasa:trackerStore":
            extra = {"kind": draw(st.sampled_from(KINDS.get(cloud, KINDS["aws"])[:3]))}
        elif source == "in-cluster":
            extra = draw(st.sampled_from([{}, {"storageClass": "shared"}]))
        return {"from": source, **extra, **draw(SIZED)}

    clusters: list[dict[str, Any]] = [*CLUSTERS] if cloud == "none" else [{}, {}, *CLUSTERS]
    return {
        "rasa:cloud": cloud,
        "rasa:region": REGIONS[cloud],
        "rasa:account": ACCOUNTS[cloud],
        "rasa:profile": draw(st.sampled_from(["dev", "production"])),
        "rasa:cluster": draw(st.sampled_from(clusters)),
        **{key: block(key) for key in EXISTING},
        "rasa:secretsManager": draw(st.sampled_from([{}, blocks.VAULT])),
        "rasa:nlgServer": draw(st.sampled_from([{}, blocks.NLG_SERVER])),
        "rasa:assistant": {"model": "m", "replicas": draw(st.integers(1, 3))},
        **{f"rasa:{key}": value for key, value in ASKED_FOR.get(cloud, {}).items()},
    }


ACCOUNTS = {
    "aws": "123456789012",
    "azure": "00000000-0000-4000-8000-000000000001",
    "gcp": "example-project",
    "none": "",
}


def recorded(config: dict[str, Any], *, preview: bool = False) -> Recording[Any] | str:
    """What the program asks for, or why it does not."""
    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    try:
        return record_config({**PLANTED, **text}, preview=preview, secret=tuple(config))
    except RunError as error:
        return str(error)


@settings(max_examples=6)
@given(config=stack_files())
def test_any_stack_file_is_a_graph_or_a_clear_error(config: dict[str, Any]) -> None:
    update, preview = recorded(config), recorded(config, preview=True)
    if isinstance(update, str):
        assert update == preview
        assert "rasa:" in update or "not supported" in update or "AWS_" in update, update
        assert "planted" not in update
        return
    assert update.of("kubernetes:helm.sh/v3:Release")
    assert isinstance(preview, Recording)
    assert preview.urns() == update.urns()
