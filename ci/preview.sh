#!/usr/bin/env bash
# Previews a stack in a pull request outside GitHub, if what changed since a commit concerns it: for real where
# the job can log in, else on the simulated cloud (a fork's job has no variables, and so no identity).
set -euo pipefail
stack=${1:?the stack}
base=${2:?the commit that the change is based on}
python=${PYTHON:-.venv/bin/python}
concerned=$("$python" -m ci changed "$base")
if [[ $concerned != *"\"$stack\""* ]]; then
  echo "nothing that $stack is made of has changed"
  exit 0
fi
kind=$("$python" -m ci kind "$stack")
if [ "$kind" = real ]; then
  STACK=$stack IDENTITY=PREVIEW
  # shellcheck source=ci/cloud-login.sh
  . ci/cloud-login.sh
  "$python" -m ci preview "$stack"
else
  "$python" -m ci preview "$stack" --simulated
fi
