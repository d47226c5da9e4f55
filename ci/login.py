"""The short-lived identity of a job: its OIDC token, exchanged for what a cloud and Pulumi want to see.

The same on every CI system; where the token comes from is `ci/tokens.py`. AWS hands out credentials at once,
good for as long as an `up` takes. Azure and Google Cloud are given the token in a file, and ask for access
again and again while an `up` runs. No key is stored anywhere.
"""

from __future__ import annotations

import importlib
import json
import os
import shlex
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from bootstrap.tiers import tier, variable
from ci import backends, pulumi_cloud, stacks, tokens
from ci.errors import JobError
from ci.pulumi_cli import explain, write_private

Identity = Literal["PREVIEW", "DEPLOY"]
SESSION_SECONDS: Mapping[Identity, int] = {"PREVIEW": 3600, "DEPLOY": 4 * 3600}
"""As bootstrap/aws allows: an `up` that makes a Kafka and a Kubernetes cluster outlives the default hour."""
LOCAL = "local-"
SECRET = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", pulumi_cloud.ACCESS_TOKEN)
Environment = Mapping[str, str]


def cloud_of(stack: str, given: Environment) -> str:
    """Which cloud a stack's jobs log in to: its own; of a stack with none, the one that keeps its state.

    "none" where Pulumi Cloud keeps it, as PULUMI_BACKEND_URL says.
    """
    cloud = stacks.read(stack).cloud
    if cloud in stacks.CLOUDS:
        return cloud
    if _without_cloud(given):
        return "none"
    return next((one for one in stacks.CLOUDS if _backend(one, stack, given)), stacks.CLOUDS[0])


def _without_cloud(given: Environment) -> str:
    """The back end of stacks without a cloud, where a variable names Pulumi Cloud for them."""
    url = given.get(backends.URL, "")
    return url if backends.is_pulumi_cloud(url) else ""


def _backend(cloud: str, stack: str, given: Environment) -> str:
    if cloud == "none":
        return _without_cloud(given)
    return given.get(variable(f"{cloud.upper()}_BACKEND_URL", stack), "")


def is_bootstrapped(stack: str, given: Environment) -> bool:
    """Whether bootstrap/ has been run for a stack's cloud, and its variables have reached this job.

    A stack `local-…` is on somebody's own machine, which no job reaches.
    """
    return not stack.startswith(LOCAL) and bool(_backend(cloud_of(stack, given), stack, given))


def not_bootstrapped(stack: str) -> str:
    """Why a stack that is listed is not deployed by this job."""
    if stack.startswith(LOCAL):
        return f"{stack}: not deployed, as no pipeline reaches a cluster on somebody's own machine"
    cloud = stacks.read(stack).cloud
    named = cloud if cloud in stacks.CLOUDS else "<cloud>"
    where = f"run `pulumi up` in bootstrap/{named}, as README.md says"
    return f"{stack}: not deployed, as {named} is not bootstrapped: {where}"


def previews_for_real(stack: str, given: Environment) -> bool:
    """Whether a pull request's job can log in at all.

    On Azure and for production with GitHub alone. Elsewhere the token's subject names the branch, and Azure
    knows no patterns (bootstrap/azure/identities.py); nor does it say that somebody approved the job, without
    which no change opens production's secrets (bootstrap/issuers.py).
    """
    anywhere = cloud_of(stack, given) != "azure" and tier(stack) != "production"
    return (anywhere or "GITHUB_ACTIONS" in os.environ) and is_bootstrapped(stack, given)


def given_variables(environment: Environment = os.environ) -> Environment:
    """What bootstrap/ printed: GitHub hands its variables over as JSON, the others in the environment."""
    handed = environment.get("VARIABLES")
    if handed is None:
        return environment
    return {str(name): str(value) for name, value in json.loads(handed or "{}").items()}


def log_in(stack: str, identity: Identity, folder: Path, environment: Environment) -> dict[str, str]:
    """What Pulumi, the providers and kubectl must find in their environment."""
    given = given_variables(environment)
    cloud = cloud_of(stack, given)
    wanted = _Wanted(given, cloud, stack)
    url = _backend(cloud, stack, given) if cloud == "none" else wanted(f"{cloud.upper()}_BACKEND_URL")
    found = {backends.URL: url}
    if backends.is_pulumi_cloud(url):
        both = {**given, **environment}
        found = pulumi_cloud.log_in(url, identity, SESSION_SECONDS[identity], both)
    exchange: Callable[[], dict[str, str]] = {
        "aws": lambda: _aws(stack, identity, wanted, tokens.fetch("aws", environment)),
        "azure": lambda: _azure(identity, wanted, folder, environment),
        "gcp": lambda: _gcp(identity, wanted, folder, environment),
        "none": dict,
    }[cloud]
    return found | exchange()


