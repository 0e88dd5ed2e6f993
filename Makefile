# Every target brings its own environment up: Python 3.11 or newer and make are all that a machine needs.
#   make demo          the whole path on example deliveries of the 52 listed parks
#   make test          the tests, then the SQL models once more on DuckDB 1.5
#   make test-slow     the long property runs and the large volumes
#   make lint          ruff, mypy --strict, sqlfluff
#   make bench         the benchmark table (BENCH="--scale 4" for 73 million readings)
#   make ui            the Dagster UI on 127.0.0.1
#   make conformance   the independent calculation's cases (CONFORMANCE=folder that holds check.py)
#   make docs          the generated parts of the README and of docs/
#   make release-contracts  keep what the contracts of this version promise, to hold later changes against
#   make lock          resolve the locked requirements anew
#   make wheel         the wheel, in dist/

PYTHON ?= python3
CONFORMANCE ?= ../shared/conformance
BENCH ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# DuckDB 1.5 alone, put in front of the locked environment: the oldest version whose SQL dialect is supported.
DUCKDB15 := .venv-duckdb15
DUCKDB15_READY := $(DUCKDB15)/.ready
LOCKING := .venv-lock
RESOLVE := $(LOCKING)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header
PIP_QUIET := --quiet --disable-pip-version-check --no-input

.PHONY: demo test test-slow lint bench ui conformance docs release-contracts lock wheel clean

demo: $(READY)
	$(BIN)/zcp demo

test: $(READY) $(DUCKDB15_READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	PYTHONPATH=$(DUCKDB15) $(BIN)/python -m pytest -n 2 tests/sql

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 sql

bench: $(READY)
	$(BIN)/python -m benchmarks.run $(BENCH)

ui: $(READY)
	$(BIN)/zcp ui

conformance: $(READY)
	ls $(CONFORMANCE)/*/expected.json | xargs -n 1 dirname | xargs -n 1 basename | \
		xargs -n 1 -P 2 $(BIN)/python $(CONFORMANCE)/check.py --zcp $(CURDIR)/$(BIN)/zcp

docs: $(READY)
	$(BIN)/python docs/generate.py

release-contracts: $(READY)
	$(BIN)/python -m pipelines.contract_release

lock:
	$(PYTHON) -m venv --clear $(LOCKING)
	$(LOCKING)/bin/python -m pip install $(PIP_QUIET) uv
	$(RESOLVE) pyproject.toml --all-extras --group dev --output-file requirements.lock
	echo 'duckdb>=1.5,<1.6' | $(RESOLVE) - --output-file requirements-duckdb15.lock

wheel: $(READY)
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) $(DUCKDB15) $(LOCKING) dist build bench-data .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with make PYTHON=..." >&2; exit 1; }
	@echo "Setting up $(VENV) from requirements.lock; once, about a minute"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install $(PIP_QUIET) --require-hashes -r requirements.lock
	$(BIN)/python -m pip install $(PIP_QUIET) --no-deps --no-build-isolation --editable .
	@touch $@

$(DUCKDB15_READY): requirements-duckdb15.lock $(READY)
	@rm -rf $(DUCKDB15)
	$(BIN)/python -m pip install $(PIP_QUIET) --require-hashes --no-deps --target $(DUCKDB15) -r requirements-duckdb15.lock
	@touch $@
