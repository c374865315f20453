#!/bin/sh
# Compile pyproject.toml into the two hashed locks, for every Python from 3.11 on and every system. Needs uv 0.13.9; run from the project
# root. The locks name versions and hashes only: no index, no links, no paths. What is locked already stays as it is.
set -eu
build=$(python3 -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])')
compile() {
  echo "$build" | uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --strip-extras \
    --no-header --no-annotate "$@" pyproject.toml -
}
compile --output-file deploy/requirements.lock
compile --extra dev --output-file deploy/requirements-dev.lock
