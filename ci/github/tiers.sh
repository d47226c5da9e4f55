#!/usr/bin/env bash
# Hands the stacks of each tier, as far as their cloud is prepared (VARIABLES), to the jobs that follow.
set -euo pipefail
"${PYTHON:-.venv/bin/python}" -m ci tiers --only real >>"${GITHUB_OUTPUT:-/dev/stdout}"
