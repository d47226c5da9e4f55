"""Make the test's authorities and certificates in a folder; run by the Python that has Rasa Pro.

Names: `ca`, `other-ca` (trusted by nobody), `server`, `expired`, `client` (by `ca`), each as .pem and .key.
"""

# `cryptography` is in Rasa Pro's environment, not in this project's.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

import datetime as dt
import ipaddress
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

NAMES = ["localhost", "account.blob.core.windows.net"]
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def main(folder: Path) -> None:
    authority = made(folder, "ca", None)
    made(folder, "other-ca", None)
    made(folder, "server", authority)
    made(folder, "expired", authority, until=NOW - DAY)
    made(folder, "client", authority, common_name="rasa")


def made(
    folder: Path, name: str, signer: Any, *, common_name: str | None = None, until: Any = NOW + 30 * DAY
) -> Any:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name or f"test {name}")])
    issuer, signing_key = (subject, key) if signer is None else signer
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 60 * DAY)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False
        )
    )
    if signer is not None:
        names: list[Any] = [x509.DNSName(each) for each in NAMES]
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(signing_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(pem))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return subject, key


if __name__ == "__main__":
    main(Path(sys.argv[1]))
