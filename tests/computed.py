"""What the clouds add to the inputs, and components read: a row per type, as needed, for the recorder."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import grpc

from simcloud.answers import answer
from simcloud.errors import SimcloudError

ACCOUNT, REGION = "123456789012", "eu-central-1"
GOOGLE_PROJECT, GOOGLE_REGION = "example-project", "europe-west3"

Properties = Mapping[str, Any]


def _random_text(name: str, inputs: Properties) -> Properties:
    digits = hashlib.sha256(name.encode()).hexdigest() * 4
    return {"result": digits[: inputs["length"]]}


def _load_balancer(name: str, inputs: Properties) -> Properties:
    return {
        "metadata": {"name": name, **inputs["metadata"]},
        "status": {"loadBalancer": {"ingress": [{"hostname": f"{name}.elb.amazonaws.com"}]}},
    }


COMPUTED: Mapping[str, Callable[[str, Properties], Properties]] = {
    "aws:acm/certificate:Certificate": lambda name, inputs: {
        "domainValidationOptions": [
            {
                "domainName": inputs.get("domainName", name),
                "resourceRecordName": f"_1.{inputs.get('domainName', name)}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_2.acm-validations.aws.",
            }
        ]
    },
    "aws:route53/record:Record": lambda _name, inputs: {"fqdn": inputs["name"]},
    "azure-native:servicenetworking:FrontendsInterface": lambda name, _: {
        "fqdn": f"{name}.fz01.alb.azure.com",
    },
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": lambda _name, inputs: {
        "dnsResourceRecords": [
            {"name": f"_acme-challenge.{inputs['domain']}.", "type": "CNAME", "data": "1.authorize.goog."}
        ]
    },
    "gcp:compute/globalAddress:GlobalAddress": lambda _name, inputs: {
        "address": inputs.get("address", "203.0.113.9")
    },
    "kubernetes:helm.sh/v3:Release": lambda _name, _inputs: {"status": {"status": "deployed"}},
    "kubernetes:networking.k8s.io/v1:Ingress": _load_balancer,
    "aws:docdb/cluster:Cluster": lambda name, _: {
        "endpoint": f"{name}.cluster-x.{REGION}.docdb.amazonaws.com",
        "readerEndpoint": f"{name}.cluster-ro-x.{REGION}.docdb.amazonaws.com",
    },
    "aws:ec2/eip:Eip": lambda name, _: {"allocationId": f"eipalloc-{name}"},
    "aws:ec2/vpc:Vpc": lambda _name, _inputs: {"ownerId": ACCOUNT},
    "aws:eks/cluster:Cluster": lambda name, inputs: {
        "certificateAuthority": {"data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURQ=="},
        "endpoint": f"https://{name}.gr7.{REGION}.eks.amazonaws.com",
        "identities": [{"oidcs": [{"issuer": f"https://oidc.eks.{REGION}.amazonaws.com/id/1"}]}],
        "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": f"sg-{name}"},
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": lambda name, inputs: {
        "memberClusters": [f"{name}-{n:03}" for n in range(1, 1 + inputs.get("numCacheClusters", 1))],
        "primaryEndpointAddress": f"master.{name}.x.euc1.cache.amazonaws.com",
    },
    "aws:kms/key:Key": lambda _name, _inputs: {"keyId": "1234abcd-12ab-34cd-56ef-1234567890ab"},
    "aws:msk/cluster:Cluster": lambda name, _: {
        "arn": f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/{name}/uuid",
        # In the order in which AWS returns them: any.
        "bootstrapBrokersSaslIam": f"b-2.{name}:9098,b-3.{name}:9098,b-1.{name}:9098",
    },
    "aws:msk/configuration:Configuration": lambda _name, _inputs: {"latestRevision": 1},
    "aws:rds/instance:Instance": lambda name, _: {
        "address": f"{name}.x.{REGION}.rds.amazonaws.com",
        "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:master"}],
        "resourceId": "db-RESOURCE",
    },
    "gcp:certificateauthority/certificate:Certificate": lambda _name, _inputs: {
        "certificateDescriptions": [{"subjectDescriptions": [{"notAfterTime": "2027-05-21T12:00:00Z"}]}],
        "pemCertificate": "-----BEGIN CERTIFICATE-----",
    },
    "gcp:container/cluster:Cluster": lambda _name, inputs: {
        "endpoint": "34.159.1.2",
        "masterAuth": {"clusterCaCertificate": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURQ=="},
        "controlPlaneEndpointsConfig": {
            **inputs["controlPlaneEndpointsConfig"],
            "dnsEndpointConfig": {"endpoint": f"gke-1-1.{GOOGLE_REGION}.gke.goog"},
        },
        "workloadIdentityConfig": {"workloadPool": f"{inputs['project']}.svc.id.goog"},
    },
    "gcp:managedkafka/cluster:Cluster": lambda _name, inputs: {
        "bootstrapAddress": f"bootstrap.{inputs['clusterId']}.{GOOGLE_REGION}.managedkafka.p.cloud.goog:9092"
    },
    "gcp:projects/serviceIdentity:ServiceIdentity": lambda _name, inputs: {
        "member": f"serviceAccount:service-1@{inputs['service'].partition('.')[0]}.iam.gserviceaccount.com"
    },
    "gcp:redis/instance:Instance": lambda _name, _inputs: {
        "host": "10.20.64.3",
        "authString": "planted-auth-string",
        "serverCaCerts": [{"cert": "-----BEGIN CERTIFICATE-----one"}],
    },
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": lambda _, inputs: {
        "name": f"projects/1/locations/global/workloadIdentityPools/{inputs['workloadIdentityPoolId']}",
    },
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": lambda _, inputs: {
        "name": f"projects/1/locations/global/workloadIdentityPools/{inputs['workloadIdentityPoolId']}"
        f"/providers/{inputs['workloadIdentityPoolProviderId']}",
    },
    "gcp:serviceaccount/account:Account": lambda name, inputs: {
        "email": f"{name}@{inputs['project']}.iam.gserviceaccount.com",
        "member": f"serviceAccount:{name}@{inputs['project']}.iam.gserviceaccount.com",
        "name": f"projects/{inputs['project']}/serviceAccounts/{name}",
    },
    "gcp:sql/databaseInstance:DatabaseInstance": lambda _name, _inputs: {
        "privateIpAddress": "10.20.65.3",
        "serverCaCerts": [{"cert": "-----BEGIN CERTIFICATE-----one"}],
    },
    "tls:index/selfSignedCert:SelfSignedCert": lambda name, _: {
        "certPem": f"-----BEGIN CERTIFICATE-----{name}"
    },
    "tls:index/locallySignedCert:LocallySignedCert": lambda name, _: {
        "certPem": f"-----BEGIN CERTIFICATE-----{name}"
    },
    "tls:index/certRequest:CertRequest": lambda name, _: {"certRequestPem": f"request of {name}"},
    "tls:index/privateKey:PrivateKey": lambda _name, _inputs: {
        "privateKeyPem": "planted-private-key",
        "privateKeyPemPkcs8": "planted-private-key",
    },
    "azure-native:containerservice:ManagedCluster": lambda name, inputs: {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {}},
        "identityProfile": {"kubeletidentity": {"objectId": f"nodes-of-{name}"}},
        "oidcIssuerProfile": {**inputs["oidcIssuerProfile"], "issuerURL": f"https://oic.azure/{name}/"},
    },
    "azure-native:dbforpostgresql:Server": lambda name, _: {
        "fullyQualifiedDomainName": f"{name}.postgres.database.azure.com"
    },
    "azure-native:eventhub:EventHub": lambda _name, inputs: {"name": inputs["eventHubName"]},
    "azure-native:keyvault:Key": lambda name, _: {"keyUri": f"https://vault/keys/{name}"},
    "azure-native:managedidentity:UserAssignedIdentity": lambda name, _: {
        "clientId": f"client-of-{name}",
        "principalId": f"principal-of-{name}",
        "tenantId": "tenant",
    },
    "azure-native:privatedns:PrivateZone": lambda _name, inputs: {"name": inputs["privateZoneName"]},
    "azure-native:redisenterprise:Database": lambda _name, inputs: {"name": inputs["databaseName"]},
    "azure-native:redisenterprise:RedisEnterprise": lambda name, _: {
        "hostName": f"{name}.westeurope.redis.azure.net"
    },
    "azure-native:storage:BlobContainer": lambda _name, inputs: {"name": inputs["containerName"]},
    "azure-native:storage:StorageAccount": lambda _name, _inputs: {
        "keyCreationTime": {"key1": "2026-11-22T12:00:00.1234567Z", "key2": "2026-11-22T12:00:00.1234567Z"}
    },
    "random:index/randomPassword:RandomPassword": _random_text,
    "random:index/randomString:RandomString": _random_text,
    "random:index/randomId:RandomId": lambda _name, _inputs: {"hex": "0a1b2c"},
    "random:index/randomUuid:RandomUuid": lambda name, _: {"result": f"guid-of-{name}"},
}

AUTONAMED: Mapping[str, str] = {
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:msk/cluster:Cluster": "clusterName",
    "aws:rds/instance:Instance": "identifier",
    "aws:s3/bucket:Bucket": "bucket",
    "gcp:secretmanager/secret:Secret": "secretId",
    "gcp:serviceaccount/account:Account": "accountId",
}
"""The property that the engine fills with a name, where it is not `name`."""

RESHAPED: Mapping[str, tuple[str, ...]] = {"azure-native:containerservice:ManagedCluster": ("identity",)}
"""Inputs that do not come back as they were given: here a list that becomes a map."""

IDS: Mapping[str, str] = {
    "azure-native:resources:ResourceGroup": "/subscriptions/sub/resourceGroups/{name}",
    "azure-native:privatedns:VirtualNetworkLink": "/zones/zone-of-{name}/virtualNetworkLinks/{name}",
}
"""Ids that components take apart; the others are `<name>-id`."""


def _kubeconfig(arguments: Properties) -> Properties:
    server = {"server": f"https://{arguments['resourceName']}:443", "certificate-authority-data": "Y2E="}
    text = json.dumps({"clusters": [{"name": "c", "cluster": server}]})
    return {"kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(text.encode()).decode()}]}


class _Refused(grpc.RpcError):
    """What an SDK is told of a look-up that failed; any other exception would be the program's own."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return str(self)


