# One word per job. `make` alone checks and tests.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PORT ?= 8501
HOST ?= localhost

.PHONY: all run test lint check-data bench docs clean
all: lint test

$(VENV)/.run: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt $(VENV)/.run
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

run: $(VENV)/.run  ## install and open the dashboard
	$(RUN) -m streamlit run dashboard.py --server.address $(HOST) --server.port $(PORT) --server.headless $(if $(DISPLAY)$(filter Darwin,$(shell uname)),false,true)

test: $(VENV)/.dev  ## install what tests need and run them all
	$(RUN) -m pytest -n 2 --dist loadgroup

lint: $(VENV)/.dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

check-data: $(VENV)/.run
	$(RUN) -m evidence check

bench: $(VENV)/.dev
	$(RUN) tools/bench.py; code=$$?; $(RUN) tools/bench_observations.py; $(RUN) tools/bench_handover.py && exit $$code

docs: $(VENV)/.dev
	$(RUN) tools/make_codebook.py
	$(RUN) tools/make_screenshots.py

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build
