# Everything starts here. Needs Python 3.11 or newer, make and a package index; no other tool.
#
#   make demo    a local Telegram, a sample news site and the bot, to try in the browser
#   make test    the tests
#   make check   style, types and the import contracts
#   make run     the bot itself (wants a token: see README.md)
#   make setup   .venv alone, with .venv/bin/khabar
#   make screenshot  the README's picture, docs/demo.png (wants chromium)
#   make lock    pin the newest versions that pyproject.toml allows, with their hashes
#   make format  put the code in its usual shape

# The first Python that is new enough; or name one: make PYTHON=/path/to/python3
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := uv pip compile - pyproject.toml --extra demo --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --upgrade --quiet
BUILD_REQUIRES := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")

.PHONY: setup demo test check run lock format screenshot
.DEFAULT_GOAL := setup

setup: $(STAMP)

# The stamp is written last, so an installation that was cut off is taken up again.
# setuptools warns that any editable installation hides packages of the same name; that is nothing to act on.
$(STAMP): pyproject.toml requirements/dev.txt
	@test -n "$(PYTHON)" \
		|| { echo "Khabar needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "Setting up .venv (once; a few minutes on a slow line)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(PIP) install --require-hashes -r requirements/dev.txt
	PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

demo: setup
	@$(BIN)/khabar demo

run: setup
	@$(BIN)/khabar run

# The fast tests on all cores; those with processes, servers and a browser of their own one after another.
test: setup
	@status=0; for part in "tests/unit tests/storage --numprocesses auto" "tests/acceptance tests/browser tests/state"; do \
		echo "$(BIN)/pytest $$part"; $(BIN)/pytest $$part || status=1; done; exit $$status

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshot: setup
	$(BIN)/python -m tests.browser.screenshot docs/demo.png

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Wants uv, from .venv or from the machine.
lock: export PATH := $(CURDIR)/$(BIN):$(PATH)
lock:
	@$(PYTHON) -c '$(BUILD_REQUIRES)' | $(COMPILE) --output-file requirements/runtime.txt
	@$(PYTHON) -c '$(BUILD_REQUIRES)' | $(COMPILE) --group dev --output-file requirements/dev.txt
	@! grep -nE '^-|https?://|file:' requirements/*.txt || { echo "an index address stands in the pins" >&2; exit 1; }
