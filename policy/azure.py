"""Policies for Azure: no public access, TLS, backups, protection, least privilege, logs, alarms, tags.

Encryption at rest has none: Azure knows no unencrypted store (the keys are Azure's, see the foundation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policy.stack import Policy, Resource, Stack, at, demand, present, unsure

CLUSTER = "azure-native:containerservice:ManagedCluster"
ACCOUNT = "azure-native:storage:StorageAccount"
POSTGRES = "azure-native:dbforpostgresql:Server"
MONGO = "azure-native:mongocluster:MongoCluster"
REDIS = "azure-native:redisenterprise:RedisEnterprise"
EVENT_HUBS = "azure-native:eventhub:Namespace"
VAULT = "azure-native:keyvault:Vault"
STORES = {
    ACCOUNT: "Microsoft.Storage/storageAccounts",
    POSTGRES: "Microsoft.DBforPostgreSQL/flexibleServers",
    MONGO: "Microsoft.DocumentDB/mongoClusters",
    REDIS: "Microsoft.Cache/redisEnterprise",
    EVENT_HUBS: "Microsoft.EventHub/namespaces",
}
"""Type → the namespace of its metrics."""
LOCKED = (ACCOUNT, POSTGRES, MONGO)
"""What holds data that nobody can make again."""
UNTAGGED = (
    "azure-native:containerservice:MaintenanceConfiguration",
    "azure-native:network:Subnet",
    "azure-native:dns:RecordSet",
    "azure-native:network:PrivateDnsZoneGroup",
    "azure-native:redisenterprise:Database",
    "azure-native:dbforpostgresql:Configuration",
    "azure-native:storage:Blob",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:BlobServiceProperties",
    "azure-native:storage:ManagementPolicy",
    "azure-native:eventhub:EventHub",
    "azure-native:eventhub:EventHubAuthorizationRule",
    "azure-native:eventhub:NamespaceAuthorizationRule",
    "azure-native:managedidentity:FederatedIdentityCredential",
    "azure-native:authorization:RoleAssignment",
    "azure-native:authorization:RoleDefinition",
    "azure-native:authorization:ManagementLockByScope",
    "azure-native:monitor:DiagnosticSetting",
)
"""What takes no tags in Azure."""


def nothing_is_public(stack: Stack) -> Iterator[str]:
    """No store, subnet or Kubernetes API that the internet reaches."""
    for resource in stack.of(REDIS, EVENT_HUBS):
        yield from demand(resource, "publicNetworkAccess", wanted="Disabled")
    for resource in stack.of(POSTGRES):
        yield from demand(resource, "network.publicNetworkAccess", wanted="Disabled")
        yield from demand(resource, "network.delegatedSubnetResourceId", present)
    for resource in stack.of(MONGO):
        yield from demand(resource, "properties.publicNetworkAccess", wanted="Disabled")
    for resource in stack.of(ACCOUNT):
        yield from demand(resource, "allowBlobPublicAccess", wanted=False)
        yield from _closed(resource, "publicNetworkAccess", "networkRuleSet.defaultAction")
    for resource in stack.of(VAULT):
        yield from _closed(resource, "properties.publicNetworkAccess", "properties.networkAcls.defaultAction")
    for resource in stack.of("azure-native:storage:BlobContainer"):
        yield from demand(resource, "publicAccess", wanted="None")
    for resource in stack.of(CLUSTER):
        open_to: Sequence[str] = at(resource.inputs, "apiServerAccessProfile.authorizedIPRanges") or []
        private = at(resource.inputs, "apiServerAccessProfile.enablePrivateCluster")
        if not private and not open_to:
            yield f"{resource.type} {resource.name}: a public API without ranges is open to all"
        if stack.production and any(cidr.endswith("/0") for cidr in open_to):
            yield f"{resource.type} {resource.name}: the Kubernetes API is open to all"


def store_subnets_let_in_the_nodes_alone(stack: Stack) -> Iterator[str]:
    """Each security group ends with a refusal, and what it allows has a narrow source and ports."""
    for group in stack.of("azure-native:network:NetworkSecurityGroup"):
        rules: Sequence[Mapping[str, object]] = group.inputs["securityRules"]
        if unsure(rules, *(rule["priority"] for rule in rules)):
            continue
        last = max(rules, key=lambda rule: int(str(rule["priority"])))
        if last["access"] != "Deny" or last["sourceAddressPrefix"] != "*":
            yield f"{group.type} {group.name}: the last rule does not refuse the rest"
        for rule in rules:
            if rule["access"] == "Allow" and (
                rule["sourceAddressPrefix"] in {"*", "Internet", "VirtualNetwork"}
                or not rule.get("destinationPortRanges")
            ):
                yield f"{group.type} {group.name}: rule {rule['name']} is too wide"


def traffic_is_encrypted(stack: Stack) -> Iterator[str]:
    """TLS is required, not offered."""
    for resource in stack.of(ACCOUNT):
        yield from demand(resource, "enableHttpsTrafficOnly", wanted=True)
        yield from demand(resource, "minimumTlsVersion", wanted="TLS1_2")
    for resource in stack.of(REDIS, EVENT_HUBS):
        yield from demand(resource, "minimumTlsVersion", wanted="1.2")
    for resource in stack.of("azure-native:redisenterprise:Database"):
        yield from demand(resource, "clientProtocol", wanted="Encrypted")
    for server in stack.of(POSTGRES):
        settings = [
            (each.inputs.get("configurationName"), each.inputs.get("value"))
            for each in stack.of("azure-native:dbforpostgresql:Configuration")
        ]
        required = [value for name, value in settings if name == "require_secure_transport"]
        if required != ["on"] and not unsure(*required, *(name for name, _ in settings)):
            yield f"{server.type} {server.name}: require_secure_transport is not on"


def rasa_can_speak_to_redis(stack: Stack) -> Iterator[str]:
    """One shard, one key, no eviction: everything else fails at the first conversation."""
    for resource in stack.of("azure-native:redisenterprise:Database"):
        yield from demand(resource, "clusteringPolicy", wanted="NoCluster")
        yield from demand(resource, "accessKeysAuthentication", wanted="Enabled")
        yield from demand(resource, "evictionPolicy", wanted="NoEviction")


def models_come_back(stack: Stack) -> Iterator[str]:
    """Versions and soft deletion for each storage account."""
    for account in stack.of(ACCOUNT):
        found = list(stack.of("azure-native:storage:BlobServiceProperties"))
        if not found:
            yield f"{account.type} {account.name}: has no properties of its blob service"
        for resource in found:
            yield from demand(resource, "isVersioningEnabled", wanted=True)
            yield from demand(resource, "deleteRetentionPolicy.enabled", wanted=True)
            yield from demand(resource, "containerDeleteRetentionPolicy.enabled", wanted=True)


def production_survives(stack: Stack) -> Iterator[str]:
    """Zones and backups."""
    if not stack.production:
        return
    for resource in stack.of(POSTGRES):
        yield from demand(resource, "highAvailability.mode", wanted="ZoneRedundant")
        yield from demand(resource, "backup.backupRetentionDays", _a_week_or_more)
    for resource in stack.of(MONGO):
        yield from demand(resource, "properties.highAvailability.targetMode", wanted="ZoneRedundantPreferred")
    for resource in stack.of(REDIS):
        yield from demand(resource, "highAvailability", wanted="Enabled")
    for resource in stack.of(EVENT_HUBS):
        yield from demand(resource, "zoneRedundant", wanted=True)
    for resource in stack.of(ACCOUNT):
        yield from demand(resource, "sku.name", wanted="Standard_ZRS")
    for resource in stack.of(CLUSTER):
        yield from demand(resource, "sku.tier", wanted="Standard")
        for pool in resource.inputs["agentPoolProfiles"]:
            if len(pool.get("availabilityZones") or []) < 3:  # noqa: PLR2004 - zones
                yield f"{resource.type} {resource.name}: pool {pool['name']} is not in three zones"


def production_is_not_deleted_by_accident(stack: Stack) -> Iterator[str]:
    """A lock on what nobody can make again, and key vaults that nobody purges."""
    if not stack.production:
        return
    for resource in stack.of(VAULT):
        yield from demand(resource, "properties.enablePurgeProtection", wanted=True)
    locked = [each.inputs["scope"] for each in stack.of("azure-native:authorization:ManagementLockByScope")]
    for resource in stack.of(*LOCKED):
        # In a recording a scope holds the logical name, in an update the one that the engine made.
        made = {key: value for key, value in resource.inputs.items() if key.endswith("Name")}
        names = {resource.name, *(str(value) for key, value in made.items() if key != "resourceGroupName")}
        if not unsure(*locked) and not any(name in str(scope) for scope in locked for name in names):
            yield f"{resource.type} {resource.name}: no lock on it"


def machines_do_what_is_asked_of_them(stack: Stack) -> Iterator[str]:
    """No burstable machine where Azure takes none: system pools, and servers with a standby."""
    for resource in stack.of(CLUSTER):
        for pool in resource.inputs["agentPoolProfiles"]:
            if pool.get("mode") == "System" and str(pool["vmSize"]).startswith("Standard_B"):
                yield f"{resource.type} {resource.name}: pool {pool['name']} is of the B series"
    for resource in stack.of(POSTGRES):
        standby = at(resource.inputs, "highAvailability.mode") not in {None, "Disabled"}
        if standby and at(resource.inputs, "sku.tier") == "Burstable":
            yield f"{resource.type} {resource.name}: a burstable server has no standby"


def the_cluster_has_no_back_door(stack: Stack) -> Iterator[str]:
    """Entra ID and Azure's own rights, and nothing beside them."""
    for resource in stack.of(CLUSTER):
        yield from demand(resource, "disableLocalAccounts", wanted=True)
        yield from demand(resource, "aadProfile.enableAzureRBAC", wanted=True)
        yield from demand(resource, "apiServerAccessProfile.disableRunCommand", wanted=True)
        yield from demand(resource, "securityProfile.workloadIdentity.enabled", wanted=True)
        yield from demand(resource, "oidcIssuerProfile.enabled", wanted=True)
        yield from demand(resource, "networkProfile.networkPolicy", wanted="cilium")


