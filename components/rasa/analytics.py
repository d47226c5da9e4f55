"""Rasa Pro Services: reads every event from Kafka and writes what dashboards ask for into its own database.

From the official chart, in a release of its own with `rasa.enabled: false`: the variables that it reads are
Rasa's to name (templates/helpers/_containers-env.tpl, `analytics.env`), yet an analytics that does not start
must not take an upgrade of Rasa back (`atomic` is per release). Nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import ANALYTICS_RELEASE, Kubernetes
from components.contract.companions import Analytics
from components.contract.connections import AwsIam
from components.contract.images import Chart
from components.contract.secrets import SecretRef, StoredSecretLogin, engine_values
from components.kubernetes.chart import repository_of
from components.rasa.analytics_values import Place, analytics_files, analytics_secrets, analytics_values
from components.rasa.database import DatabaseInit, DatabaseInitArgs
from components.rasa.spec.versions import Image

RELEASE = ANALYTICS_RELEASE
START_SECONDS = 600
"""A node, an image, the tables of a first start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalyticsArgs:
    """What it reads and writes, and what is there for it."""

    analytics: Analytics
    cluster: Kubernetes
    namespace: Output[str]
    license: SecretRef
    rasa_account: str | Output[str]
    """Rasa's service account: the one that AWS lets read from Kafka."""
    setup_account: Output[str] | None
    """The setup Jobs' service account, where the database is ours to make."""
    chart: Chart
    image: Image
    """Rasa Pro's, for the setup Job."""


class AnalyticsServices(ComponentResource):
    """Database and role by `jobs/database_init`, then the release.

    It creates no topic: the event broker has both, the events and the dead letters.
    """

    def __init__(self, name: str, args: AnalyticsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:AnalyticsServices", name, {}, opts)
        wanted = args.analytics
        place = Place(
            service_account=self._account(name, args),
            license=args.license,
            secrets=self._secret(name, args.namespace, engine_values(analytics_secrets(wanted))),
            files=self._files(name, args.namespace, engine_values(analytics_files(wanted))),
            pod_labels=args.cluster.rasa.pod_labels,
            trust=args.cluster.trust,
        )
        Release(
            name,
            name=RELEASE,
            namespace=args.namespace,
            chart=args.chart.ref,
            version=None if args.chart.is_local else args.chart.version,
            repository_opts=repository_of(args.chart),
            values=cast("Mapping[str, Input[object]]", analytics_values(wanted, place)),
            atomic=True,
            cleanup_on_fail=True,
            max_history=10,
            timeout=START_SECONDS,
            opts=ResourceOptions(
                parent=self,
                # Topics, grants and the database's role: it would crash until they are there.
                depends_on=[*args.cluster.rasa.ready, *wanted.ready, *self._database(name, args)],
            ),
        )
        self.register_outputs({})

    def _account(self, name: str, args: AnalyticsArgs) -> str | Output[str]:
        """Rasa's own where the cloud's identity is the login, else one that may nothing at all."""
        if isinstance(args.analytics.security, AwsIam):
            return args.rasa_account
        made = v1.ServiceAccount(
            f"{name}-account",
            metadata=ObjectMetaArgs(namespace=args.namespace),
            automount_service_account_token=False,
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name

    def _secret(
        self, name: str, namespace: Output[str], content: Mapping[str, Output[str]]
    ) -> Output[str] | None:
        if not content:
            return None
        # Named anew when it changes, and so the pod is: it reads its environment once.
        made = v1.Secret(
            f"{name}-secrets",
            metadata=ObjectMetaArgs(namespace=namespace),
            immutable=True,
            string_data=content,
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name

    def _files(
        self, name: str, namespace: Output[str], content: Mapping[str, Output[str]]
    ) -> Output[str] | None:
        if not content:
            return None
        made = v1.Secret(
            f"{name}-files",
            metadata=ObjectMetaArgs(namespace=namespace),
            immutable=True,
            string_data=content,
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name

    def _database(self, name: str, args: AnalyticsArgs) -> list[Resource]:
        postgres, setup = args.analytics.database, args.setup_account
        if postgres.admin is None or setup is None:
            return []
        # A stored secret is read with the setup identity, which may not be there at once.
        stored = isinstance(postgres.admin, StoredSecretLogin)
        job = DatabaseInit(
            f"{name}-database-init",
            DatabaseInitArgs(
                postgres=postgres,
                admin=postgres.admin,
                namespace=args.namespace,
                image=args.image,
                identity=args.cluster.setup,
                trust=args.cluster.trust,
                service_account=setup,
                ready=(
                    *args.cluster.ready,
                    *(args.cluster.setup.ready if stored else ()),
                    *postgres.ready,
                ),
            ),
            ResourceOptions(parent=self),
        )
        return [job]
