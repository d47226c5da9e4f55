"""Judges a rendered trust as its cloud does: is this identity handed to a token with these claims?

AWS: the conditions of the role's policy. Azure: subject, issuer and audience of a federated credential, all
compared as a whole. Google Cloud: the provider's condition in CEL, and which provider an account is bound to.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from pulumi import ComponentResource, Output, ResourceOptions

from bootstrap.aws import identities as aws
from bootstrap.azure import identities as azure
from bootstrap.gcp import identities as gcp
from bootstrap.issuers import Trust
from tests.recorder import Recording, record

Claims = Mapping[str, str]
KNOWN = Output.from_input
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"


def rendered(cloud: str, trust: Trust, *, keeps_models: bool = True) -> Recording[Any]:
    """What bootstrap/ makes of a trust."""
    if cloud == "aws":

        def made() -> object:
            account = ComponentResource("rasa:bootstrap:Account", "account")
            args = aws.IdentitiesArgs(
                issuer_arn=aws.create_issuer("ci", trust, ResourceOptions(parent=account)),
                trust=trust,
                bucket_arn=KNOWN("arn:aws:s3:::b"),
                bucket_key_arn=KNOWN("arn:bucket"),
                key_arn=KNOWN("arn:k"),
            )
            return aws.Identities("ci", args)

        return record(made)
    if cloud == "azure":
        given = azure.IdentitiesArgs(
            resource_group=KNOWN("g"), subscription="0", trust=trust, keeps_models=keeps_models
        )
        return record(lambda: azure.Identities("ci", given))
    args_ = gcp.IdentitiesArgs(project="p", trust=trust, keeps_models=keeps_models)
    return record(lambda: gcp.Identities("ci", args_))


def admits(cloud: str, recording: Recording[Any], identity: str, claims: Claims) -> bool:
    """Whether a token with these claims (`iss` without https://) is taken for an identity."""
    return {"aws": _aws, "azure": _azure, "gcp": _gcp}[cloud](recording, identity, claims)


def _aws(recording: Recording[Any], identity: str, claims: Claims) -> bool:
    issuer = recording.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    role = recording.one("aws:iam/role:Role", f"ci-{identity}")
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"]["Federated"].startswith("arn:aws:iam:")
    if (
        issuer.inputs["url"] != f"https://{claims['iss']}"
        or claims["aud"] not in issuer.inputs["clientIdLists"]
    ):
        return False
    conditions = statement["Condition"]
    assert set(conditions) == {"StringEquals", "StringLike"}
    assert all(key.startswith(f"{claims['iss']}:") for test in conditions.values() for key in test)
    return all(
        claims[key.rpartition(":")[2]] == value for key, value in conditions["StringEquals"].items()
    ) and all(
        any(like(pattern, claims[key.rpartition(":")[2]]) for pattern in patterns)
        for key, patterns in conditions["StringLike"].items()
    )


def like(pattern: str, value: str) -> bool:
    """IAM's StringLike: `*` any characters, slashes too; `?` exactly one."""
    expression = "".join({"*": ".*", "?": "."}.get(mark, re.escape(mark)) for mark in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _azure(recording: Recording[Any], identity: str, claims: Claims) -> bool:
    credentials = recording.of("azure-native:managedidentity:FederatedIdentityCredential")
    ours = [one.inputs for one in credentials if one.inputs["resourceName"] == f"test-ci-{identity}-0a1b2c"]
    assert ours, "the identity has no credential"
    return any(
        (one["issuer"], one["subject"], one["audiences"])
        == (f"https://{claims['iss']}", claims["sub"], [claims["aud"]])
        for one in ours
    )


def _gcp(recording: Recording[Any], identity: str, claims: Claims) -> bool:
    (binding,) = [
        one
        for one in recording.of("gcp:serviceaccount/iAMMember:IAMMember")
        if one.inputs["serviceAccountId"].endswith(f"/serviceAccounts/ci-{identity}-0a1b2c")
    ]
    door = re.fullmatch(
        r"principalSet://iam\.googleapis\.com/projects/1/locations/global/workloadIdentityPools/ci-0a1b2c"
        r"/attribute\.door/(\w+)",
        binding.inputs["member"],
    )
    assert door, binding.inputs["member"]
    for provider in recording.of(PROVIDER):
        given = provider.inputs
        if (
            given["oidc"]["issuerUri"] == f"https://{claims['iss']}"
            and claims["aud"] in given["oidc"]["allowedAudiences"]
            and cel(given["attributeCondition"], claims)
            and cel(given["attributeMapping"]["attribute.door"], claims) == door[1]
        ):
            return True
    return False


def cel(expression: str, claims: Claims) -> Any:
    """The part of the Common Expression Language that bootstrap/ uses; anything else is an error."""
    assert not set(expression) & {'"', "\\"}
    spelled = re.sub(r"!(?!=)", " not ", expression.replace("||", " or ").replace("&&", " and "))
    return _value(ast.parse(spelled, mode="eval").body, claims)


def _value(node: ast.expr, claims: Claims) -> Any:  # noqa: C901, PLR0911 - one for each kind of expression
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.List(elts=items):
            return [_value(item, claims) for item in items]
        case ast.Attribute(value=ast.Name(id="assertion" | "resource"), attr=claim):
            return claims[claim]
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _value(part, claims)
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
            return _value(left, claims) != _value(right, claims)
        case ast.Call(func=ast.Attribute(value=text, attr="endsWith"), args=[end]):
            return _value(text, claims).endswith(_value(end, claims))
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_value(part, claims) for part in parts)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, claims) for part in parts)
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            return _value(left, claims) in _value(right, claims)
        case ast.Call(func=ast.Attribute(value=text, attr="matches"), args=[pattern]):
            # As in RE2: anywhere in the text, unless anchored.
            return re.search(_value(pattern, claims), _value(text, claims)) is not None
        case _:
            raise AssertionError(f"not judged here: {ast.dump(node)}")
