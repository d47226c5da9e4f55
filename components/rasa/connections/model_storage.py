"""Where Rasa reads its model: variables and arguments; only a model server has a block, `models`."""

from __future__ import annotations

from typing import assert_never

from components.contract.connections import S3, AzureBlob, Gcs, ModelServer, ModelStorage, Volume
from components.kubernetes.documents import Block
from components.rasa.connections.addresses import of_url
from components.rasa.connections.rendered import Rendered, authority, http_login
from components.rasa.spec import variables
from components.rasa.spec.pod_files import GOOGLE_CREDENTIALS, authority_path, client_path
from components.rasa.spec.variables import Plain, Secret, Variable

WHAT, SOURCE = "model storage", "the model storage"


def model_storage(storage: ModelStorage) -> Rendered:
    """Where trained models lie."""
    match storage:
        case S3():
            return _s3(storage)
        case AzureBlob():
            return Rendered(
                what=WHAT,
                connection=storage,
                addresses=None,
                variables=(
                    Plain("AZURE_ACCOUNT_NAME", storage.account, SOURCE),
                    Plain("AZURE_CONTAINER", storage.container, SOURCE),
                    # Account key or SAS string; Rasa takes no identity (docs/rasa-pro.md, Blob storage).
                    Secret("AZURE_ACCOUNT_KEY", storage.credential, SOURCE),
                ),
            )
        case Gcs():
            return _gcs(storage)
        case ModelServer():
            login, found = http_login(
                "model-storage", SOURCE, variables.MODEL_SERVER_TOKEN, storage.token, storage.ca
            )
            block: Block = {"url": storage.url, "wait_time_between_pulls": storage.pull_seconds, **login}
            return Rendered(
                what=WHAT,
                connection=storage,
                addresses=of_url(storage.url),
                blocks={"models": block},
                variables=found,
                authorities=authority("model-storage", storage.ca),
            )
        case Volume():
            return Rendered(what=WHAT, connection=storage, addresses=None)
        case _:
            assert_never(storage)


def model_arguments(storage: ModelStorage, model: str) -> list[str]:
    """Name the model: Rasa's default is the newest file in a folder, or the key `models.tar.gz`."""
    match storage:
        case S3():
            return ["--remote-storage", "aws", "-m", model]
        case AzureBlob():
            return ["--remote-storage", "azure", "-m", model]
        case Gcs():
            return ["--remote-storage", "gcs", "-m", model]
        case Volume():
            # A path must exist as it is written (cli/run.py:68); object keys get the suffix from Rasa.
            return ["-m", f"models/{model.removesuffix('.tar.gz')}.tar.gz"]
        case ModelServer():
            return []  # the block `models` wins over every argument (core/agent.py:457)
        case _:
            assert_never(storage)


def _s3(storage: S3) -> Rendered:
    found: list[Variable] = [
        Plain("BUCKET_NAME", storage.bucket, SOURCE),
        Plain("AWS_DEFAULT_REGION", storage.region, SOURCE),
    ]
    if storage.endpoint is not None:
        # Rasa hands AWS_ENDPOINT_URL to S3 and boto3 hands it to every other client as well; this one
        # boto3 gives to S3 alone, where Rasa passes none (core/persistor.py:94).
        found.append(Plain("AWS_ENDPOINT_URL_S3", storage.endpoint, SOURCE))
    if storage.ca is not None:
        # Rasa has no key for it; botocore reads this, and then trusts no other authority.
        found.append(Plain("AWS_CA_BUNDLE", authority_path("model-storage"), SOURCE))
    if storage.keys is not None:
        found.append(Secret("AWS_ACCESS_KEY_ID", storage.keys.access_key_id, SOURCE))
        found.append(Secret("AWS_SECRET_ACCESS_KEY", storage.keys.secret_access_key, SOURCE))
    return Rendered(
        what=WHAT,
        connection=storage,
        addresses=None if storage.endpoint is None else of_url(storage.endpoint),
        variables=tuple(found),
        authorities=authority("model-storage", storage.ca),
    )


def _gcs(storage: Gcs) -> Rendered:
    found = [Plain("BUCKET_NAME", storage.bucket, SOURCE)]
    if storage.credentials is not None:
        found.append(Plain("GOOGLE_APPLICATION_CREDENTIALS", client_path(GOOGLE_CREDENTIALS), SOURCE))
    return Rendered(
        what=WHAT,
        connection=storage,
        addresses=None,
        variables=tuple(found),
        client_files={} if storage.credentials is None else {GOOGLE_CREDENTIALS: storage.credentials},
    )