def grants_are_narrow(stack: Stack) -> Iterator[str]:
    """A sender may send; a role of ours names what it allows; nobody is assigned a whole subscription."""
    for rule in stack.of("azure-native:eventhub:EventHubAuthorizationRule"):
        yield from demand(rule, "rights", wanted=["Send"])
    for rule in stack.of("azure-native:eventhub:NamespaceAuthorizationRule"):
        yield from demand(rule, "rights", wanted=["Listen", "Send"])  # the analytics; nobody manages
    for role in stack.of("azure-native:authorization:RoleDefinition"):
        for permission in role.inputs["permissions"]:
            allowed = [str(each) for key in ("actions", "dataActions") for each in permission.get(key, ())]
            if any("*" in action for action in allowed):
                yield f"{role.type} {role.name}: allows {allowed}"
    for assignment in stack.of("azure-native:authorization:RoleAssignment"):
        yield from demand(assignment, "roleAssignmentName", present)
        yield from demand(assignment, "scope", _below_a_subscription)


def stores_are_watched(stack: Stack) -> Iterator[str]:
    """Each kind of store has alarms on its own metrics."""
    criteria = [at(alarm.inputs, "criteria.allOf") for alarm in stack.of("azure-native:monitor:MetricAlert")]
    watched = [criterion["metricNamespace"] for listed in criteria for criterion in listed]
    for store in stack.of(*STORES):
        if STORES[store.type] not in watched and not unsure(*criteria, *watched):
            yield f"{store.type} {store.name}: no alarm on {STORES[store.type]}"


