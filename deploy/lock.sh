#!/bin/sh
# Compile pyproject.toml into the two hashed locks. Needs pip-tools 7.6.2 and Python 3.11; run from the project root.
# The locks name versions and hashes only: no index, no links, no paths.
set -eu
compile() {
  pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --build-deps-for=editable "$@" pyproject.toml
}
compile --output-file deploy/requirements.lock
compile --extra dev --output-file deploy/requirements-dev.lock