def hand_over(found: Mapping[str, str], environment: Environment) -> str:
    """Give the environment to what follows: on GitHub to the next steps, else as lines for a shell."""
    later = environment.get("GITHUB_ENV")
    if not later:
        return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in found.items())
    with Path(later).open("a") as file:
        file.writelines(f"{name}={value}\n" for name, value in found.items())
    return "".join(f"::add-mask::{found[name]}\n" for name in SECRET if name in found)


def folder_for_tokens(environment: Environment) -> Path:
    """Outside the checkout, for this job alone."""
    return Path(tempfile.mkdtemp(prefix="cloud-", dir=environment.get("RUNNER_TEMP")))


def _aws(stack: str, identity: Identity, wanted: _Wanted, token: str) -> dict[str, str]:
    role, region = wanted(f"AWS_{identity}_ROLE"), wanted("AWS_REGION")
    try:
        # Never through credentials that the machine may have.
        config = importlib.import_module("botocore.config").Config(
            signature_version=importlib.import_module("botocore").UNSIGNED
        )
        sts: Any = importlib.import_module("boto3").client("sts", region_name=region, config=config)
        answer = sts.assume_role_with_web_identity(
            RoleArn=role,
            RoleSessionName=f"ci-{stack}"[:64],
            WebIdentityToken=token,
            DurationSeconds=SESSION_SECONDS[identity],
        )
    except ImportError:
        raise JobError(
            "boto3 is not installed", remedy="Install what the lock file says: `make check`."
        ) from None
    except Exception as error:  # noqa: BLE001 - botocore's errors are made at run time
        said = explain(
            stack, str(error), otherwise="Compare the role's trust policy with this job (bootstrap/aws)."
        )
        raise JobError(f"AWS refused the role {role}", remedy=said) from None
    keys = cast("Mapping[str, str]", answer["Credentials"])
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_REGION": region,
    }


def _azure(identity: Identity, wanted: _Wanted, folder: Path, environment: Environment) -> dict[str, str]:
    """For the provider (ARM_…), for state, secrets and blobs (AZURE_…), and for kubelogin (AAD_…)."""
    client, tenant = wanted(f"AZURE_{identity}_CLIENT_ID"), wanted("AZURE_TENANT_ID")
    path = folder / "token"
    write_private(path, tokens.fetch("azure", environment))
    return {
        "ARM_USE_OIDC": "true",
        "ARM_CLIENT_ID": client,
        "ARM_TENANT_ID": tenant,
        "ARM_SUBSCRIPTION_ID": wanted("AZURE_SUBSCRIPTION_ID"),
        "ARM_OIDC_TOKEN_FILE_PATH": str(path),
        "AZURE_CLIENT_ID": client,
        "AZURE_TENANT_ID": tenant,
        tokens.FILE: str(path),
        "AAD_LOGIN_METHOD": "workloadidentity",
    }


def _gcp(identity: Identity, wanted: _Wanted, folder: Path, environment: Environment) -> dict[str, str]:
    """A credential file (google.aip.dev/auth/4117): where the token is, and as whom to come."""
    path = folder / "credentials.json"
    account = wanted(f"GCP_{identity}_ACCOUNT")
    source = tokens.google_source(environment)
    if source is None:
        token = folder / "token"
        write_private(token, tokens.fetch("gcp", environment))
        source = {"file": str(token)}
    document = {
        "type": "external_account",
        "audience": f"//iam.googleapis.com/{wanted(f'GCP_{identity}_PROVIDER')}",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-"
        f"/serviceAccounts/{account}:generateAccessToken",
        "credential_source": source,
    }
    write_private(path, json.dumps(document))
    return {
        "GOOGLE_APPLICATION_CREDENTIALS": str(path),
        # For gcloud, which gke-gcloud-auth-plugin asks.
        "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": str(path),
        "CLOUDSDK_CORE_PROJECT": wanted("GCP_PROJECT"),
    }


class _Wanted:
    """The variables that bootstrap/ printed; one that is missing is named."""

    def __init__(self, given: Environment, cloud: str, stack: str) -> None:
        self._given, self._cloud, self._stack = given, cloud, stack

    def __call__(self, name: str) -> str:
        name = variable(name, self._stack)
        value = self._given.get(name, "")
        if not value or "\n" in value:
            raise JobError(
                f"the variable {name} is {'not one line' if value else 'not set'}",
                remedy=f"Run `pulumi up` in bootstrap/{self._cloud} and set the variables that it prints.",
            )
        return value
