"""Stand-ins for the clouds' own services: moto, fake-gcs-server, Azurite; each filled with one model."""

from __future__ import annotations

import base64
import http
import json
import re
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.process import Processes, free_port
from tests.conformance.servers_sql import ADMIN_PASSWORD
from tests.conformance.tools import azurite, command, fake_gcs, rasa_python

BUCKET, ACCOUNT = "models", "account"
MODEL = b"\x1f\x8b" + b"a trained model" * 64
ACCOUNT_KEY = base64.b64encode(b"planted-secret-account-key").decode()
AWS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
"""Stands for the identity of the pod."""

FILL_AWS = """
import json, sys, boto3
endpoint, region, bucket, admin, *keys = sys.argv[1:]
def client(service):
    return boto3.client(service, endpoint_url=endpoint, region_name=region)
s3 = client("s3")
s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
for key in keys:
    s3.put_object(Bucket=bucket, Key=key, Body=sys.stdin.buffer.read() if key == keys[0] else b"")
s3.put_object(Bucket=bucket, Key="prod/text.tar.gz", Body=b"not an archive")
client("dynamodb").create_table(
    TableName="conversations", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "sender_id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("sender_id", "user_id")],
    GlobalSecondaryIndexes=[{"IndexName": "user_id-index", "Projection": {"ProjectionType": "ALL"},
                             "KeySchema": [{"AttributeName": "user_id", "KeyType": "HASH"}]}])
client("secretsmanager").create_secret(
    Name="arn:secret", SecretString=json.dumps({"username": "postgres", "password": admin}))
"""
FILL_STRICT = """
import json, sys, boto3
url, region, bucket = sys.argv[1:]
s3, iam = (boto3.client(name, endpoint_url=url, region_name=region) for name in ("s3", "iam"))
s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
iam.create_user(UserName="rasa")
may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="rasa", PolicyName="models", PolicyDocument=json.dumps(may))
key = iam.create_access_key(UserName="rasa")["AccessKey"]
print(json.dumps({f"AWS_{name}": key[camel] for name, camel in
                  (("ACCESS_KEY_ID", "AccessKeyId"), ("SECRET_ACCESS_KEY", "SecretAccessKey"))}))
"""
"""moto asks for no login during its first calls (INITIAL_NO_AUTH_ACTION_COUNT), which these are."""
FILL_BLOB = """
import datetime, sys
from azure.storage.blob import *
account, key, container, *names = sys.argv[1:]
service = BlobServiceClient(f"https://{account}.blob.core.windows.net/", credential=key)
made = service.create_container(container)
model = sys.stdin.buffer.read()
for name in names:
    made.upload_blob(name, model)
sas = generate_account_sas(
    account, key, ResourceTypes(service=True, container=True, object=True),
    AccountSasPermissions(read=True, list=True),
    datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1), services=Services(blob=True))
# In Azure's own order: Rasa Pro knows a SAS by its sv= in front (docs/rasa-pro.md, Blob storage).
print("&".join(sorted(sas.split("&"), key=lambda part: not part.startswith("sv="))))
"""
PROXY = """
import asyncio, sys
port, target = map(int, sys.argv[1:])
async def pour(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()
async def serve(reader, writer):
    asked = await reader.readuntil(b"\\r\\n\\r\\n")
    if b".blob.core.windows.net:443 " not in asked.split(b"\\r\\n")[0]:
        writer.write(b"HTTP/1.1 403 this proxy leads to Azurite alone\\r\\n\\r\\n")
        return writer.close()
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
    writer.write(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
    await asyncio.gather(pour(reader, far_writer), pour(far_reader, writer))
async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()
asyncio.run(main())
"""


@dataclass(frozen=True)
class Blob:
    """Azurite, under the name that Rasa dials."""

    environment: dict[str, str]
    """A proxy that leads that name to loopback, and the authority that signed its certificate."""
    sas: str
    """Account SAS that may read and list, as `components/azure` makes one."""


