# Everything a fresh machine needs: Python 3.11 or newer, make, and a package index for pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test

.PHONY: install run test lint bench nightly samples space

install: $(STAMP)

# A second `make run` finds the stamp newer than pyproject.toml and starts without installing.
$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(TEST_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	touch $@

run: $(STAMP)
	$(BIN)/leadline serve

test: $(TEST_STAMP)
	$(BIN)/python -m pytest -m "not nightly"

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(TEST_STAMP)
	$(BIN)/python -m experiments.bench

nightly: $(TEST_STAMP)
	$(BIN)/python -m pytest -m nightly

samples: $(TEST_STAMP)
	$(BIN)/python -m corpora.samples.build

# The folder to push to a Hugging Face Space.
space: $(STAMP)
	$(BIN)/python -m assistant.ui.space build/space
