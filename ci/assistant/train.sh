#!/usr/bin/env bash
# Validates, trains and tests the assistant in a folder, with the Rasa Pro version that a stack runs.
# Needs docker, RASA_PRO_LICENSE and the key of the language model. Leaves <folder>/models/model.tar.gz.
set -euo pipefail
stack=${1:?the stack that will serve the model}
folder=${2:?the folder of the assistant}
python=${PYTHON:-.venv/bin/python}
docker=${DOCKER:-docker}

fail() {
  printf 'error: %s\n%s\n' "$1" "$2" >&2
  exit 1
}
[ -n "${RASA_PRO_LICENSE:-}" ] || fail "there is no RASA_PRO_LICENSE" "Give the job the licence, as a masked secret."

tag=$("$python" -m ci.assistant version "$stack")
repository=$("$python" -m ci.assistant repository)
rasa() {
  # As this user, so that what it writes can be read and removed.
  "$docker" run --rm --user "$(id -u):0" --volume "$PWD/$folder:/app" \
    --env RASA_PRO_LICENSE --env OPENAI_API_KEY --env HOME=/tmp "$repository:$tag" "$@"
}
rasa data validate || fail "the assistant in $folder is not valid" "Mend what is said above; nothing was trained."
rasa train --fixed-model-name model --out models ||
  fail "training with Rasa Pro $tag failed" "Mend what is said above; nothing was released."
rasa test e2e e2e_tests ||
  fail "the assistant fails its end-to-end tests" "Mend it, or the tests in $folder/e2e_tests; nothing was released."
"$python" -m ci.assistant check "$stack" "$folder/models/model.tar.gz"
