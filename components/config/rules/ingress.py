"""Rules for `rasa:ingress`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from components.config import ingress as o
from components.config.capacity import assistant_replicas
from components.config.clouds import CLOUDS
from components.config.clouds.existing import INGRESS
from components.config.clouds.facts import Format, IngressFacts
from components.config.cluster import ExistingCluster
from components.config.messages import parsed_cidr, rm_command, set_with
from components.config.model import SecretKey
from components.config.patterns import OBJECT_NAME
from components.config.rules.certificate_names import covers, names_in
from components.config.rules.runner import Rule
from components.config.settings import Settings
from components.rasa.spec.channels import stateful_channels

KEY = "rasa:ingress"
API = frozenset(
    {"conversations", "model", "models", "domain", "status", "version", "plan", "license", "auth"}
)
"""First parts of the paths of Rasa's HTTP API (Rasa Pro 3.21, core `server.py`); channels are elsewhere."""
A_SECRET = Format(pattern=re.compile(OBJECT_NAME), accepted="the name of a Secret")
WIDEST = 8
"""Prefix length: the largest range that one organisation holds."""


def _facts(settings: Settings) -> tuple[str, IngressFacts]:
    """What opens the ingress: the cloud that makes the cluster, or what runs in a cluster that exists."""
    if isinstance(settings.cluster, ExistingCluster):
        return settings.cluster.flavor, INGRESS[settings.cluster.flavor]
    if settings.cloud in CLOUDS:
        return settings.cloud, CLOUDS[settings.cloud].ingress
    # Cloud none with a managed cluster, which another rule reports.
    return "kubernetes", INGRESS["kubernetes"]


def _host(settings: Settings) -> Iterator[str]:
    ingress, (way, facts) = settings.ingress, _facts(settings)
    host, zone = ingress.host, ingress.zone
    if host is None:
        if given := sorted(ingress.model_fields_set - {"host", "callers"}):
            missing = set_with(f"{KEY}.host", "assistant.example.com")
            keys = ", ".join(str(type(ingress).model_fields[name].alias) for name in given)
            yield f"{KEY}.host is missing, and without it nothing comes of {keys}; {missing}"
        return
    if zone is None:
        source = ingress.certificate.source if ingress.certificate else "cloud"
        if facts.zone_proves and source == "cloud":
            yield (
                f"{KEY}.zone is missing: {way} issues a certificate for {host!r} when a record in its DNS "
                f"zone proves it yours; {set_with(f'{KEY}.zone.name', '<domain>')}, and so id"
            )
        return
    if facts.zone_id is None:
        yield (
            f"{KEY}.zone is given, and this stack has no cloud whose DNS it could write to: make the record "
            f"of {host!r} by hand, and remove the zone with: {rm_command(f'{KEY}.zone')}"
        )
        return
    named = {path: name.lower().rstrip(".") for path, name in ingress.hosts.items()}
    examples = (f"assistant{number}.{zone.name}" for number in ("", *range(2, len(named) + 2)))
    free = next(example for example in examples if example not in named.values())
    for path, name in named.items():
        mend = set_with(path, free)
        if name != zone.name and not name.endswith(f".{zone.name}"):
            yield (
                f"{path} {name!r} is not in the zone {zone.name!r}; accepted: a name that ends with "
                f".{zone.name}; {mend}"
            )
        if name == zone.name and not facts.zone_apex:
            yield (
                f"{path} {name!r} is the zone itself, which cannot be an alias of a load balancer's name; "
                + mend
            )
    if not facts.zone_id.pattern.match(zone.id):
        command = set_with(f"{KEY}.zone.id", "<id>")
        yield f"{KEY}.zone.id {zone.id!r} is not {facts.zone_id.accepted}; {command}"


