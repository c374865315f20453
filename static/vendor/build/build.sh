#!/bin/sh
# Rebuilds the vendored bundles from the lock file. Node 20 or later and npm are needed here only, never to run consult.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
node node_modules/esbuild/install.js
node build.mjs
