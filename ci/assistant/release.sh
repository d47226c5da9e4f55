#!/usr/bin/env bash
# Releases a trained model to a stack outside GitHub, under the name of its commit.
set -euo pipefail
STACK=${1:?the stack} IDENTITY=DEPLOY
# shellcheck source=ci/only-listed.sh
. ci/only-listed.sh
# shellcheck source=ci/cloud-login.sh
. ci/cloud-login.sh
"${PYTHON:-.venv/bin/python}" -m ci.assistant release "$STACK" "${2:?the model}" --name "${3:?the commit}"
