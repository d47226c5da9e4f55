"""Rasa Pro, installed: all of one assistant inside the cluster, from its secrets to its Helm release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_kubernetes.core import v1
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.cluster import PodIdentity
from components.contract.connections import Connection, Postgres
from components.contract.secrets import SecretRef, VaultLogin, engine_values
from components.kubernetes.documents import Block, as_yaml
from components.kubernetes.script_job import Place, digest
from components.rasa.analytics import AnalyticsArgs, AnalyticsServices
from components.rasa.args import AssistantArgs, Connections
from components.rasa.availability import Availability, AvailabilityArgs
from components.rasa.connections import Environment, Files, Rendered, endpoints, environment, files, rendered
from components.rasa.database import DatabaseInit, DatabaseInitArgs
from components.rasa.mounted_files import mounted_files
from components.rasa.network_policies import AssistantNetworkPolicies, AssistantNetworkPoliciesArgs
from components.rasa.pod import PodObjects
from components.rasa.preflight import Preflight, PreflightArgs
from components.rasa.release import label_service, release
from components.rasa.secrets import Secrets, SecretsArgs
from components.rasa.spec import variables
from components.rasa.spec.endpoint_rules import refuse_unset_variables
from components.rasa.spec.literal_keys import credentials_with_variables, endpoints_with_variables
from components.rasa.upload import ModelUpload, UploadArgs
from components.rasa.values import PORT, RELEASE, RasaFiles, values


class Assistant(ComponentResource):
    """Installs Rasa Pro against the given connections and waits until it serves the named model.

    It makes no cloud resource, opens no ingress and never builds an image.
    """

    url: Output[str]
    """Address inside the cluster."""
    service: Output[str]
    """Name of the Kubernetes Service, once there is something behind it."""
    namespace: Output[str]
    endpoints_yaml: Output[str]
    """endpoints.yml as Rasa reads it; holds no secret."""
    auth_token: Output[str] | None
    """Secret: what a caller of the HTTP API sends as `?token=`; None: a Secret that exists has it."""
    model_sha256: str
    """Of the file of the model that it serves; "": it is not known."""

    def __init__(self, name: str, args: AssistantArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:rasa:Assistant", name, {}, opts)
        each = rendered(args)
        document = endpoints(each, args.extra_endpoints)
        written = _files(document, args.credentials)
        env = environment(args, each, written.endpoints, written.credentials)
        refuse_unset_variables({"endpoints.yml": document, "credentials.yml": args.credentials}, env.names)
        self.namespace, self.model_sha256 = args.namespace, args.model_sha256
        made = self._in_cluster(name, args, env, files(each))
        guards = self._network_policies(name, args, each)
        setup_account = self._setup_account(name, args)
        ready = (
            *_ready(args, args.cluster.rasa),
            *guards,
            *self._database(name, args, setup_account, guards),
        )
        ready = (*ready, *self._first_model(name, args, each, made, ready))
        preflight = Preflight(
            f"{name}-preflight",
            PreflightArgs(
                assistant=args,
                endpoints=written.endpoints,
                environment=env,
                namespace=self.namespace,
                made=made,
                ready=ready,
            ),
            ResourceOptions(parent=self),
        )
        host = f"http://{RELEASE}.{args.cluster.namespace}.svc:{PORT}"
        installed = release(
            f"{name}-release",
            chart=args.chart,
            values=values(args, made, env, written, host),
            namespace=self.namespace,
            replicas=args.most,
            after=[*ready, preflight],
            parent=self,
        )
        Availability(
            f"{name}-availability",
            AvailabilityArgs(release=installed, namespace=self.namespace, replicas=args.replicas),
            ResourceOptions(parent=self),
        )
        label_service(f"{name}-service-labels", args, of=installed, parent=self)
        self._analytics(name, args, made, setup_account)
        # Known at once, yet not before there is something to call.
        self.url = installed.status.apply(lambda _: host)
        self.service = installed.status.apply(lambda _: RELEASE)
        self.endpoints_yaml = as_yaml(written.endpoints)
        self.register_outputs(
            {
                "url": self.url,
                "namespace": self.namespace,
                "endpointsYaml": self.endpoints_yaml,
                "authToken": self.auth_token,
            }
        )

    def _network_policies(
        self, name: str, args: AssistantArgs, each: Sequence[Rendered]
    ) -> tuple[Resource, ...]:
        if not args.cluster.closed:
            return ()
        return AssistantNetworkPolicies(
            f"{name}-network-policies",
            AssistantNetworkPoliciesArgs(assistant=args, connections=each, namespace=self.namespace),
            ResourceOptions(parent=self),
        ).ready

    def _in_cluster(self, name: str, args: AssistantArgs, env: Environment, needed: Files) -> PodObjects:
        secrets = Secrets(
            f"{name}-secrets",
            SecretsArgs(
                namespace=self.namespace,
                license=args.license,
                variables=engine_values(env.secret),
                client_files=engine_values(needed.client),
                api=args.api,
            ),
            ResourceOptions(parent=self),
        )
        self.auth_token = secrets.auth_token
        side_car = args.lock_store.side_car
        side_car_files = dict[str, Output[str]]() if side_car is None else side_car.files
        return PodObjects(
            files=needed,
            service_account=self._service_account(f"{name}-account", args.cluster.rasa),
            secret=secrets.environment,
            mounted=mounted_files(f"{name}-files", Place(namespace=self.namespace, parent=self), args.files),
            logins=secrets.logins,
            license=args.license
            if isinstance(args.license, SecretRef)
            else SecretRef(name=secrets.environment, key=variables.LICENSE),
            client_files=secrets.client_files,
            authorities=self._config_map(f"{name}-authorities", engine_values(needed.authorities)),
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

    def _setup_account(self, name: str, args: AssistantArgs) -> Output[str] | None:
        """For the Jobs that make databases, where there is one to make."""
        analytics = args.companions.analytics
        servers = (args.tracker_store, None if analytics is None else analytics.database)
        if not any(isinstance(one, Postgres) and one.admin is not None for one in servers):
            return None
        return self._service_account(f"{name}-setup-account", args.cluster.setup)

    def _analytics(
        self, name: str, args: AssistantArgs, made: PodObjects, setup_account: Output[str] | None
    ) -> None:
        if args.companions.analytics is None:
            return
        AnalyticsServices(
            f"{name}-analytics",
            AnalyticsArgs(
                analytics=args.companions.analytics,
                cluster=args.cluster,
                namespace=self.namespace,
                license=made.license,
                rasa_account=made.service_account,
                setup_account=setup_account,
                chart=args.chart,
                image=args.image,
            ),
            ResourceOptions(parent=self),
        )

    def _first_model(
        self,
        name: str,
        args: AssistantArgs,
        each: Sequence[Rendered],
        made: PodObjects,
        ready: tuple[Resource, ...],
    ) -> list[Resource]:
        if args.upload is None:
            return []
        upload = ModelUpload(
            f"{name}-model-upload",
            UploadArgs(
                model=args.upload,
                assistant=args,
                connections=each,
                namespace=self.namespace,
                made=made,
                ready=ready,
            ),
            ResourceOptions(parent=self),
        )
        return [upload]

    def _database(
        self,
        name: str,
        args: AssistantArgs,
        setup_account: Output[str] | None,
        guards: tuple[Resource, ...],
    ) -> list[Resource]:
        store = args.tracker_store
        if not isinstance(store, Postgres) or store.admin is None or setup_account is None:
            return []
        job = DatabaseInit(
            f"{name}-database-init",
            DatabaseInitArgs(
                postgres=store,
                admin=store.admin,
                namespace=self.namespace,
                image=args.image,
                identity=args.cluster.setup,
                trust=args.cluster.trust,
                service_account=setup_account,
                ready=(
                    *args.cluster.ready,
                    *args.cluster.setup.ready,
                    *store.ready,
                    *guards,
                    *_told_first(args),
                ),
            ),
            ResourceOptions(parent=self),
        )
        return [job]


def _files(document: Block, credentials: Block) -> RasaFiles:
    return RasaFiles(
        endpoints=endpoints_with_variables(document), credentials=credentials_with_variables(credentials)
    )


def _ready(args: AssistantArgs, identity: PodIdentity) -> list[Resource]:
    """What must be there before Rasa's pods, once each."""
    given: Connections = args
    optional = [one for one in (given.secrets_manager, given.nlg) if one is not None]
    connections: list[Connection] = [
        args.cluster,
        identity,
        given.model_storage,
        given.lock_store,
        given.tracker_store,
        given.event_broker,
        *optional,
        *given.companions.connections,
    ]
    return list(dict.fromkeys(resource for connection in connections for resource in connection.ready))


def _told_first(args: AssistantArgs) -> tuple[Resource, ...]:
    """A new password is in Vault before the database asks for it: Rasa reads it when the old one fails."""
    vault = args.secrets_manager
    in_vault = isinstance(getattr(args.tracker_store, "login", None), VaultLogin)
    return vault.ready if vault is not None and in_vault else ()


def _files_digest(needed: Files, side_car_files: Mapping[str, Output[str]]) -> Output[str]:
    side_car = {f"side-car/{file}": content for file, content in side_car_files.items()}
    return digest({**engine_values(needed.authorities), **side_car})
