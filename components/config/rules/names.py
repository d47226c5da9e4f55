"""Rules for names: what Kubernetes, a registry, Kafka or a process would refuse, or take for another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address

from components.config import companions as o
from components.config.assistant import Chart, Topics
from components.config.cluster import ExistingCluster
from components.config.installed import charts
from components.config.messages import child, rm_command, set_command, set_with
from components.config.patterns import LABEL_NAME, OBJECT_NAME
from components.config.pod_login import uses_aws_identity
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.config.sources import InClusterStore
from components.config.urls import LARGEST_PORT, url_problem
from components.rasa.spec import variables

SYSTEM_NAMESPACE = re.compile(r"^(kube-.*|openshift(-.*)?|gke-managed-.*|gmp-(system|public)|default)$")
"""Kubernetes keeps `kube-` for itself (Documentation, "Namespaces"), OpenShift `openshift-`, GKE its managed
ones (GKE documentation, "Autopilot security capabilities"); `default` is
there already, and can be neither made nor labelled by a stack."""
_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY = re.compile(
    r"^((?P<registry>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?/)?"
    rf"{_PART}(/{_PART})*$"
)
"""A name of an image without tag and digest (distribution/reference, regexp.go)."""
TAG = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?$")
VERSION = re.compile(r"^v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$")
"""Helm takes a version of SemVer 2."""
LABEL = re.compile(LABEL_NAME)
TOPIC_OF_STRIMZI = re.compile(OBJECT_NAME)
"""A topic is a KafkaTopic there, whose name is that of a Kubernetes object."""
OF_PROCESS = re.compile(
    r"^(PATH|HOME|HOSTNAME|USER|SHELL|PWD|TMPDIR|IFS|BASH_ENV|ENV|LD_.*|PYTHON.*|KUBERNETES_.*|MALLOC_.*)$"
)
"""What the process, its loader and Kubernetes themselves read."""
AWS_IDENTITY = re.compile(
    r"^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|ROLE_ARN|ROLE_SESSION_NAME"
    r"|WEB_IDENTITY_TOKEN_FILE|CONTAINER_.*|SHARED_CREDENTIALS_FILE|CONFIG_FILE)$"
)
AZURE_IDENTITY = re.compile(r"^AZURE_(CLIENT_ID|TENANT_ID|FEDERATED_TOKEN_FILE|AUTHORITY_HOST)$")
GOOGLE_IDENTITY = re.compile(r"^(GOOGLE_APPLICATION_CREDENTIALS|GCE_METADATA_(HOST|IP|ROOT)|CLOUDSDK_.*)$")

IDENTITIES = (
    ("aws", AWS_IDENTITY, "AWS"),
    ("azure", AZURE_IDENTITY, "Azure"),
    ("gcp", GOOGLE_IDENTITY, "Google Cloud"),
)


TOPICS: Mapping[str, str] = Topics().by_path()
"""Place of a topic → the topic by default."""


def _namespace(settings: Settings) -> Iterator[str]:
    namespace, cluster = settings.namespace, settings.cluster
    if SYSTEM_NAMESPACE.match(namespace) and not (
        namespace == "default" and isinstance(cluster, ExistingCluster) and cluster.has_namespace
    ):
        yield (
            f"rasa:namespace {namespace!r} belongs to the cluster itself; accepted: one of the stack's own; "
            + set_with("rasa:namespace", "rasa")
        )
    for chart in charts(settings):
        if chart.namespace == namespace:
            yield (
                f"rasa:namespace {namespace!r} is where the stack installs "
                f"{chart.source.rpartition('/')[2]}; accepted: another one; "
                + set_with("rasa:namespace", "rasa")
            )


def _images(settings: Settings) -> Iterator[str]:
    image, analytics = settings.assistant.image, settings.analytics
    named = [("assistant.image", image.repository, image.tag)]
    if isinstance(analytics, o.InClusterAnalytics):
        named.append(("analytics", analytics.repository, analytics.tag))
    for key, repository, tag in named:
        if not _is_repository(repository):
            yield (
                f"rasa:{key}.repository {repository!r} is no name of an image; accepted: registry and name, "
                "lower case, without https:// and without a tag; "
                f"{set_with(f'rasa:{key}.repository', '<name>')}"
            )
        if not TAG.match(tag):
            yield (
                f"rasa:{key}.tag {tag!r} is no tag; accepted: 1 to 128 letters, digits, '.', '_' and '-'; "
                + set_with(f"rasa:{key}.tag", "<tag>")
            )
    for key, server in (
        ("nlgServer", settings.nlg_server),
        ("actions", settings.actions),
        ("duckling", settings.duckling),
    ):
        if isinstance(server, o.OwnServer | o.InClusterDuckling):
            repository = re.sub(r"(:[^/:@]+)?(@sha256:[0-9a-f]{64})?$", "", server.image)
            if not _is_repository(repository):
                yield (
                    f"rasa:{key}.image {server.image!r} is no name of an image; accepted: registry and name, "
                    f"lower case, without https://, with a tag; {set_with(f'rasa:{key}.image', '<image>')}"
                )
    chart = settings.assistant.chart
    if not VERSION.match(chart.version):
        yield (
            f"rasa:assistant.chart.version {chart.version!r} is no version of a chart; accepted: such as "
            "2.4.0; " + set_with("rasa:assistant.chart.version", "2.4.0")
        )
    yield from _repository_of_chart(chart)
    if not chart.ref.strip():
        yield f"rasa:assistant.chart.ref is empty; remove it with: {rm_command('rasa:assistant.chart.ref')}"


def _repository_of_chart(chart: Chart) -> Iterator[str]:
    """Helm takes a name and a repository, or one reference that says both."""
    path = "rasa:assistant.chart.repository"
    whole = chart.ref.startswith(("oci://", "/", "."))
    if chart.repository is not None and whole:
        yield (
            f"{path} is given, and rasa:assistant.chart.ref {chart.ref!r} says where the chart is; accepted: "
            f"one of them; remove it with: {rm_command(path)}"
        )
    elif chart.repository is not None and url_problem(chart.repository) is not None:
        yield (
            f"{path} {chart.repository!r} {url_problem(chart.repository)}; "
            + set_with(path, "https://helm.example.com")
        )
    elif "://" in chart.ref and not whole:
        key = "rasa:assistant.chart.ref"
        yield (
            f"{key} {chart.ref!r} is the URL of a file; accepted: oci://…, a path on this machine, or the "
            f"name of a chart in a repository; {set_with(key, 'rasa')} && "
            + set_command(path, "<URL of the repository>", is_text=True)
        )
    elif chart.repository is None and not whole and chart.ref.strip():
        yield (
            f"rasa:assistant.chart.ref is {chart.ref!r}, the name of a chart, and no repository says where "
            f"it is; {set_with(path, 'https://helm.example.com')}"
        )


def _is_repository(text: str) -> bool:
    found = REPOSITORY.match(text)
    return found is not None and int(found["port"] or LARGEST_PORT) <= LARGEST_PORT


def _host(settings: Settings) -> Iterator[str]:
    ingress = settings.ingress
    for path, host in ingress.hosts.items():
        yield from _dns_name(path, host)
    if ingress.host in ingress.also_hosts:
        path = f"rasa:ingress.alsoHosts[{ingress.also_hosts.index(ingress.host)}]"
        yield f"{path} {ingress.host!r} is rasa:ingress.host already; remove it with: {rm_command(path)}"


def _dns_name(path: str, host: str) -> Iterator[str]:
    lower = host.lower().rstrip(".")
    if _is_address(host):
        yield (
            f"{path} {host!r} is an address, for which no certificate is issued; accepted: a name; "
            f"{_name(path)}"
        )
    elif host != lower and all(LABEL.match(label) for label in lower.split(".")):
        yield (
            f"{path} {host!r} is not as Kubernetes wants it, in lower case and without a dot at its end; "
            + set_with(path, lower)
        )
    elif "." not in host or not all(LABEL.match(label) for label in host.split(".")):
        yield (
            f"{path} {host!r} is no name of the DNS; accepted: labels of 1 to 63 lower-case letters, "
            "digits and "
            f"hyphens, two at least; {_name(path)}"
        )


def _name(path: str) -> str:
    return set_with(path, "assistant.example.com")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _topics(settings: Settings) -> Iterator[str]:
    in_cluster = isinstance(settings.event_broker, InClusterStore)
    known: dict[str, str] = {}
    for path, topic in settings.topics.by_path().items():
        mend = set_with(path, TOPICS.get(path, "rasa-events-anonymized"))
        before = known.setdefault(topic.replace(".", "_"), path)
        if topic in {".", ".."} or topic.startswith("__"):
            yield f"{path} {topic!r} is a name that Kafka keeps for itself; {mend}"
        elif in_cluster and not TOPIC_OF_STRIMZI.match(topic):
            yield (
                f"{path} {topic!r} is no name of a Kubernetes object, which a topic in the cluster is; "
                f"accepted: lower-case letters, digits, '-' and '.'; {mend}"
            )
        elif before != path:
            yield (
                f"{before} and {path} are the same to Kafka, which takes '.' and '_' for one in its metrics; "
                + mend
            )


def _variables(settings: Settings) -> Iterator[str]:
    """Variables that would replace what the process, the chart or the pod's identity needs."""
    ours: dict[str, Mapping[str, object]] = {
        "llmKeys": settings.llm_keys,
        "assistant.variables": settings.assistant.variables,
    }
    blocks = dict(ours)
    for key, server in (("nlgServer", settings.nlg_server), ("actions", settings.actions)):
        if isinstance(server, o.OwnServer):
            blocks |= {f"{key}.variables": server.variables, f"{key}.secrets": server.secrets}
            for name in sorted(server.variables.keys() & server.secrets.keys()):
                path = f"rasa:{key}.variables.{name}"
                yield f"{path} is in rasa:{key}.secrets, too; remove one, such as with: {rm_command(path)}"
            for name in server.secrets:
                if not variables.NAME.match(name):
                    path = child(f"rasa:{key}.secrets", name)
                    yield (
                        f"{path} is no environment variable; choose another name, and remove this one with: "
                        f"{rm_command(path)}"
                    )
    for block, names in blocks.items():
        for name in names:
            if (why := _taken(name, settings, ours=block in ours)) is not None:
                path = child(f"rasa:{block}", name)
                yield f"{path} {why}; choose another name, and remove this one with: {rm_command(path)}"


def _taken(name: str, settings: Settings, *, ours: bool) -> str | None:
    if OF_PROCESS.match(name):
        return "is read by the process itself, or by Kubernetes"
    if not ours:
        return None
    of_bundle = name in variables.OF_BUNDLE and settings.assistant.ca_bundle is not None
    if name in variables.OF_STACK or of_bundle:
        return "is set by the stack itself, from its other keys"
    if name in variables.OF_CONNECTIONS or name.startswith("TRACKER_STORE_"):
        return "is what the stack itself calls a connection's password"
    for cloud, identity, title in IDENTITIES:
        used = settings.cloud == cloud or (cloud == "aws" and uses_aws_identity(settings))
        if used and identity.match(name):
            return f"would replace the identity by which the pod logs in to {title}"
    return None


RULES: Sequence[Rule] = (_namespace, _images, _host, _topics, _variables)
