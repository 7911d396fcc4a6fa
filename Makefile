# make demo, make test: each does all of its own set-up. Everything lands in .venv and nowhere else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help install install-dev demo test check bench simulate planted lock clean

help:
	@echo "make demo     run the main job: a server, a client, a sync, a download"
	@echo "make test     run every test"
	@echo "make check    ruff, mypy --strict, import-linter"
	@echo "make simulate SEEDS=20000   worlds that fail in every way, from a seed each, of every kind (WORLDS=live); goes on where it stopped"
	@echo "make planted  switch small faults on, one at a time: every one must be caught"
	@echo "make shots    the pictures of the page in docs/pictures, from the demo's library"
	@echo "make bench    ours, the bare limit and the ratio (FULL=1 for 300k and 1M tracks)"

install: $(VENV)/.run
install-dev: $(VENV)/.dev

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Soul Player needs Python 3.11 or newer, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

# The project itself comes in without dependencies: the lock with its hashes is the only list that counts.
$(VENV)/.run: $(BIN)/python requirements/run.txt requirements/build.txt pyproject.toml
	$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	touch $@

demo: install bytecode
	$(BIN)/soul demo

# Debian's packages of a program that tests need, where it is not there: $(call debian,PROGRAM,PACKAGES,WHO NEEDS IT).
debian = command -v $(1) >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then as=; else as="sudo -n"; fi; \
	  { $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends $(2); } >/dev/null \
	    || echo "$(1) could not be installed: $(3) need it" >&2; }

# The page is tested in Debian's Chromium; where it can not be installed those tests say so, and fail in CI.
.PHONY: browser
browser:
	@$(call debian,chromium,chromium fonts-dejavu-core,the tests of the page)

# The units of docs/operating.md are read by systemd itself. It is installed in CI only: elsewhere a test is no reason to.
.PHONY: systemd
systemd:
	@test -z "$$CI" || $(call debian,systemd-analyze,systemd,the tests of the units)

# A program started from an editable install compiles all of its files each time where PYTHONDONTWRITEBYTECODE is set, as
# it is in many containers: a third of what a command costs. What pip installs as a package is compiled by it.
.PHONY: bytecode
bytecode: install
	@$(BIN)/python -m compileall -q src benchmarks tests/edges tests/simulation

# Side by side what can be; afterwards, one by one, what listens to sound as it plays. Either may hold none of ARGS (5).
test: install-dev browser systemd bytecode
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not alone" $(ARGS) || { test $$? = 5 && test -n "$(ARGS)"; }
	$(BIN)/python -m pytest -m alone $(ARGS) || { test $$? = 5 && test -n "$(ARGS)"; }

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config house.importlinter

bench: install-dev bytecode
	$(BIN)/python -m benchmarks $(if $(FULL),--full)

# The pictures of the page in docs/pictures, from the demo's library.
.PHONY: shots
shots: install-dev browser
	$(BIN)/python -m tests.ui.page.shots

SEEDS ?= 300
WORLDS ?= one two live addresses downloads
simulate: install-dev
	$(foreach kind,$(WORLDS),$(BIN)/python -m tests.simulation --worlds $(kind) --seeds $(SEEDS) &&) true

planted: install-dev
	$(BIN)/python -m tests.simulation.planted $(PLANTED)

# Needs uv; writes hashes and no address of a registry.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements/run.txt
	uv pip compile requirements/build.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements/build.txt
	uv pip compile pyproject.toml --group dev -c requirements/run.txt -c requirements/build.txt --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -o requirements/dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