def _simulated(token: str) -> Callable[[Properties], Properties]:
    """What the simulated cloud answers."""
    settings: dict[str, object] = {"region": REGION, "account": ACCOUNT}

    def ask(arguments: Properties) -> Properties:
        try:
            return answer(token, dict(arguments), settings)
        except SimcloudError as error:
            raise _Refused(str(error)) from error

    return ask


ANSWERS: Mapping[str, Callable[[Properties], Properties]] = {
    **{
        token: _simulated(token)
        for token in (
            *(
                f"aws:ec2/get{one}:get{one}"
                for one in ("Vpcs", "Vpc", "Subnets", "Subnet", "RouteTables", "RouteTable", "VpcEndpoint")
            ),
            "azure-native:containerservice:getManagedCluster",
            "azure-native:network:getVirtualNetwork",
            *(
                f"gcp:compute/get{one}:get{one}"
                for one in ("Subnetwork", "GlobalAddress", "NetworkPeering", "Routers")
            ),
            "gcp:container/getCluster:getCluster",
            *("aws:kms/getKey:getKey", "gcp:kms/getKMSCryptoKey:getKMSCryptoKey"),
        )
    },
    "azure-native:containerservice:listManagedClusterUserCredentials": _kubeconfig,
    "azure-native:eventhub:listEventHubKeys": lambda arguments: {
        "keyName": "rule",
        "primaryKey": "p",
        "secondaryKey": "s",
        "primaryConnectionString": f"Endpoint=sb://{arguments['namespaceName']};EntityPath=hub",
        "secondaryConnectionString": "",
        "aliasPrimaryConnectionString": "",
        "aliasSecondaryConnectionString": "",
    },
    "azure-native:eventhub:listNamespaceKeys": lambda arguments: {
        "keyName": "rule",
        "primaryKey": "p",
        "secondaryKey": "s",
        "primaryConnectionString": f"Endpoint=sb://{arguments['namespaceName']}",
        "secondaryConnectionString": "",
        "aliasPrimaryConnectionString": "",
        "aliasSecondaryConnectionString": "",
    },
    "azure-native:mongocluster:listMongoClusterConnectionStrings": lambda arguments: {
        "connectionStrings": [
            {
                "name": "Self",
                "description": "",
                "connectionString": f"mongodb+srv://<user>:<password>@{arguments['mongoClusterName']}.x/?tls=true",
            }
        ]
    },
    "azure-native:redisenterprise:listDatabaseKeys": lambda arguments: {
        "primaryKey": f"key-of-{arguments['clusterName']}",
        "secondaryKey": "other",
    },
    "azure-native:storage:listStorageAccountSAS": lambda arguments: {
        "accountSasToken": f"se={arguments['sharedAccessExpiryTime']}&sp={arguments['permissions']}"
        f"&srt={arguments['resourceTypes']}&spr={arguments['protocols']}&sv=2015-04-05&sig=x"
    },
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": lambda _: {
        "member": "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com"
    },
}
"""The functions that a component may call: what a cloud tells in no other way."""
