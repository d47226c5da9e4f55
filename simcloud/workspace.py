"""A private copy of the project's files, so that the user's own are never written.

Holds the engine's backend, its home and the account under one directory. Secrets are planted from
`secrets.yaml` where the stack file has none, and where it has one that only its owner can decrypt.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import yaml
from pulumi.automation import CommandError, PulumiCommand

from simcloud import stand_ins
from simcloud.errors import SimcloudError
from simcloud.outside import named_in
from simcloud.stand_ins import read_yaml
from simcloud.wire import Properties, Value, as_list, as_map, assign, is_map, path_text, walk

ROOT = Path(__file__).resolve().parent.parent
MODEL_SUFFIX = ".tar.gz"
EXAMPLES = "examples"
"""Where a project keeps stack files that are run by name, besides those of its `stackConfigDir`."""
PASSPHRASE = "simulated"  # noqa: S105 - protects planted values only
_encrypted: dict[str, Properties] = {}
"""What the engine made of the planted secrets, by their digest: encrypting costs a second."""


def split_setting(text: str) -> tuple[str, Value]:
    """Read one `KEY=VALUE` of the command line."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise SimcloudError(f"--config: '{text}' must be KEY=VALUE, such as rasa:profile=dev")
    try:
        return key, cast("Value", yaml.safe_load(value))
    except yaml.YAMLError as error:
        raise SimcloudError(f"--config: '{value}' is not a YAML value: {error}") from None


