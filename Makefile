PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help setup demo test lint bench faults clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

# The stamp files make a second run a matter of milliseconds.
$(VENV)/.run-stamp: deploy/requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r deploy/requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-stamp: $(VENV)/.run-stamp deploy/requirements-dev.lock
	$(PIP) install --require-hashes -r deploy/requirements-dev.lock
	@touch $@

# Compiled once here: where Python is told to write no bytecode, every start of a command would compile anew.
setup: $(VENV)/.run-stamp ## everything needed to run, into .venv/
	@$(BIN)/python -m compileall -q consult

demo: setup ## serve the sample consultation (ARGS="--stage drafting")
	$(BIN)/consult demo $(ARGS)

test: setup $(VENV)/.dev-stamp ## run the tests (ARGS="-k seating")
	$(BIN)/pytest $(ARGS)

lint: setup $(VENV)/.dev-stamp ## format check, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup $(VENV)/.dev-stamp ## run the benchmarks (ARGS="drafting")
	$(BIN)/python -m bench $(ARGS)

faults: setup $(VENV)/.dev-stamp ## break an installation on purpose, check the record (ARGS="F1 F5 --backend sqlite")
	$(BIN)/python -m tests.faults $(ARGS)

clean: ## remove what set-up and tests made
	rm -rf $(VENV) instance .pytest_cache .mypy_cache .ruff_cache
