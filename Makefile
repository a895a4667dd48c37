# The words of the house: the same for a person and for CI.
#
#   make demo         set up, then the main job on a made-up study with known truth
#   make test         set up, then everything CI runs: lint, types, bare install, fast tests
#   make test-slow    recovery and size studies over many made-up worlds
#   make test-nojit   the loops as plain Python (readable tracebacks, coverage)
#   make lint types   style; types
#   make docs         the documentation, offline, in site/
#   make bench        time and memory of the named cases
#   make lock         newest versions pyproject.toml allows, into the lock files
#   make clean        remove what make made

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
# Wheels only, so nothing is compiled here; pyspark-client is pure Python and has no wheel.
WHEELS := --only-binary :all: --no-binary pyspark-client
PYTEST := $(BIN)/python -m pytest
BARE   := .venv-bare

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-fast test-slow test-nojit lint types bare docs bench lock clean setup browser

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

# ── set up ────────────────────────────────────────────────────────────────────────────────
# Each stamp is newer than what it was made from, so a second call installs nothing.

$(VENV)/stamp-python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (python3.11)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) 2>/dev/null \
	  || { rm -rf $(VENV); apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); }
	@touch $@

$(VENV)/stamp-run: requirements.lock pyproject.toml $(VENV)/stamp-python
	$(PIP) install --quiet $(WHEELS) -r requirements.lock
	$(PIP) install --quiet --no-deps --editable .
	@touch $@

$(VENV)/stamp-dev: requirements-dev.lock $(VENV)/stamp-run
	$(PIP) install --quiet $(WHEELS) -r requirements-dev.lock
	@touch $@

setup: $(VENV)/stamp-dev

# The tests look at the report in a real browser, with a real font.
browser:
	@test -x /usr/bin/chromium || { apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }

# ── words ─────────────────────────────────────────────────────────────────────────────────

demo: $(VENV)/stamp-run
	$(BIN)/buzzline demo --out demo

test: setup browser lint types bare test-fast

test-fast: setup browser
	$(PYTEST) -n 2 -m "not slow" tests src

test-slow: setup
	$(PYTEST) -n 2 -m slow tests

test-nojit: setup
	NUMBA_DISABLE_JIT=1 $(PYTEST) -m "not slow" tests/kernels

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

# What a plain `pip install buzzline` brings must be enough: no extras, no development tools.
bare: $(BARE)/stamp
	$(BARE)/bin/python tools/bare.py

$(BARE)/stamp: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(BARE)
	$(BARE)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
	  --constraint requirements.lock --editable .
	@touch $@

docs: setup
	$(BIN)/python -m mkdocs build --strict --quiet
	@echo "The documentation is at site/index.html"

bench: setup
	$(BIN)/python -m benchmarks.run

lock: setup
	$(BIN)/python tools/lock.py --upgrade

clean:
	rm -rf $(VENV) $(BARE) site demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