class Workspace:
    """The files of one simulated stack."""

    def __init__(self, project: Path, stack: str, state_dir: Path, stacks: Path | None = None) -> None:
        """Read a stack from the folder `stacks`, by default the project's own, then its examples."""
        if not re.fullmatch(r"[\w.-]{1,100}", stack):
            raise SimcloudError(f"'{stack}' is no stack name: letters, digits, '-', '_' and '.' are allowed")
        self.project = project.resolve()
        self.stack = stack
        self.state_dir = state_dir.resolve()
        if not (self.project / "Pulumi.yaml").is_file():
            raise SimcloudError(
                f"{self.project} has no Pulumi.yaml; name the project's directory with --project"
            )
        self._definition = read_yaml(self.project / "Pulumi.yaml")
        self.name = str(self._definition.get("name", "project"))
        own = self.project / str(self._definition.get("stackConfigDir", "."))
        self.stacks = stacks
        self.absent_model = ""
        """The file of `rasa:assistant.upload`, where this checkout has none."""
        self.source = self._stack_file([stacks] if stacks else [own, self.project / EXAMPLES])
        self.config = self._load_config()

    @property
    def work_dir(self) -> Path:
        """Where the engine runs."""
        return self.state_dir / "work"

    @property
    def account_file(self) -> Path:
        """Where the account is kept."""
        return self.state_dir / "account.json"

    @property
    def checkpoint(self) -> Path:
        """Where the engine keeps the stack's state."""
        return self.state_dir / "backend" / ".pulumi" / "stacks" / self.name / f"{self.stack}.json"

    @property
    def main(self) -> Path:
        """The program."""
        entry = self.project / str(self._definition.get("main", ""))
        return entry / "__main__.py" if entry.is_dir() else entry

    def environment(self, *, step_by_step: bool = False) -> dict[str, str]:
        """Return what the engine needs to know, independent of the user's own settings.

        `step_by_step`: the state is written before and after each operation, as for a user. Otherwise once,
        at the end, which is two minutes less per stack.
        """
        quick = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
        return {
            "PULUMI_HOME": str(self.state_dir / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.state_dir / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_CONFIG_PASSPHRASE_FILE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **({} if step_by_step else quick),
        }

    def _stack_file(self, folders: Sequence[Path]) -> Path:
        for folder in folders:
            path = folder / f"Pulumi.{self.stack}.yaml"
            if path.is_file():
                return path
        files = [file for folder in folders for file in folder.glob("Pulumi.*.yaml")]
        known = ", ".join(sorted({file.stem.removeprefix("Pulumi.") for file in files})) or "none"
        places = " and ".join(str(folder / f"Pulumi.{self.stack}.yaml") for folder in folders)
        raise SimcloudError(f"there is no stack '{self.stack}': looked for {places}; known: {known}")

    def _load_config(self) -> Properties:
        config = as_map(copy.deepcopy(read_yaml(self.source).get("config")))
        given = {path for path, _, _ in walk(config)}
        cloud = str(config.get("rasa:cloud", ""))
        for values in stand_ins.plain(cloud):
            config = stand_ins.planted_into(config, values)
        self._settle_first_model(as_map(config.get("rasa:assistant")), given)
        planted = stand_ins.planted(self.stack, cloud)
        for key, value in planted.items():
            if is_map(value):
                config[key] = stand_ins.planted_into(as_map(config.get(key)), stand_ins.sealed(value))
            elif key not in config:
                config[key] = {"secure": value}
        ours = stand_ins.planted_into(planted, stand_ins.instead())
        whole = cast("Properties", stand_ins.replant(config, ours, ()))
        added = {path for path, _, _ in walk(whole)} - given
        self.stand_ins = sorted(path_text(path[:-1] if path[-1] == "secure" else path) for path in added)
        """The keys that the stack file lacks."""
        return whole

    def _settle_first_model(self, assistant: Properties, given: set[tuple[str | int, ...]]) -> None:
        """The uploaded file's name is the model's; without the file, the model counts as uploaded already.

        Git ignores models: a checkout other than their owner's has none, and is none the worse for it.
        """
        upload = assistant.get("upload")
        if upload is None:
            return
        named = ("rasa:assistant", "model") in given
        if not named:
            assistant.pop("model", None)
        name = str(upload).rpartition("/")[2]
        if name.endswith(MODEL_SUFFIX) and not (self.project / str(upload)).is_file():
            self.absent_model = str(assistant.pop("upload"))
            if not named:
                assistant["model"] = name.removesuffix(MODEL_SUFFIX)
                given.add(("rasa:assistant", "model"))

    def set_config(self, key: str, value: Value) -> None:
        """Override one value of the stack's config, by Pulumi's path syntax (`rasa:trackerStore.kind`)."""
        full = key if ":" in key else f"{self.name}:{key}"
        namespace, _, path = full.partition(":")
        parts = [part for part in re.split(r"\.|\[|\]", path) if part]
        assign(self.config, [f"{namespace}:{parts[0]}", *parts[1:]], value)

    def setting(self, key: str) -> Value:
        """Return a plain value of the stack's effective config."""
        return self.config.get(f"{self.name}:{key}")

    def named_outside(self) -> frozenset[str]:
        """Return what the config says exists outside the account."""
        return frozenset(named_in(self.config, self.project))

    def prepare(self, engine: PulumiCommand) -> None:
        """Write the files that the engine reads."""
        stacks = self.work_dir / "stacks"
        for folder in (stacks, self.checkpoint.parent, self.state_dir / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        self._link_files()
        definition = {**self._definition, "stackConfigDir": "stacks", "runtime": "python"}
        for key in ("backend", "main", "plugins", "packages"):
            definition.pop(key, None)
        (self.work_dir / "Pulumi.yaml").write_text(yaml.safe_dump(definition))
        secrets = {path: value for path, value, _ in walk(self.config) if path[-1] == "secure"}
        sealed = self._encrypt(
            engine, {_config_path(path[:-1]): str(value) for path, value in secrets.items()}
        )
        config = copy.deepcopy(self.config)
        for path in secrets:
            assign(config, [str(part) for part in path], as_map(sealed["values"])[_config_path(path[:-1])])
        document = {"encryptionsalt": sealed["salt"], "config": config}
        (stacks / f"Pulumi.{self.stack}.yaml").write_text(yaml.safe_dump(document))
        if not self.checkpoint.exists():
            stack = {"stack": f"organization/{self.name}/{self.stack}"}
            self.checkpoint.write_text(json.dumps({"version": 3, "checkpoint": stack}))
            (self.state_dir / "backend" / ".pulumi" / "meta.yaml").write_text("version: 1\n")

    def _link_files(self) -> None:
        """Show the engine the project's files: it opens assets (a model) relative to where it runs."""
        for entry in self.project.iterdir():
            link = self.work_dir / entry.name
            if not entry.name.startswith((".", "Pulumi.")) and not link.exists():
                link.unlink(missing_ok=True)
                link.symlink_to(entry)

    def _encrypt(self, engine: PulumiCommand, secrets: dict[str, str]) -> Properties:
        digest = hashlib.sha256(json.dumps(secrets, sort_keys=True).encode()).hexdigest()
        kept = self.state_dir / "secrets.json"
        if kept.exists():
            stored = as_map(cast("Value", json.loads(kept.read_text())))
            if stored.get("digest") == digest:
                _encrypted[digest] = stored
        if digest not in _encrypted:
            _encrypted[digest] = self._run_encryption(engine, secrets) | {"digest": digest}
        kept.write_text(json.dumps(_encrypted[digest]))
        return _encrypted[digest]

    def _run_encryption(self, engine: PulumiCommand, secrets: dict[str, str]) -> Properties:
        """Let the engine encrypt, in a stack of its own."""
        folder = self.state_dir / "sealing"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Pulumi.yaml").write_text(f"name: {self.name}\nruntime: python\n")
        environment = {**self.environment(), "PULUMI_BACKEND_URL": f"file://{folder}"}
        try:
            engine.run(["stack", "init", "sealing"], str(folder), environment)
            arguments = [part for path, value in secrets.items() for part in ("--secret", f"{path}={value}")]
            if arguments:
                engine.run(
                    ["config", "set-all", "--stack", "sealing", "--path", *arguments],
                    str(folder),
                    environment,
                )
        except CommandError as error:
            raise SimcloudError(f"the engine could not encrypt the planted secrets: {error}") from error
        document = read_yaml(folder / "Pulumi.sealing.yaml")
        shutil.rmtree(folder)
        values = {
            _config_path(path[:-1]): value
            for path, value, _ in walk(document.get("config"))
            if path[-1] == "secure"
        }
        return {"salt": document["encryptionsalt"], "values": values}

    def state(self) -> Properties:
        """Read the stack's state as the engine left it."""
        if not self.checkpoint.exists():
            return {}
        try:
            document = as_map(cast("Value", json.loads(self.checkpoint.read_text())))
        except json.JSONDecodeError:
            return {}  # half a file: the engine itself says so
        return as_map(as_map(document.get("checkpoint")).get("latest"))

    def resources(self) -> list[Properties]:
        """Return the resources in the stack's state."""
        return [as_map(item) for item in as_list(self.state().get("resources"))]

    def forget(self) -> None:
        """Remove the workspace's own files, for a fresh account; other files in the directory stay."""
        for name in ("work", "backend", "home", "sealing"):
            shutil.rmtree(self.state_dir / name, ignore_errors=True)
        for name in ("account.json", "secrets.json"):
            (self.state_dir / name).unlink(missing_ok=True)
        if self.state_dir.is_dir() and not any(self.state_dir.iterdir()):
            self.state_dir.rmdir()


def _config_path(path: tuple[str | int, ...]) -> str:
    text = str(path[0])
    for part in path[1:]:
        text += f"[{part}]" if isinstance(part, int) else f'["{part}"]'
    return text
