"""Patterns that several keys share, and what messages say of them instead."""

from __future__ import annotations

from collections.abc import Mapping

LABEL_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""A label of DNS (RFC 1123), as which Kubernetes names namespaces and Services."""
OBJECT_NAME = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
"""Name of any other Kubernetes object."""
DIGEST = r"^sha256:[0-9a-f]{64}$"
"""Of an image."""
SHA256 = r"^[0-9a-f]{64}$"
REPLICATION_GROUP = r"^[a-z](-?[a-z0-9])*$"
"""Of ElastiCache (CreateReplicationGroup: a letter first, no two hyphens in a row, none at the end)."""
AWS_REGION = r"^[a-z]{2,5}(-[a-z]+){1,3}-[0-9]{1,2}$"
BUCKET = r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$"
"""Of S3, of stores that speak its protocol, and of Google: what none of them takes is left out."""
CONTAINER = r"^([$]root|[a-z0-9]+(-[a-z0-9]+)*)$"
"""Of Blob Storage ("Naming and referencing containers, blobs, and metadata")."""
DATABASE_NAME = r"^[^\x00-\x1f]{1,63}$"
"""Of a database or a role of PostgreSQL (NAMEDATALEN)."""
SCHEMA_NAME = r"^[a-z_][a-z0-9_]{0,62}$"
"""Of a schema of PostgreSQL that needs no quotes in a search_path."""
MONGODB_NAME = r"^[^\x00-\x20/\\.\"$*<>:|?]{1,63}$"
"""MongoDB Manual, "Naming Restrictions"."""
CPU = r"^([1-9][0-9]*m|[1-9][0-9]*(\.[0-9]{1,3})?|0\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9]))$"
"""Kubernetes counts thousandths ("Resource units in Kubernetes")."""
MEMORY = (
    r"^((1[6-9]|[2-9][0-9]|[1-9][0-9]{2,})(\.[0-9]+)?Mi|([1-9][0-9]*(\.[0-9]+)?|0\.[1-9][0-9]*)(Gi|Ti|G|T)"
    r"|(1[7-9]|[2-9][0-9]|[1-9][0-9]{2,})(\.[0-9]+)?M|[1-9][0-9]{5,}(Ki|k)|(1[7-9]|[2-9][0-9])[0-9]{6}"
    r"|[1-9][0-9]{8,})$"
)
IMAGE = r"^[a-z0-9\[][A-Za-z0-9._/:\[\]-]*(:[A-Za-z0-9._-]{1,128}|@sha256:[0-9a-f]{64})$"
MODEL = r"^[A-Za-z0-9][A-Za-z0-9._-]*(/\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]*)*$"
"""A path in the storage; servers and folders take `..` and empty parts out of one."""
PATH = r"^/[^\s?#]*$"
PATH_AND_QUERY = r"^/[^\s#]*$"
PATH_OF_INGRESS = r"^/[A-Za-z0-9._~/-]*$"
CLASS = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$"
MODULE = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$"
TOPIC = r"^[A-Za-z0-9._-]{1,200}$"
TABLE = r"^[A-Za-z0-9._-]{3,255}$"
KEY_OF_OBJECT = r"^[A-Za-z0-9._-]{1,253}$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
REDIS_PREFIX = r"^[A-Za-z0-9]{0,32}$"
STORAGE_ACCOUNT = r"^[a-z0-9]{3,24}$"
TURN = r"^[A-Za-z0-9-]{1,32}$"
TRANSFORMS = r"^[A-Za-z0-9._/-]+\.py$"
REGION = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
DAY = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
IN_WORDS: Mapping[str, str] = {
    LABEL_NAME: "lower-case letters, digits and hyphens, 63 at most",
    OBJECT_NAME: "lower-case letters, digits, hyphens and dots, 253 at most",
    DIGEST: "sha256: and 64 hexadecimal digits",
    SHA256: "64 hexadecimal digits",
    REPLICATION_GROUP: "the id of an ElastiCache replication group: lower-case letters, digits and single "
    "hyphens, a letter first",
    AWS_REGION: "a region of AWS such as eu-central-1",
    DAY: "a day such as 2027-01-31",
    BUCKET: "the name of a bucket, without s3:// or gs:// and without a path",
    CONTAINER: "the name of a container: lower-case letters, digits and single hyphens",
    DATABASE_NAME: "a name of 1 to 63 characters",
    SCHEMA_NAME: "a name of lower-case letters, digits and '_'",
    MONGODB_NAME: "a name of 1 to 63 characters, without space, slash, dot and signs",
    CPU: "CPUs, in thousandths at the finest, such as 500m, 2 or 1.5",
    MEMORY: "16Mi or more, such as 512Mi or 2Gi",
    IMAGE: "an image with a tag or a digest, such as registry.example.com/actions:1.0",
    MODEL: "a name of letters, digits, '.', '_', '-' and single '/' that begins with a letter or digit",
    PATH: "a path without a query, such as /webhook",
    PATH_AND_QUERY: "a path, such as /health",
    PATH_OF_INGRESS: "a path of letters, digits and . _ ~ - that begins with a slash, such as /status-page",
    CLASS: "the dotted path of a class, such as ours.stores.TrackerStore",
    MODULE: "the dotted path of a module, such as actions",
    TOPIC: "1 to 200 letters, digits, '.', '_' and '-'",
    TABLE: "3 to 255 letters, digits, '.', '_' and '-'",
    KEY_OF_OBJECT: "1 to 253 letters, digits, '.', '_' and '-'",
    EMAIL: "an address such as ops@example.com",
    REDIS_PREFIX: "up to 32 letters and digits",
    STORAGE_ACCOUNT: "3 to 24 lower-case letters and digits",
    TURN: "1 to 32 letters, digits and hyphens, such as 2026-12",
    TRANSFORMS: "a file of Python, such as stacks/transforms.py",
    REGION: "a name of letters, digits, '_' and '-'",
}
