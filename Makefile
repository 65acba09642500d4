PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo install quick test slow test-all coverage check lock models clean

demo: $(VENV)/.runtime ## tag the sample page that ships with the project
	@$(BIN)/lanmu tag samples/page.md --format table

install: $(VENV)/.service ## also what training and the service need

# Bytecode is kept whatever the environment says; else each process of a run compiles all code and rewrites all tests.
test quick slow coverage: export PYTHONDONTWRITEBYTECODE :=

test: $(VENV)/.dev ## the tests a change must pass (a few minutes)
	$(BIN)/python -m pytest -q -n 2

quick: $(VENV)/.dev ## the fast ones, for every save (under a minute)
	$(BIN)/python -m pytest -q -n 2 --ignore=tests/service --ignore=tests/training --ignore=tests/archive --ignore=tests/kernel

slow: $(VENV)/.dev ## the heavy ones alone: whole corpora, kills, clusters, a browser, many made-up inputs
	LANMU_EXAMPLES=all $(BIN)/python -m pytest -q -n 2 -m "slow or thorough"

test-all: test slow ## all of them

coverage: $(VENV)/.dev ## how much of each package the tests of `make test` run
	$(BIN)/python -m pytest -q -n 2 --cov --cov-report=
	@for package in classifier training lanmu; do \
		echo "$$package: $$($(BIN)/python -m coverage report --include="$$package/*" --format=total) % of lines run"; done

check: $(VENV)/.dev ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

models: $(VENV)/.dev ## fit the shipped model anew: make models NAME=lanmu-8 (needs the corpus in $$LANMU_CORPUS; two minutes)
	$(BIN)/lanmu train --labels labels.csv --categories categories.toml --corpus --from-scratch --models models --name $(NAME)

lock: $(VENV)/.dev ## rewrite the lock files from pyproject.toml
	$(PIP) uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		pyproject.toml -o requirements/runtime.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		pyproject.toml --extra all --group dev -o requirements/dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		pyproject.toml --extra service --constraints requirements/dev.lock -o requirements/service.lock
	printf 'hatchling>=1.25\nsetuptools>=75\nwheel\n' | \
		$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		- -o requirements/build.lock

clean: ## remove what make made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "lanmu needs Python 3.11 or newer; call: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up .venv (once, about a minute) …"
	$(PIP) --require-hashes -r requirements/runtime.lock
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.service: requirements/service.lock $(VENV)/.runtime
	$(PIP) --require-hashes -r requirements/service.lock
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	$(PIP) --require-hashes -r requirements/dev.lock
	@touch $@
