#!/usr/bin/env bash
# Hands the stacks that a pull request concerns to the jobs that follow: those that can be previewed for real
# (VARIABLES has what bootstrap/ printed for their cloud; a fork's job has nothing), and the others.
set -euo pipefail
base=${1:?the commit that the change is based on}
for kind in real simulated; do
  stacks=$("${PYTHON:-.venv/bin/python}" -m ci changed "$base" --only "$kind")
  echo "$kind=$stacks" >>"${GITHUB_OUTPUT:-/dev/stdout}"
done
