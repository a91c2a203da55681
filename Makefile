# Everything a stranger needs: `make run` does the main job, `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin
OUT ?= out
OTEAR := $(BIN)/otear --workspace $(OUT)/workspace

.PHONY: help setup run test quick lint bench clean

help:
	@echo "make run    set up, import an example authority, make a small clip, ingest it, draw what was looked at"
	@echo "make test   set up, then every check and test"
	@echo "make quick  the same without the slow tests"
	@echo "make bench  the benchmark tables"

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: setup
	$(OTEAR) init
	$(OTEAR) key add docs/examples/keys/host-example.pub --role host --holder MEX
	$(OTEAR) key add docs/examples/keys/programme-example.pub --role programme --holder "Example programme"
	$(OTEAR) authority import docs/examples/authority-sinaloa.yaml
	$(OTEAR) simulate clip --seed 7 --out $(OUT)/clip
	$(OTEAR) ingest $(OUT)/clip/clip.ts --terrain $(OUT)/clip/terrain.tif
	$(OTEAR) footage quicklook latest --terrain $(OUT)/clip/terrain.tif --out $(OUT)/quicklook.png

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2 --dist worksteal

quick: lint
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

bench: setup
	$(BIN)/otear bench

clean:
	rm -rf .venv out
