"""Make the roles and databases that Rasa Pro logs in to, on an existing PostgreSQL server.

Runs as a Kubernetes Job on the Rasa Pro image, which carries psycopg2 and boto3, before Rasa is installed.
Idempotent: a second run changes nothing but a password that has changed. It drops nothing, creates no table
(Rasa does, at its first start) and never prints a secret.

Environment:
  PGHOST, PGPORT, PGSSLMODE, PGSSLROOTCERT   where the server is and how to trust it (read by libpq)
  PGUSER, PGPASSWORD                         the administrator; or instead of these two
  ADMIN_SECRET_ID, ADMIN_SECRET_REGION        id and region of an AWS Secrets Manager secret with both as JSON
  DATABASES                                  JSON list of {"database", "role", "login"}, and where login is
                                             "password" also "password_variable", the variable that holds it;
                                             login "rds_iam" lets the role in with AWS tokens only
  WAIT_SECONDS                               how long to wait for the server
"""

# The image has psycopg2 and boto3, this project's environment has not: basedpyright brings types of the
# former, and what boto3 returns is unknown.
# pyright: reportMissingModuleSource=false, reportMissingImports=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection  # noqa: N812 (a class)
from psycopg2.extensions import cursor as Cursor  # noqa: N812 (a class)
from psycopg2.extensions import encrypt_password

TERMINATION_LOG = Path("/dev/termination-log")
MAINTENANCE_DATABASE = "postgres"
HOPELESS = {
    "password authentication failed": "the administrator's user name or password is wrong",
    "no pg_hba.conf entry": "the server's access rules refuse this user, address or lack of TLS",
    "certificate verify failed": "the server's certificate is not signed by the authority in PGSSLROOTCERT",
    "does not match host name": "the server's certificate does not carry the name in PGHOST",
    "does not support SSL": "the server has no TLS, and the connection demands it",
    "root certificate file": "the file in PGSSLROOTCERT is missing",
}
"""Part of libpq's message → what is wrong, for errors that waiting does not mend."""


def main() -> None:
    """Do all of it, and report one line."""
    wanted = json.loads(os.environ["DATABASES"])
    admin = administrator()
    wait_for_server(admin)
    for entry in wanted:
        try:
            ensure(admin, **entry)
        except errors.InsufficientPrivilege as error:
            fail(
                f"the administrator lacks a right ({first_line(error)}); it needs CREATEROLE and CREATEDB, "
                f"and to own database {entry['database']!r} if that exists already"
            )
        except psycopg2.Error as error:
            fail(f"database {entry['database']!r}, role {entry['role']!r}: {first_line(error)}")
    report("ready: " + ", ".join(f"role {e['role']} in database {e['database']}" for e in wanted))


@dataclass(frozen=True)
class Administrator:
    """The login that this script uses; None: libpq takes it from the environment."""

    user: str | None = None
    password: str | None = None


def administrator() -> Administrator:
    """Read the administrator's login from AWS Secrets Manager, where the environment names a secret."""
    secret, region = os.environ.get("ADMIN_SECRET_ID"), os.environ.get("ADMIN_SECRET_REGION")
    if secret is None:
        return Administrator()
    import boto3  # noqa: PLC0415 (only where it is needed: importing it costs a second)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        client = boto3.client("secretsmanager", region_name=region)
        value = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    except (BotoCoreError, ClientError) as error:
        fail(
            f"cannot read the administrator's secret {secret}: {first_line(error)}; the setup account's role "
            "needs secretsmanager:GetSecretValue on it and kms:Decrypt on its key"
        )
    return Administrator(user=value["username"], password=value["password"])


def wait_for_server(admin: Administrator) -> None:
    """Return once a login succeeds; give up at once where waiting cannot help."""
    patience = int(os.environ.get("WAIT_SECONDS", "180"))
    end = time.monotonic() + patience
    while True:
        try:
            connect(MAINTENANCE_DATABASE, admin).close()
        except psycopg2.OperationalError as error:
            said = first_line(error)
            for phrase, meaning in HOPELESS.items():
                if phrase in str(error):
                    fail(f"{meaning}: {said}")
            if time.monotonic() > end:
                fail(
                    f"{os.environ.get('PGHOST')}:{os.environ.get('PGPORT')} did not let us in for "
                    f"{patience} s, lastly: {said}; check that the server runs and that its firewall admits "
                    "the cluster's pods"
                )
            print(f"waiting: {said}", flush=True)
            time.sleep(3)
        else:
            return


