"""What a new stack file says, and the commands that finish it: the values that only the owner knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.config.clouds import CLOUDS

TITLES = {**{name: cloud.title for name, cloud in CLOUDS.items()}, "none": "A cluster of your own"}
WHAT = {
    "dev": "one of everything, cheap, gone with `pulumi destroy`",
    "production": "three of what must not fail, backups, protected against deletion",
}
CLUSTER_ACCESS = "pulumi config set --path 'rasa:cluster.allowedCidrs[0]' \"$(curl -fsS https://checkip.amazonaws.com)/32\""
"""Nobody reaches the Kubernetes API of a cloud's cluster by default."""
ADMIN = "pulumi config set --path 'rasa:cluster.admins[0]'"
KUBECONFIG = "pulumi config set --secret --path rasa:cluster.kubeconfig"
OF_CLOUD: Mapping[str, Sequence[str]] = {
    "aws": (CLUSTER_ACCESS,),
    "azure": (
        CLUSTER_ACCESS,
        f'{ADMIN} "user:$(az ad signed-in-user show --query id --output tsv)"',
    ),
    "gcp": ('pulumi config set rasa:account "$(gcloud config get project)"', CLUSTER_ACCESS),
    "none": (f'{KUBECONFIG} "$(kubectl config view --raw --minify --flatten)"',),
}
"""The commands that a cloud asks for."""
SHARED_VOLUME = "pulumi config set --path rasa:modelStorage.storageClass <class with ReadWriteMany>"
"""In production several nodes have the volume of the models at once, which few default classes offer."""
OF_EVERY = (
    'pulumi config set --secret rasa:license "$RASA_PRO_LICENSE"',
    'pulumi config set --secret --path rasa:llmKeys.OPENAI_API_KEY "$OPENAI_API_KEY"',
    "pulumi config set --path rasa:assistant.upload models/assistant-1.0.0.tar.gz",
)
"""The last names the file of a trained model, below the project; the model is called like it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Starter:
    """A stack that is to be."""

    name: str
    cloud: str
    region: str
    """"" without a cloud."""
    profile: str

    def commands(self) -> Sequence[str]:
        """What its owner runs after `pulumi stack init`."""
        shared = self.cloud == "none" and self.profile == "production"
        return (*OF_CLOUD[self.cloud], *([SHARED_VOLUME] if shared else []), *OF_EVERY)

    def text(self) -> str:
        """The stack file."""
        use = "production" if self.profile == "production" else "development"
        lines = [
            "# yaml-language-server: $schema=schema.json",
            f"# {TITLES[self.cloud]}, for {use}: {WHAT[self.profile]}.",
            f"# After `pulumi stack init {self.name}` come these, which only you know:",
            *(f"#   {command}" for command in self.commands()),
            "config:",
            f"  rasa:cloud: {self.cloud}",
            *([f"  rasa:region: {self.region}"] if self.region else []),
            f"  rasa:profile: {self.profile}",
            *(_in_cluster() if self.cloud == "none" else _managed()),
        ]
        return "\n".join(lines) + "\n"


def _managed() -> Sequence[str]:
    return (
        "  # The database of conversations: postgres, mongodb or, on AWS, dynamodb.",
        "  rasa:trackerStore:",
        "    kind: postgres",
    )


def _in_cluster() -> Sequence[str]:
    stores = (
        ("modelStorage", "A volume with the trained models."),
        ("lockStore", "Valkey, for locks and timers."),
        ("trackerStore", "PostgreSQL, for conversations."),
        ("eventBroker", "Kafka, for events."),
    )
    return (
        "  # The cluster that the kubeconfig names.",
        "  rasa:cluster:",
        "    from: existing",
        *(line for key, what in stores for line in (f"  # {what}", f"  rasa:{key}:", "    from: in-cluster")),
    )
