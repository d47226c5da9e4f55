#!/usr/bin/env bash
# What kubectl and Pulumi log in to a stack's Kubernetes with, where the machine or image lacks it.
set -euo pipefail
bin="$HOME/.local/bin"
case "$("${PYTHON:-.venv/bin/python}" -m ci cloud "${1:?the stack}")" in
none) exit 0 ;; # the kubeconfig of a cluster that exists says how
aws) program=aws ;;
azure)
  program=kubelogin
  if ! command -v "$program" >/dev/null; then
    mkdir -p "$bin"
    az aks install-cli --kubelogin-version 0.2.10 \
      --install-location "$bin/kubectl" --kubelogin-install-location "$bin/kubelogin"
    echo "$bin" >>"${GITHUB_PATH:-/dev/null}"
    PATH="$bin:$PATH"
  fi
  ;;
gcp) program=gke-gcloud-auth-plugin ;;
esac
command -v "$program" >/dev/null || {
  echo "error: there is no $program here, by which Kubernetes logs in" >&2
  echo "Run the job on an image that has it, such as pulumi/pulumi." >&2
  exit 1
}
