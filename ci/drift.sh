#!/usr/bin/env bash
# Compares a stack's state with the cloud outside GitHub.
set -euo pipefail
STACK=${1:?the stack} IDENTITY=PREVIEW
# shellcheck source=ci/only-listed.sh
. ci/only-listed.sh
# shellcheck source=ci/cloud-login.sh
. ci/cloud-login.sh
"${PYTHON:-.venv/bin/python}" -m ci drift "$STACK"
