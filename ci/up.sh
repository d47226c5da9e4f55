#!/usr/bin/env bash
# Brings a stack up outside GitHub, with the model that was released last.
set -euo pipefail
STACK=${1:?the stack} IDENTITY=DEPLOY
# shellcheck source=ci/only-listed.sh
. ci/only-listed.sh
# shellcheck source=ci/cloud-login.sh
. ci/cloud-login.sh
"${PYTHON:-.venv/bin/python}" -m ci.assistant pin "$STACK"
"${PYTHON:-.venv/bin/python}" -m ci up "$STACK"
