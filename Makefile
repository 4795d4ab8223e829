# Everything runs in .venv, which the first target that needs it makes; nothing is installed outside this folder.

PYTHON ?= python3
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-all mutants fuzz kills lint docs lessons clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

.venv/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/run: .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) --editable '.[report]'
	@touch $@

.venv/dev: .venv/run
	$(PIP) --editable '.[dev]'
	@touch $@

demo: .venv/run ## install, then simulate the phase 2 trial thirty times and make a page of it
	$(BIN)/mfg run lenzumestrocel-phase2 --replications 30 --output runs/demo --csv
	$(BIN)/mfg report runs/demo

test: .venv/dev lint ## install, then formatting, lint, types, import directions and tests
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m pytest --numprocesses 2 --cov --cov-report term:skip-covered

test-all: test ## the same, then the tests that take minutes
	$(BIN)/python -m pytest -m long

mutants: .venv/dev ## install, then show that the tests notice engines broken on purpose
	$(BIN)/python -m tests.mutants

fuzz: .venv/dev ## install, then try files and command lines that were put wrong at random
	$(BIN)/python -m tests.fuzz --cases 2000

kills: .venv/dev ## install, then kill studies a hundred times where it hurts; the same command must mend each
	$(BIN)/python -m tests.study.kills --kills 100 --seed 1

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev ## write the outputs that the documents and examples show, and build the site in docs/_site
	$(BIN)/python -m docs.refresh
	$(BIN)/python -m validation
	$(BIN)/python -m validation.calibration
	$(BIN)/python -m sphinx -b html -E -W --keep-going -q -d build/doctrees docs docs/_site

lessons: .venv/dev ## install, then write every lesson as a page into build/lessons
	$(BIN)/python -m docs.lessons build/lessons

benchmark: .venv/run ## install the peers, then measure ours beside them on the reference workload
	$(PIP) --editable '.[benchmark]'
	$(BIN)/python -m benchmarks.run --write

clean: ## remove what the targets made
	rm -rf .venv runs build docs/_site .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache *.egg-info
