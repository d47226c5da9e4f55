"""Where images and charts come from, and who may pull them: a company's own registry in the stack file."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import cast

from pydantic import Field, SecretStr, field_validator

from components.config.model import Model
from components.config.patterns import OBJECT_NAME
from components.config.urls import LARGEST_PORT
from components.contract.images import split

MIRROR = re.compile(
    r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(?::([0-9]{1,5}))?(/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*"
)
"""Registry, then parts of a path (github.com/distribution/reference, `regexp.go`)."""
LOGINS = (
    "accepted: what Docker keeps in config.json, "
    '{"auths": {"<registry>": {"auth": "<base64 of user:password>"}}}'
)


class Registry(Model):
    """Where images and charts come from, and who may pull them."""

    mirror: str | None = None
    """Registry and path below which every image and chart of the stack lies under its whole name, such as
    registry.example.com/mirror; `make images` prints the commands that fill it."""
    pull_secret: SecretStr | None = None
    """Logins of registries (Docker's config.json), with which every pod pulls; set it with --secret."""
    existing_pull_secret: str | None = Field(default=None, pattern=OBJECT_NAME)
    """Name of a Secret of type kubernetes.io/dockerconfigjson that is in the stack's namespace already."""
    id: str | None = Field(default=None, min_length=1)
    """A registry in the stack's cloud that the nodes of the stack's cluster shall be allowed to pull from.
    Azure: its resource id; Google Cloud: projects/…/locations/…/repositories/…"""

    @field_validator("mirror")
    @classmethod
    def _mirror_is_a_path(cls, mirror: str | None) -> str | None:
        if mirror is not None and not (
            (found := MIRROR.fullmatch(mirror))
            and int(found[2] or LARGEST_PORT) <= LARGEST_PORT
            and mirror.startswith(split(f"{mirror}/")[0])
        ):
            raise ValueError(
                f"{mirror!r} is no registry; accepted: its host, with a port where it needs one, and a path "
                "in lower case, without a scheme, such as registry.example.com/mirror"
            )
        return mirror

    @field_validator("pull_secret")
    @classmethod
    def _pull_secret_has_logins(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _auths(secret):
            raise ValueError(f"holds no login of a registry; {LOGINS}")
        return secret

    @property
    def host(self) -> str:
        """The mirror's registry."""
        return (self.mirror or "").partition("/")[0]

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password (secret) at the mirror; None where the pull secret has none."""
        if self.pull_secret is None:
            return None
        for registry, login in _auths(self.pull_secret).items():
            # With a scheme, as Docker writes its own, or a path; with `*` for a part of the name (Kubernetes
            # documentation, "Interpretation of config.json").
            if fnmatchcase(self.host, registry.rpartition("://")[2].partition("/")[0]):
                return _login(login)
        return None


def _auths(secret: SecretStr) -> Mapping[str, Mapping[str, object]]:
    """Registry → its login, of those that are well written."""
    try:
        document: object = json.loads(secret.get_secret_value())
    except ValueError:
        return {}
    auths = cast("Mapping[str, object]", document).get("auths") if isinstance(document, Mapping) else None
    if not isinstance(auths, Mapping):
        return {}
    found = cast("Mapping[str, object]", auths)
    logins = {
        host: cast("Mapping[str, object]", login)
        for host, login in found.items()
        if isinstance(login, Mapping)
    }
    return {host: login for host, login in logins.items() if _login(login) is not None}


def _login(login: Mapping[str, object]) -> tuple[str, str] | None:
    """User and password, which stand in `auth` together or in keys of their own."""
    auth, user, password = login.get("auth"), login.get("username"), login.get("password")
    if isinstance(auth, str):
        try:
            user, colon, password = base64.b64decode(auth, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (user, password) if colon else None
    return (user, password) if isinstance(user, str) and isinstance(password, str) else None
