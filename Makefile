# make demo    install and run the news pipeline on the sample that ships
# make demo-fund   install and run the fund pipeline on the statements that ship
# make test    install with the test extras, check the code, run all tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2

.PHONY: demo demo-fund test check format bench mutation soak picture clean

demo: $(VENV)/.demo
	@$(BIN)/ace run news --sources sample
	@echo
	@$(BIN)/ace status latest-news

demo-fund: $(VENV)/.demo-fund
	@$(BIN)/ace batch fund phases/fund/samples/*.pdf

test: check
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/engine/run.py

mutation: $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,mutation]'
	$(BIN)/python benchmarks/mutation/run.py $(MUTATION)

soak: $(VENV)/.dev
	$(BIN)/python benchmarks/soak/soak.py $(SOAK)

picture: $(VENV)/.dev
	$(BIN)/python docs/picture.py

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

# pip 23, which Python 3.11 brings, fails on two spellings of one extra (lxml[html_clean], lxml[html-clean]).
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ACE needs Python 3.11 or newer: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=24'

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	@echo "installing ACE with the news extra into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[news]'
	@touch $@

$(VENV)/.demo-fund: $(VENV)/bin/python pyproject.toml
	@echo "installing ACE with the fund extra into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fund]'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	@echo "installing ACE with the test extras into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.demo $(VENV)/.demo-fund