def moto(processes: Processes, region: str, model: str) -> str:
    """Start S3, DynamoDB and Secrets Manager; their URL."""
    port = free_port()
    server = [str(rasa_python()), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    processes.start("moto", server, ports=[port])
    url = f"http://127.0.0.1:{port}"
    fill = [
        str(rasa_python()),
        "-c",
        FILL_AWS,
        url,
        region,
        BUCKET,
        ADMIN_PASSWORD,
        model,
        "prod/empty.tar.gz",
    ]
    _filled(fill, AWS)
    return url


def strict_s3(processes: Processes, region: str) -> tuple[str, dict[str, str]]:
    """Start S3 that verifies keys and signatures, with the bucket; its URL, and the keys it takes."""
    port = free_port()
    server = [str(rasa_python()), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    calls = {"INITIAL_NO_AUTH_ACTION_COUNT": str(len(re.findall(r"(?:s3|iam)\.\w+\(", FILL_STRICT)))}
    processes.start(f"moto-{port}", server, ports=[port], env=calls)
    url = f"http://127.0.0.1:{port}"
    made = json.loads(_filled([str(rasa_python()), "-c", FILL_STRICT, url, region, BUCKET], AWS))
    return url, made


def aws_bucket(url: str, region: str, bucket: str, key: str) -> None:
    """Make one more bucket with one model in it; a bucket that is there already is fine."""
    code = (
        "import sys, boto3; url, region, bucket, key = sys.argv[1:]\n"
        "s3 = boto3.client('s3', endpoint_url=url, region_name=region)\n"
        "held = [b['Name'] for b in s3.list_buckets()['Buckets']]\n"
        "where = {'LocationConstraint': region}\n"
        "bucket in held or s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)\n"
        "s3.put_object(Bucket=bucket, Key=key, Body=sys.stdin.buffer.read())"
    )
    _filled([str(rasa_python()), "-c", code, url, region, bucket, key], AWS)


def gcs(processes: Processes, model: str) -> str:
    """Start fake-gcs-server; its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = [str(fake_gcs()), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port)]
    processes.start("gcs", [*server, "-backend", "memory", "-public-host", f"127.0.0.1:{port}"], ports=[port])
    gcs_bucket(url, BUCKET, model)
    return url


def gcs_bucket(url: str, bucket: str, key: str) -> None:
    """Make one more bucket with one model in it; a bucket that is there already is fine."""
    try:
        _post(f"{url}/storage/v1/b?project=test", json.dumps({"name": bucket}).encode(), "application/json")
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.CONFLICT:
            raise
    _post(f"{url}/upload/storage/v1/b/{bucket}/o?uploadType=media&name={key}", MODEL, "application/gzip")


def blob(processes: Processes, certificates: Path, *models: str) -> Blob:
    """Start Azurite behind a proxy: Rasa dials `<account>.blob.core.windows.net` and offers no other name."""
    port, proxy = free_port(), free_port()
    folder = processes.folder / "azurite"
    folder.mkdir()
    server = [command("node"), str(azurite()), "--blobPort", str(port), "--location", str(folder), "--silent"]
    server += ["--skipApiVersionCheck", "--disableTelemetry"]
    server += ["--cert", str(certificates / "server.pem"), "--key", str(certificates / "server.key")]
    processes.start("azurite", server, ports=[port], env={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{ACCOUNT_KEY}"})
    processes.start("proxy", [str(rasa_python()), "-c", PROXY, str(proxy), str(port)], ports=[proxy])
    environment = {
        "HTTPS_PROXY": f"http://127.0.0.1:{proxy}",
        "NO_PROXY": "localhost,127.0.0.1",
        "REQUESTS_CA_BUNDLE": str(certificates / "ca.pem"),
    }
    fill = [str(rasa_python()), "-c", FILL_BLOB, ACCOUNT, ACCOUNT_KEY, BUCKET, *models]
    return Blob(environment, _filled(fill, environment))


def _filled(command_line: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command_line,
        input=MODEL,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-1500:]
    return done.stdout.decode().strip()


def _post(url: str, body: bytes, kind: str) -> None:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": kind}, method="POST")
    with urllib.request.urlopen(request, timeout=30):
        pass
