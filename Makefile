# Two commands do everything on a fresh machine: "make demo" and "make test".
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The 8.x line: its client in an environment of its own, and its server.
VENV8 := .venv8
READY8 := $(VENV8)/.ready
ELASTICSEARCH8 := 8.19.21

.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-8 rehearsal check audit fix services constraints clean

help: ## Show the targets.
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: $(READY) ## Install searchapp and its tools into .venv.

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 15) else "searchapp needs Python 3.11 to 3.14; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(READY) ## Index the sample documents, search, answer, and serve the page.
	$(BIN)/searchapp demo

serve: $(READY) ## Serve the page over your own documents.
	$(BIN)/searchapp serve

test: $(READY) ## Run every test; real services that cannot be had are skipped with the reason.
	$(BIN)/python -m pytest

test-8: $(READY8) ## Run the store and cluster tests against Elasticsearch 8.19 with its client; ARGS go to pytest.
	env -u SEARCHAPP_TEST_ELASTICSEARCH_URL SEARCHAPP_TEST_ELASTICSEARCH_VERSION=$(ELASTICSEARCH8) \
	  $(VENV8)/bin/python -m pytest tests/stores tests/cluster --ignore=tests/stores/test_lancedb.py $(ARGS)

$(READY8): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV8)
	$(VENV8)/bin/python -m pip install --quiet uv
	grep -v '^elastic' constraints.txt > $(VENV8)/constraints.txt
	$(VENV8)/bin/uv pip install --quiet --python $(VENV8)/bin/python --constraint $(VENV8)/constraints.txt --editable '.[dev]' 'elasticsearch>=8.19,<9'
	touch $@

rehearsal: $(READY) ## Run the whole stack for real, as root: docker compose up from nothing to a cited answer; the log is shown.
	SEARCHAPP_TEST_REQUIRE_SERVICES=1 $(BIN)/python -m pytest -s tests/stack/test_rehearsal.py

check: $(READY) ## Lint, format check and types; changes nothing.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

audit: $(READY) ## Look for known vulnerabilities in the pinned dependencies; says so when the database cannot be reached.
	$(BIN)/python scripts/audit.py

fix: $(READY) ## Mend what the linter and the formatter can mend.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

services: $(READY) ## Fetch and build the real Elasticsearch and Ollama that the tests use.
	$(BIN)/python -m tests.services

constraints: $(READY) ## Renew constraints.txt from the newest versions that fit.
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header --no-annotate --all-extras --python-version 3.11 pyproject.toml --output-file constraints.txt --upgrade

clean: ## Remove what "install" made.
	rm -rf $(VENV) $(VENV8)
