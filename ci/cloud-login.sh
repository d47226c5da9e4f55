#!/usr/bin/env bash
# To be sourced: the identity of a job outside GitHub, by its OIDC token. Needs STACK, IDENTITY (PREVIEW or
# DEPLOY), the token (AWS_TOKEN, AZURE_TOKEN, GCP_TOKEN or CLOUD_TOKEN) and the variables that bootstrap/ printed;
# where Pulumi Cloud keeps the states also PULUMI_TOKEN, or an access token as the secret PULUMI_ACCESS_TOKEN.
exports=$("${PYTHON:-.venv/bin/python}" -m ci login "${STACK:?}" "${IDENTITY:?}") || return 1
eval "$exports"
unset exports AWS_TOKEN AZURE_TOKEN GCP_TOKEN CLOUD_TOKEN PULUMI_TOKEN
PATH="$HOME/.local/bin:$PATH"
export PATH
ci/cloud-tools.sh "$STACK" >&2
