"""Companions of every kind, and Rasa Pro Services."""

from __future__ import annotations

from dataclasses import replace

from components.contract.companions import (
    ActionServer,
    ActionsModule,
    Analytics,
    Collector,
    Companions,
    Duckling,
    LanguageModels,
)
from components.contract.connections import EventBroker, Kafka
from components.contract.secrets import PasswordLogin
from tests.rasa.samples import CA, POSTGRES, REGION, known, secret

COLLECTOR = Collector(endpoint="collector.example:4317", tls=True, service_name="rasa", ca=CA)
ALL_COMPANIONS = Companions(
    actions=ActionServer(url=known("https://actions.example/webhook"), token=secret("actions"), ca=CA),
    duckling=Duckling(url=known("http://duckling.rasa.svc:8000")),
    tracing=COLLECTOR,
    metrics=replace(COLLECTOR, tls=False, ca=None),
    language_models=LanguageModels(
        groups=[
            {
                "id": "llm",
                "models": [
                    {"provider": "openai", "model": "gpt-4o", "api_key": "${OPENAI_API_KEY}"},
                    {
                        "provider": "azure",
                        "deployment": "gpt-4o",
                        "api_base": "https://x.openai.azure.com",
                        "api_version": "2024-10-21",
                        "oauth": {"type": "azure_entra_id_default"},
                    },
                ],
                "router": {"routing_strategy": "simple-shuffle"},
            },
            {
                "id": "bedrock",
                "models": [
                    {
                        "provider": "bedrock",
                        "model": "anthropic.claude",
                        "model_id": "eu.anthropic.claude",
                        "aws_region_name": REGION,
                    }
                ],
            },
        ],
        mcp_servers=[{"name": "tools", "url": "https://tools.example/mcp", "type": "https"}],
    ),
)
COMPANIONS = {
    "all": ALL_COMPANIONS,
    "in-process": Companions(actions=ActionsModule(module="our.actions")),
}


def analytics(events: EventBroker, *, beside_rasa: bool = True) -> Analytics:
    """Rasa Pro Services on these brokers."""
    assert isinstance(events, Kafka)
    login = PasswordLogin(username="rasa_analytics", password=secret("analytics"))
    database = replace(POSTGRES, database="rasa_analytics", login=login)
    return Analytics(
        repository="registry.example/services",
        tag="3.8.1",
        events=events,
        database=database,
        login=login,
        beside_rasa=beside_rasa,
    )
