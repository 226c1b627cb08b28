# `make book` and `make test` need Python 3.11 or later, make, and nothing else. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check --quiet
KATEX  := djangocms-katex==1.0.2
JOBS   ?= 2

.DEFAULT_GOAL := help
.PHONY: help book test lint run exercises setup-cells bench lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1|/' | awk -F'|' '{printf "%-20s%s\n", $$1, $$2}'

book: $(VENV)/book-ready  ## build the pages (no notebook is run)
	@$(VENV)/bin/jupyter-book build . --warningiserror --keep-going --quiet
	@echo "Next: open _build/html/index.html in a browser, or serve it with $(PY) -m http.server -d _build/html"

test: $(VENV)/test-ready  ## run everything: units, doctests, exercises, notebooks, built pages
	@$(PY) -m pytest --numprocesses $(JOBS) --dist loadfile
	@echo "Next: everything passes; open a pull request, or read CONTRIBUTING.md for how to change a chapter"

lint: $(VENV)/test-ready  ## check the style of the code
	@$(PY) -m ruff check .
	@echo "Next: make test"

run: $(VENV)/test-ready  ## run a notebook and store its outputs: make run NOTEBOOK=book/convolution/arithmetic.ipynb
	@$(PY) tests/notebooks/run.py $(NOTEBOOK)
	@echo "Next: git diff $(NOTEBOOK), then make book"

exercises: $(VENV)/test-ready  ## derive exercises/ from solutions/
	@$(VENV)/bin/cnnbook exercises build
	@echo "Next: git diff exercises/, then make test"

setup-cells: $(VENV)/test-ready  ## copy the set-up cell, with the address in pyproject.toml, into every notebook
	@$(PY) tests/notebooks/setup_cell.py
	@echo "Next: make exercises"

bench: $(VENV)/test-ready  ## measure speed against PyTorch, on one thread
	@for script in benchmarks/bench_*.py benchmarks/report.py; do $(PY) $$script || exit 1; done
	@echo "Next: git diff README.md benchmarks/results/"

lock: $(VENV)/test-ready  ## write constraints.txt from what is installed
	@$(PIP) freeze --exclude cnnbook --exclude djangocms-katex --exclude torch | grep -vE '^(-e|nvidia|triton|#)' | sed -E 's/\+.*$$//; s/ @ .*//' | grep == > constraints.txt
	@echo "Next: git diff constraints.txt"

clean:  ## remove what was built, not the environment (rm -r .venv does that)
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis
	@echo "Next: make book"

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or later, or name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: this book needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/book-ready: book/requirements.txt constraints.txt | $(PY)
	@echo "Installing what building the pages needs ..."
	@$(PIP) install -r book/requirements.txt
	@$(PIP) install --no-deps $(KATEX)
	@touch $@

$(VENV)/test-ready: requirements.txt pyproject.toml $(VENV)/book-ready
	@echo "Installing what the tests need ..."
	@$(PIP) install -r requirements.txt
	@$(PIP) install --no-deps --editable .
	@touch $@
