"""Entry point of `python -m simcloud`."""

from simcloud.cli import main

main(prog_name=".venv/bin/python -m simcloud")
