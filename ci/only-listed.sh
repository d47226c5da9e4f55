#!/usr/bin/env bash
# To be sourced: ends the job well where stacks/tiers.yaml does not list STACK, which no pipeline brings up then.
listed=$("${PYTHON:-.venv/bin/python}" -m ci tiers) || return 1
if [[ ${listed##*all=} != *"\"${STACK:?}\""* ]]; then
  echo "stacks/tiers.yaml does not list $STACK: it is previewed in pull requests, and not deployed"
  exit 0
fi
unset listed