def logs_end(stack: Stack) -> Iterator[str]:
    """A workspace that never forgets costs forever."""
    for resource in stack.of("azure-native:operationalinsights:Workspace"):
        yield from demand(resource, "retentionInDays", present)


def everything_is_tagged(stack: Stack) -> Iterator[str]:
    """Azure's provider has no default tags: every resource that takes some has them."""
    for resource in stack.resources:
        if resource.type.startswith("azure-native:") and resource.type not in UNTAGGED:
            for key in ("managed-by", "project", "stack", "profile"):
                if not at(resource.inputs, f"tags.{key}"):
                    yield f"{resource.type} {resource.name}: no tag {key}"


POLICIES: Sequence[Policy] = (
    nothing_is_public,
    store_subnets_let_in_the_nodes_alone,
    traffic_is_encrypted,
    rasa_can_speak_to_redis,
    models_come_back,
    production_survives,
    production_is_not_deleted_by_accident,
    machines_do_what_is_asked_of_them,
    the_cluster_has_no_back_door,
    grants_are_narrow,
    stores_are_watched,
    logs_end,
    everything_is_tagged,
)


def _closed(resource: Resource, access: str, default_action: str) -> Iterator[str]:
    """Shut, or open to listed addresses only."""
    if at(resource.inputs, access) != "Disabled":
        yield from demand(resource, default_action, wanted="Deny")


def _a_week_or_more(value: object) -> bool:
    return isinstance(value, int | float) and value >= 7  # noqa: PLR2004 - days


def _below_a_subscription(value: object) -> bool:
    return str(value).count("/") != len(("", "subscriptions"))
