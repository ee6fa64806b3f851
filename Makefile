# Two commands do everything on a fresh machine: "make demo" and "make test".
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What runs, and on top of it what tests and checks.
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
# The 8.x line: its client lies over .venv in an environment of its own, which is seconds and a few MB; and its server.
VENV8 := .venv8
READY8 := $(VENV8)/.ready
ELASTICSEARCH8 := 8.19.21
PYTEST8 = env -u SEARCHAPP_TEST_ELASTICSEARCH_URL SEARCHAPP_TEST_ELASTICSEARCH_VERSION=$(ELASTICSEARCH8) \
  $(VENV8)/bin/python -m pytest
# Two processes run the tests: each starts services of its own, of about 2 GB.
TEST_PROCESSES ?= 2
IN_PROCESSES := --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-8 test-8-core rehearsal month check audit fix pages dist sbom services constraints clean

help: ## Show the targets.
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: $(READY_DEV) ## Install searchapp and the tools that test and check it into .venv.

$(READY): pyproject.toml constraints.txt scripts/install.py scripts/without-gpu.txt
	$(PYTHON) scripts/install.py $(VENV) multilingual mcp ocr
	touch $@

$(READY_DEV): $(READY)
	$(PYTHON) scripts/install.py $(VENV) dev
	touch $@

demo: $(READY) ## Index the sample documents, search, answer, and serve the page.
	$(BIN)/searchapp demo

serve: $(READY) ## Serve the page over your own documents.
	$(BIN)/searchapp serve

test: $(READY_DEV) ## Run every test in two processes; real services that cannot be had are skipped with the reason; ARGS go to pytest.
	$(BIN)/python -m pytest $(IN_PROCESSES) $(ARGS)

test-8: $(READY8) ## Run the store and cluster tests against Elasticsearch 8.19 with its client; ARGS go to pytest.
	$(PYTEST8) tests/stores tests/cluster --ignore=tests/stores/test_lancedb.py $(ARGS)

test-8-core: $(READY8) ## Run what tests/elasticsearch8.txt names against Elasticsearch 8.19, in two processes, as CI does.
	$(PYTEST8) $(IN_PROCESSES) @tests/elasticsearch8.txt $(ARGS)

$(READY8): $(READY_DEV)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV8)
	$(BIN)/uv pip install --quiet --no-deps --python $(VENV8)/bin/python 'elasticsearch>=8.19,<9' 'elastic-transport>=8.15,<9'
	site='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	  echo "import site; site.addsitedir('$$($(BIN)/python -c "$$site")')" > "$$($(VENV8)/bin/python -c "$$site")/over.pth"
	touch $@

rehearsal: $(READY_DEV) ## Run the whole stack for real, as root: docker compose up from nothing to a cited answer; the log is shown.
	SEARCHAPP_TEST_REQUIRE_SERVICES=1 $(BIN)/python -m pytest -s tests/stack/test_rehearsal.py

month: $(READY_DEV) ## Live a month of operations in minutes, and write docs/operations-rehearsal.md from it.
	SEARCHAPP_TEST_REQUIRE_SERVICES=1 $(BIN)/python -m tests.operations.month --page docs/operations-rehearsal.md

check: $(READY_DEV) ## Lint, format check, types and dependencies; changes nothing.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/deptry .

audit: $(READY_DEV) ## Look for known vulnerabilities in the pins; AUDIT_DATABASE=all.zip (OSV's, of PyPI) asks that file and nobody else.
	$(BIN)/python scripts/audit.py $(if $(AUDIT_DATABASE),--database "$(AUDIT_DATABASE)")

fix: $(READY_DEV) ## Fix what the linter and the formatter can fix.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pages: $(READY_DEV) ## Write again what is made from the code: pages of docs/, the manual page, what shells complete.
	$(BIN)/python scripts/cli_page.py > docs/cli.md
	$(BIN)/python scripts/settings_page.py > docs/settings.md
	$(BIN)/python scripts/man_page.py > share/man/man1/searchapp.1
	$(BIN)/searchapp completion bash > share/bash-completion/completions/searchapp
	$(BIN)/searchapp completion zsh > share/zsh/site-functions/_searchapp
	$(BIN)/searchapp completion fish > share/fish/vendor_completions.d/searchapp.fish

dist: $(READY_DEV) ## Build dist/: the source archive, and from it the wheel.
	$(BIN)/uv build --quiet --out-dir dist

sbom: $(READY_DEV) ## Write build/searchapp.cdx.json, what .venv's searchapp consists of; asks nobody.
	mkdir -p build
	$(BIN)/python scripts/sbom.py $(VENV) > build/searchapp.cdx.json

services: $(READY_DEV) ## Fetch and build the real Elasticsearch and Ollama that the tests use.
	$(BIN)/python -m tests.services

constraints: $(READY) ## Renew constraints.txt from the newest versions that fit.
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-header --no-annotate --all-extras --python-version 3.11 pyproject.toml --output-file constraints.txt --upgrade

clean: ## Remove what "install" made.
	rm -rf $(VENV) $(VENV8)