def _certificate(settings: Settings) -> Iterator[str]:
    ingress, (way, facts) = settings.ingress, _facts(settings)
    block, accepted = ingress.certificate, facts.certificates
    if ingress.host is None:
        return
    if ingress.gateway is not None and not facts.controller:
        if block is not None:
            yield (
                f"{KEY}.certificate is given beside {KEY}.gateway, and the Gateway's own listener has the "
                f"certificate of the host; remove it with: {rm_command(f'{KEY}.certificate')}"
            )
        return
    if block is None or block.source not in accepted:
        if block is not None or "cloud" not in accepted:
            said = "is missing" if block is None else f"is {block.source!r}"
            yield (
                f"{KEY}.certificate.from {said}; accepted on {way}: {' or '.join(accepted)}; "
                + set_with(f"{KEY}.certificate.from", accepted[0])
            )
        return
    if isinstance(block, o.CertManagerCertificate):
        yield from _cert_manager(ingress, block, issues=facts.issues)
    if isinstance(block, o.ExistingCertificate):
        form, reference = facts.reference or A_SECRET, block.reference
        if not form.pattern.match(reference):
            command = set_with(f"{KEY}.certificate.reference", "<it>")
            yield f"{KEY}.certificate.reference {reference!r} is not {form.accepted}; {command}"
    if isinstance(block, o.PemCertificate):
        yield from _pem(block, ingress.hosts)


def _cert_manager(ingress: o.Ingress, block: o.CertManagerCertificate, *, issues: bool) -> Iterator[str]:
    if block.issuer is not None:
        return
    if not issues:
        yield (
            f"{KEY}.certificate.issuer is missing: the cluster's cert-manager issues by it; "
            + set_with(f"{KEY}.certificate.issuer", "<ClusterIssuer>")
        )
    elif block.email is None or ingress.zone is None:
        lacking = "email" if block.email is None else "zone"
        path = f"{KEY}.certificate.email" if block.email is None else f"{KEY}.zone.name"
        yield (
            f"{KEY}: {lacking} is missing, by which the stack's cert-manager would get a certificate; "
            f"{set_with(path, '<it>')}, or name an issuer that is there in {KEY}.certificate.issuer"
        )


def _pem(block: o.PemCertificate, hosts: Mapping[str, str]) -> Iterator[str]:
    if isinstance(block.certificate, SecretKey) or isinstance(block.key, SecretKey):
        yield (
            f"{KEY}.certificate refers to a Kubernetes Secret; give certificate and key themselves, or "
            f"name a TLS Secret with: pulumi config set --path '{KEY}.certificate.from' existing"
        )
        return
    try:
        names = names_in(block.certificate)
    except ValueError as error:
        path = f"{KEY}.certificate.certificate"
        mend = set_with(path, "< certificate.pem")
        yield f"{path}: {error}; accepted: PEM, the host's certificate first; {mend}"
        return
    for path, host in hosts.items():
        if not covers(names, host):
            yield (
                f"{KEY}.certificate.certificate is for {', '.join(names) or 'no name'}, not for the host "
                f"{host!r}: browsers would refuse it; have it issued for that name, or "
                + set_with(path, next(iter(names), "<its name>"))
            )


def _internal(settings: Settings) -> Iterator[str]:
    ingress, (way, facts) = settings.ingress, _facts(settings)
    if ingress.internal and ingress.host is not None and not facts.internal:
        yield (
            f"{KEY}.internal is true, which is not supported on {way}; remove it with: "
            + rm_command(f"{KEY}.internal")
        )


def _api(settings: Settings) -> Iterator[str]:
    api, (way, facts) = settings.ingress.api, _facts(settings)
    if api is None:
        return
    if facts.no_api is not None:
        yield (
            f"{KEY}.api is not supported on {way}: {facts.no_api}. Call Rasa inside the cluster instead "
            f"({KEY}.callers), and remove it with: {rm_command(f'{KEY}.api')}"
        )
        return
    ranges = api.allowed_cidrs
    if facts.api_ranges is not None and len(ranges) > facts.api_ranges:
        yield (
            f"{KEY}.api.allowedCidrs names {len(ranges)} ranges; accepted on {way}: {facts.api_ranges} at "
            "most, for a rule of its load balancer has no room for more; remove one with: "
            + rm_command(f"{KEY}.api.allowedCidrs[{len(ranges) - 1}]")
        )
    for index, text in enumerate(ranges):
        path, parsed = f"{KEY}.api.allowedCidrs[{index}]", parsed_cidr(text)
        if isinstance(parsed, str):
            yield f"{path} {parsed}; {set_with(path, '<range>')}"
        elif settings.profile == "production" and parsed.prefixlen < WIDEST:
            yield (
                f"{path} opens Rasa's whole HTTP API to the internet ({parsed}), which profile production "
                f"refuses; {set_with(path, '<range>')}"
            )


