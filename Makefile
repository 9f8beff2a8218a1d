# make publish   set everything up, and publish content/ into output/site
# make test      set everything up, and run the tests
# make serve     the site on http://localhost:8000, and what is due on its schedule
# make bench     timings, as ratios against bare scripts in the same run
# make cluster   200 editions through two Prefect servers and three workers, with two of them killed
# make chaos     seeded faults at every step, and what readers see after each; ARGS='--seeds 200'
# make lint      style, types, import layers
# make lock      write the lock files anew from pyproject.toml
.PHONY: publish test serve bench cluster chaos lint lock setup setup-tests clean
.DEFAULT_GOAL := publish

PYTHON ?= python3
BIN := .venv/bin

publish: setup
	$(BIN)/parution publish

serve: setup
	$(BIN)/parution serve

test: setup-tests
	$(BIN)/pytest -n auto $(ARGS)

bench: setup-tests
	$(BIN)/python -m tests.bench.table $(ARGS)

cluster: setup-tests
	$(BIN)/python -m tests.cluster.run $(ARGS)

chaos: setup-tests
	$(BIN)/python -m tests.chaos.run $(ARGS)

lint: setup-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: .venv/ready
setup-tests: .venv/ready-for-tests

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Parution needs Python 3.11 or newer")'
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Python lacks venv: installing it"; \
	    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; \
	  fi; rm -rf .venv; $(PYTHON) -m venv .venv; } || { \
	  echo "Python lacks venv. Type: sudo apt-get install -y python3-venv" >&2; rm -rf .venv; exit 1; }

.venv/ready: .venv/bin/python requirements.lock pyproject.toml
	@$(PYTHON) flows/pango.py
	@echo "Setting up in .venv: a minute or two, once."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-for-tests: .venv/ready requirements-dev.lock tests/tools/setup tests/tools/package-lock.json
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@bash tests/tools/setup
	@touch $@

# Hashes, and no address of an index: any mirror will do.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --group build --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --group build --group dev --python-version 3.11 pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv output/site output/tree output/releases output/proofs output/staging output/preview output/prefect output/parution.db*