def ensure(
    admin: Administrator, database: str, role: str, login: str, password_variable: str | None = None
) -> None:
    """Bring one role and one database to the wanted state."""
    with closing(connect(MAINTENANCE_DATABASE, admin)) as connection, connection.cursor() as cursor:
        ensure_role(connection, cursor, role)
        if login == "password" and password_variable is not None:
            admit_passwords(cursor, role)
            ensure_password(connection, cursor, role, os.environ[password_variable])
        elif login == "rds_iam":
            # From now on the server takes tokens only for this role. The administrator must never become a
            # member of it: it would be in rds_iam as well, and its own password would be refused.
            cursor.execute(sql.SQL("GRANT rds_iam TO {}").format(sql.Identifier(role)))
        else:
            fail(f"DATABASES: login {login!r} of role {role!r} is neither 'password' nor 'rds_iam'")
        ensure_database(cursor, database)
        names = {"database": sql.Identifier(database), "role": sql.Identifier(role)}
        cursor.execute(sql.SQL("REVOKE CONNECT ON DATABASE {database} FROM PUBLIC").format(**names))
        cursor.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}").format(**names))
    with closing(connect(database, admin)) as connection, connection.cursor() as cursor:
        # Since PostgreSQL 15 only the owner may create tables in `public`. Rasa needs that at its first
        # start. It does not need to own the database, which would let it drop it.
        cursor.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {role}").format(**names))
        # PostgreSQL only warns about a grant that this user may not give, and Rasa would drop every
        # conversation (docs/rasa-pro.md, Lost conversations).
        cursor.execute(
            "SELECT has_database_privilege(%(role)s, %(database)s, 'CONNECT')"
            " AND has_schema_privilege(%(role)s, 'public', 'CREATE')",
            {"role": role, "database": database},
        )
        if cursor.fetchone() != (True,):
            fail(
                f"role {role!r} may not create tables in database {database!r}, and the administrator may "
                f"not grant it: as the database's owner, run GRANT CREATE ON SCHEMA public TO {role!r}"
            )


def admit_passwords(cursor: Cursor, role: str) -> None:
    """A role that had the login "rds_iam" before is let in with tokens only, until it leaves that role."""
    cursor.execute(
        "SELECT 1 FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = roleid"
        " WHERE rolname = 'rds_iam' AND member = (SELECT oid FROM pg_roles WHERE rolname = %s)",
        (role,),
    )
    if cursor.fetchone():
        cursor.execute(sql.SQL("REVOKE rds_iam FROM {}").format(sql.Identifier(role)))


def ensure_role(connection: Connection, cursor: Cursor, role: str) -> None:
    """Create the role; one made meanwhile by another run is fine."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    if cursor.fetchone():
        return
    try:
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    except (errors.DuplicateObject, errors.UniqueViolation):
        connection.rollback()
    else:
        print(f"created role {role}", flush=True)


def ensure_password(connection: Connection, cursor: Cursor, role: str, password: str) -> None:
    """Set the password as a verifier made here, so that it never stands in the server's log of statements."""
    verifier = encrypt_password(password, role, scope=connection)
    statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
    cursor.execute(statement.format(sql.Identifier(role), sql.Literal(verifier)))


def ensure_database(cursor: Cursor, database: str) -> None:
    """Create the database; one made meanwhile by another run is fine."""
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
    if cursor.fetchone():
        return
    try:
        statement = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0")
        cursor.execute(statement.format(sql.Identifier(database)))
    except (errors.DuplicateDatabase, errors.UniqueViolation):
        return
    print(f"created database {database}", flush=True)


def connect(database: str, admin: Administrator) -> Connection:
    """Open a connection that commits each statement, as CREATE DATABASE demands."""
    connection = psycopg2.connect(
        dbname=database, user=admin.user, password=admin.password, connect_timeout=10
    )
    connection.autocommit = True
    return connection


def first_line(error: Exception) -> str:
    """What an error says, without the statement and its position."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def report(message: str) -> None:
    """Write it to the log, and to the termination message, which `pulumi up` shows."""
    print(message, flush=True)
    if TERMINATION_LOG.exists():
        TERMINATION_LOG.write_text(message)


def fail(message: str) -> NoReturn:
    """Report what is wrong and stop."""
    report(f"database_init: {message}")
    sys.exit(1)


if __name__ == "__main__":
    main()
