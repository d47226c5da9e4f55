"""PostgreSQL with TLS: one with passwords, one that stands for RDS, one whose certificate has expired."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.process import HOST, Processes, as_user, free_port, give_to
from tests.conformance.tools import command

ADMIN, ADMIN_PASSWORD = "postgres", "planted-secret-admin"
"""What the samples give the administrator `postgres`."""
ACCESS = """\
local all all trust
hostssl all +rds_iam 127.0.0.1/32 trust
hostssl all +rds_iam ::1/128 trust
hostssl all certified 127.0.0.1/32 cert map=certified
hostssl all certified ::1/128 cert map=certified
hostssl all all 127.0.0.1/32 scram-sha-256
hostssl all all ::1/128 scram-sha-256
"""
"""The client certificate of the samples is rasa's, and pg_ident.conf lets it in as `certified`.

`trust` for members of rds_iam stands for AWS alone, which would verify the token that Rasa sends."""


@dataclass(frozen=True)
class Postgres:
    """One server."""

    port: int
    socket: Path

    def run(self, statement: str, database: str = "postgres") -> str:
        """Work on it from inside, as its superuser."""
        asked = [
            command("psql"),
            "-qAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            str(self.socket),
            "-p",
            str(self.port),
        ]
        done = subprocess.run(
            [*as_user("postgres"), *asked, "-U", ADMIN, "-d", database, "-c", statement],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def postgres(processes: Processes, certificates: Path, *, certificate: str = "server") -> Postgres:
    """Make and start a server; its role `rds_iam` is empty until somebody is granted it."""
    port = free_port()
    folder = processes.folder / f"postgres-{port}"
    folder.mkdir()
    data = folder / "data"
    for suffix in ("pem", "key"):
        shutil.copy(certificates / f"{certificate}.{suffix}", folder / f"server.{suffix}")
        (folder / f"server.{suffix}").chmod(0o600)
    shutil.copy(certificates / "ca.pem", folder)
    (folder / "password").write_text(ADMIN_PASSWORD)
    give_to("postgres", folder)
    made = [command("initdb"), "-D", str(data), "-U", ADMIN, "-A", "scram-sha-256", "--no-sync"]
    subprocess.run(
        [*as_user("postgres"), *made, f"--pwfile={folder / 'password'}"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    (data / "pg_hba.conf").write_text(ACCESS)
    (data / "pg_ident.conf").write_text("certified rasa certified\n")
    settings = {
        "port": str(port),
        "listen_addresses": f"{HOST},127.0.0.2",
        "unix_socket_directories": str(folder),
        "ssl": "on",
        "ssl_cert_file": str(folder / "server.pem"),
        "ssl_key_file": str(folder / "server.key"),
        "ssl_ca_file": str(folder / "ca.pem"),
        "fsync": "off",
    }
    start = [str(Path(command("initdb")).with_name("postgres")), "-D", str(data)]
    for key, value in settings.items():
        start += ["-c", f"{key}={value}"]
    processes.start(f"postgres-{port}", [*as_user("postgres"), *start], ports=[port], cwd=Path("/"))
    server = Postgres(port, folder)
    server.run("CREATE ROLE rds_iam")
    return server


def reset(server: Postgres, *roles: str) -> None:
    """Take away what an earlier case made."""
    for role in roles:
        server.run(f'DROP DATABASE IF EXISTS "{role}" WITH (FORCE)')
        server.run(f'DROP ROLE IF EXISTS "{role}"')
