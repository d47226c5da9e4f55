"""Rasa Pro, installed: all of one assistant inside the cluster, from its namespace to its Helm release."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contracts import Postgres
from components.protocols import PodIdentity
from components.rasa.args import AssistantArgs, Connections
from components.rasa.database import DatabaseInit, DatabaseInitArgs
from components.rasa.document import as_yaml
from components.rasa.endpoints import endpoints
from components.rasa.environment import Environment, environment
from components.rasa.files import Files, files
from components.rasa.problems import refuse_unset_variables
from components.rasa.release import release
from components.rasa.secrets import Secrets, SecretsArgs, digest
from components.rasa.values import PORT, RELEASE, InCluster, values

POD_SECURITY = "restricted"
"""Pod Security Standard of the namespace: our pods and the chart's, as we set them, comply."""


class Assistant(ComponentResource):
    """Installs Rasa Pro against the given connections and waits until it serves the named model.

    It makes no cloud resource, opens no way in from outside and never builds an image.
    """

    url: Output[str]
    """Address inside the cluster."""
    namespace: Output[str]
    endpoints_yaml: Output[str]
    """endpoints.yml as Rasa reads it; holds no secret."""
    auth_token: Output[str]
    """Secret: what a caller of the HTTP API sends as `?token=`."""

    def __init__(self, name: str, args: AssistantArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:Assistant", name, {}, opts)
        env = environment(args)
        document = endpoints(args, args.extra_endpoints)
        refuse_unset_variables({"endpoints.yml": document, "credentials.yml": args.credentials}, env.names)

        self.namespace = self._namespace(name, args.cluster.namespace)
        made = self._in_cluster(name, args, env)
        before = self._database(name, args)
        host = f"http://{RELEASE}.{args.cluster.namespace}.svc:{PORT}"
        installed = release(
            f"{name}-release",
            chart=args.chart,
            values=values(args, made, env, document, host),
            namespace=self.namespace,
            replicas=args.replicas,
            after=[*_ready(args, args.cluster.rasa), *before],
            parent=self,
        )
        # Known at once, yet not before there is something to call.
        self.url = installed.status.apply(lambda _: host)
        self.endpoints_yaml = as_yaml(document)
        self.register_outputs(
            {
                "url": self.url,
                "namespace": self.namespace,
                "endpointsYaml": self.endpoints_yaml,
                "authToken": self.auth_token,
            }
        )

    def _namespace(self, name: str, namespace: str) -> Output[str]:
        # Its name is fixed: the clouds bind pod identities to it.
        made = v1.Namespace(
            f"{name}-namespace",
            metadata=ObjectMetaArgs(
                name=namespace,
                labels={
                    f"pod-security.kubernetes.io/{mode}": POD_SECURITY
                    for mode in ("enforce", "audit", "warn")
                },
            ),
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name

    def _in_cluster(self, name: str, args: AssistantArgs, env: Environment) -> InCluster:
        needed = files(args)
        secrets = Secrets(
            f"{name}-secrets",
            SecretsArgs(
                namespace=self.namespace,
                license=args.license,
                variables=env.secret,
                client_files=needed.client,
            ),
            ResourceOptions(parent=self),
        )
        self.auth_token = secrets.auth_token
        side_car = args.lock_store.side_car
        side_car_files = dict[str, Output[str]]() if side_car is None else side_car.files
        return InCluster(
            service_account=self._service_account(f"{name}-account", args.cluster.rasa),
            secret=secrets.environment,
            client_files=secrets.client_files,
            authorities=self._config_map(f"{name}-authorities", needed.authorities),
            side_car_files=self._config_map(f"{name}-side-car", side_car_files),
            secrets_digest=secrets.digest,
            files_digest=_files_digest(needed, side_car_files),
        )

    def _service_account(self, name: str, identity: PodIdentity) -> Output[str]:
        made = v1.ServiceAccount(
            name,
            metadata=ObjectMetaArgs(
                name=identity.service_account, namespace=self.namespace, annotations=identity.annotations
            ),
            # Rasa never calls the Kubernetes API; cloud identities project tokens of their own.
            automount_service_account_token=False,
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name

    def _config_map(self, name: str, content: Mapping[str, Output[str]]) -> Output[str] | None:
        if not content:
            return None
        made = v1.ConfigMap(
            name,
            metadata=ObjectMetaArgs(namespace=self.namespace),
            data=content,
            opts=ResourceOptions(parent=self),
        )
        return made.metadata.name

    def _database(self, name: str, args: AssistantArgs) -> list[Resource]:
        store = args.tracker_store
        if not isinstance(store, Postgres) or store.admin is None:
            return []
        job = DatabaseInit(
            f"{name}-database-init",
            DatabaseInitArgs(
                postgres=store,
                admin=store.admin,
                namespace=self.namespace,
                image=args.image,
                identity=args.cluster.setup,
                service_account=self._service_account(f"{name}-setup-account", args.cluster.setup),
                ready=(*args.cluster.ready, *args.cluster.setup.ready, *store.ready),
            ),
            ResourceOptions(parent=self),
        )
        return [job]


def _ready(args: AssistantArgs, identity: PodIdentity) -> list[Resource]:
    """What must be there before Rasa's pods, once each."""
    given: Connections = args
    optional = [one for one in (given.secrets_manager, given.nlg) if one is not None]
    connections = [
        args.cluster,
        identity,
        given.model_storage,
        given.lock_store,
        given.tracker_store,
        given.event_broker,
        *optional,
    ]
    return list(dict.fromkeys(resource for connection in connections for resource in connection.ready))


def _files_digest(needed: Files, side_car_files: Mapping[str, Output[str]]) -> Output[str]:
    side_car = {f"side-car/{file}": content for file, content in side_car_files.items()}
    return digest({**needed.authorities, **side_car})
