# Every command a developer or an operator of the demo needs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BEAMLORE := .venv/bin/beamlore
PYTHON_SOURCES := services tests conftest.py

.PHONY: help
help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.PHONY: setup
setup: ## install the locked Python and npm packages
	@scripts/setup.sh

.PHONY: demo
demo: setup ## run everything, with three simulated beamlines (DETACH=1 returns when it is ready; BEAMLORE_PORT)
	@$(BEAMLORE) demo up $(if $(DETACH),--detach)

.PHONY: demo-stop
demo-stop: setup ## stop the demo
	@$(BEAMLORE) demo stop

.PHONY: demo-reset
demo-reset: setup ## stop the demo and forget its data
	@$(BEAMLORE) demo reset

.PHONY: test
test: setup ## all tests; ARGS=… goes to pytest (ARGS=tests/chaos narrows it)
	@scripts/test.sh $(ARGS)

.PHONY: cluster-test
cluster-test: setup ## the chart on the cluster that KUBECONFIG names (ARGS='-m "not long"' is the short half)
	@scripts/test.sh tests/cluster -s $(ARGS)

.PHONY: lint
lint: setup ## formatting, types, layers, contracts
	@scripts/lint.sh

.PHONY: bench
bench: setup ## ingest, scan-to-page latency, the catalogue's requests (PEER=address PEER_MONGO=mongodb://…/db beside a SciCat; ARGS)
	@scripts/bench.sh $(ARGS)

.PHONY: bench-growth
bench-growth: setup ## what a request costs at 50 k and 250 k datasets (ARGS="--datasets 50000 250000 1000000")
	@.venv/bin/python tests/performance/bench_growth.py $(ARGS)

.PHONY: format
format: setup ## write the code in its canonical form
	@.venv/bin/ruff check --fix-only -q $(PYTHON_SOURCES)
	@.venv/bin/ruff format -q $(PYTHON_SOURCES)
	@npm --prefix frontend run format

.PHONY: docs
docs: setup ## write the generated reference documents (schemas, AsyncAPI, OpenAPI) and the web app's API client
	@scripts/reference.sh

.PHONY: lock
lock: ## resolve the dependencies anew and write the lock files
	@scripts/lock.sh

.PHONY: images
images: ## build the container images (COMPONENTS="catalogue web" narrows it; scripts/images.sh names the variables)
	@scripts/images.sh $(COMPONENTS)

.PHONY: clean
clean: ## remove environments, builds and caches (not the demo's data: demo-reset does that)
	@rm -rf .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	@find services tests -name __pycache__ -prune -exec rm -rf {} +
