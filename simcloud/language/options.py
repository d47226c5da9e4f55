"""The `runtime.options` of Pulumi.yaml."""

from __future__ import annotations

from pathlib import Path

from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2

from simcloud.language.toolchains import HostError, Pip, Toolchain, make_uv, search_up


def toolchain_of(info: language_pb2.ProgramInfo) -> Toolchain:
    """The toolchain that the options name, or that the lock files near the program speak of."""
    options = MessageToDict(info.options)
    for key in ("virtualenv", "typechecker", "toolchain"):
        if not isinstance(options.get(key, ""), str):
            raise HostError(f"{key} option must be a string")
    if options.get("typechecker"):
        raise HostError(f"unsupported typechecker option: {options['typechecker']}")
    root, program = Path(info.root_directory), Path(info.program_directory)
    name, environment = str(options.get("toolchain", "")), str(options.get("virtualenv", ""))
    if not name:
        name = next((kind for kind in ("uv", "poetry") if search_up(program, f"{kind}.lock")), "pip")
    if name == "pip":
        return Pip(root, environment)
    if name == "uv":
        return make_uv(program, str(root / environment) if environment else "")
    if name == "poetry":
        raise HostError("the simulated language host has no poetry; set the toolchain option to pip or uv")
    raise HostError(f"unsupported toolchain option: {name}")
