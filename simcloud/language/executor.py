"""Runs a Pulumi program; started with the program's own Python, whose environment may lack this package.

As `pulumi-language-python-exec` does: configuration from the environment, settings from the arguments, the
program as `__main__`. Status 32 says that the user has been told what is wrong.
"""

import argparse
import asyncio
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

# Our own folder: the program must not find our modules by their short names.
del sys.path[0]

try:
    import pulumi
    from pulumi import runtime
except ImportError:
    traceback.print_exc()
    sys.stderr.write(
        "\nIt looks like the Pulumi SDK has not been installed. Have you run pip install?\n"
        "If you are running in a virtualenv, you must run pip install -r requirements.txt from inside the"
        " virtualenv.\n"
    )
    sys.exit(1)

TOLD = 32
ARGUMENTS = (
    "project",
    "root_directory",
    "stack",
    "parallel",
    "dry_run",
    "pwd",
    "monitor",
    "engine",
    "organization",
)


def main() -> int:
    """Configure the SDK and run the program."""
    parser = argparse.ArgumentParser()
    for name in ARGUMENTS:
        parser.add_argument(f"--{name}")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    settings = runtime.Settings(
        project=given.project,
        stack=given.stack,
        parallel=int(given.parallel),
        dry_run=given.dry_run == "true",
        monitor=given.monitor,
        engine=given.engine,
        organization=given.organization,
        root_directory=given.root_directory,
    )
    runtime.configure(settings)
    sys.argv = [given.program, *given.arguments]
    if given.pwd:
        os.chdir(given.pwd)
    # A program that ends half way leaves futures behind, whose warnings say nothing new.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    workers = ThreadPoolExecutor(max_workers=max(int(given.parallel), 1) * 4)
    loop.set_default_executor(workers)

    def program() -> None:
        runpy.run_path(given.program, run_name="__main__")

    try:
        loop.run_until_complete(runtime.run_in_stack(program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception:  # noqa: BLE001 - whatever it is, the user reads it
        pulumi.log.error(f"Program failed with an unhandled exception:\n{traceback.format_exc()}")
        return TOLD
    finally:
        workers.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