def _controller(settings: Settings) -> Iterator[str]:
    ingress, (way, facts) = settings.ingress, _facts(settings)
    if ingress.host is None:
        return
    given = {
        "className": ingress.class_name,
        "gateway": ingress.gateway and ingress.gateway.name,
        "controllerNamespace": ingress.controller_namespace,
    }
    if facts.controller:
        for key in (key for key, value in given.items() if value is not None):
            yield (
                f"{KEY}.{key} is {given[key]!r}, and {way} brings its own controller; remove it with: "
                + rm_command(f"{KEY}.{key}")
            )
        return
    if ingress.class_name is not None and ingress.gateway is not None:
        yield (
            f"{KEY}.className {ingress.class_name!r} and {KEY}.gateway are both given, and one of them takes "
            f"the ingress; remove the other, for example with: {rm_command(f'{KEY}.className')}"
        )
    if ingress.class_name is None and ingress.gateway is None:
        yield (
            f"{KEY}.className is missing: in a cluster that exists the ingress is its own controller's; "
            f"{set_with(f'{KEY}.className', '<name>')}, or name a Gateway of the cluster in {KEY}.gateway"
        )
    if ingress.controller_namespace is None:
        yield (
            f"{KEY}.controllerNamespace is missing: network policies let the pods of the cluster's own "
            f"controller in to Rasa; {set_with(f'{KEY}.controllerNamespace', '<name>')}"
        )


def _affinity(settings: Settings) -> Iterator[str]:
    """Channels like socketio and voice keep a conversation in one pod's memory."""
    ingress, assistant = settings.ingress, settings.assistant
    channels = stateful_channels(assistant.credentials, assistant.extra_endpoints)
    _, most = assistant_replicas(assistant, settings.profile)
    if ingress.host is None or not channels or most == 1:
        return
    named = ", ".join(channels)
    _, facts = _facts(settings)
    if ingress.affinity is False:
        yield (
            f"{KEY}.affinity is false, and {named} of rasa:assistant lose conversations when a browser comes "
            f"to another pod; {set_with(f'{KEY}.affinity', 'true')}, or one replica"
        )
    elif ingress.gateway is not None and not facts.controller and ingress.affinity is None:
        yield (
            f"{KEY}.affinity is not said, and {named} of rasa:assistant need a browser to come back to its "
            "pod, which the Gateway API has no field for: give the Gateway a policy of its implementation "
            f"that does it, and say so: {set_with(f'{KEY}.affinity', 'true')}"
        )
    elif ingress.gateway is None and not facts.controller and not ingress.annotations:
        yield (
            f"{KEY}.annotations is empty, and {named} of rasa:assistant need a browser to come back to its "
            "pod, which only the controller's own annotations can say (for HAProxy's: haproxy.org/cookie-"
            f"persistence); {set_with(f'{KEY}.annotations', '<them>')}"
        )


def _paths(settings: Settings) -> Iterator[str]:
    """Paths of Rasa's HTTP API, which whoever holds its token can read conversations by."""
    for index, path in enumerate(settings.ingress.paths):
        where, first = f"{KEY}.paths[{index}]", path.strip("/").partition("/")[0]
        if "//" in path or ".." in path.split("/"):
            yield f"{where} {path!r} is no path that a browser asks for; {set_with(where, '<path>')}"
        elif settings.profile == "production" and (not first or first in API):
            what = "everything that Rasa serves" if not first else f"/{first} of Rasa's HTTP API"
            yield (
                f"{where} {path!r} opens {what} to everybody, which profile production refuses; open it "
                "to some "
                f"addresses in {KEY}.api, and remove this with: {rm_command(where)}"
            )


RULES: Sequence[Rule] = (
    _host,
    _certificate,
    _internal,
    _api,
    _controller,
    _affinity,
    _paths,
)
