#!/usr/bin/env bash
# Logs the job in to a stack's cloud and tells the steps that follow which one it is.
set -euo pipefail
python=${PYTHON:-.venv/bin/python}
"$python" -m ci login "${1:?the stack}" "${2:?PREVIEW or DEPLOY}"
cloud=$("$python" -m ci cloud "$1")
echo "cloud=$cloud" >>"${GITHUB_OUTPUT:-/dev/stdout}"
