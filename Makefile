# Everything a person or CI does here. `make run` and `make test` need nothing done before them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

BIN := .venv/bin
ENVIRONMENT := .venv/.installed

##@ Use it

.PHONY: run
run: $(ENVIRONMENT) ## run the whole system; prints the page's address (PORT=9000 moves it, RESOURCES=folder adds components, STACK=kafka-postgresql swaps, TRACES=http://127.0.0.1:4317 sends spans)
	@exec $(BIN)/python -m runtime up $(addprefix --resources ,$(RESOURCES)) $(addprefix --stack ,$(STACK)) $(addprefix --traces ,$(TRACES))

.PHONY: broker
broker: $(ENVIRONMENT) ## run only the broker, for `dapr run -f .`
	@exec $(BIN)/python -m runtime broker

.PHONY: verify-audit
verify-audit: $(ENVIRONMENT) ## is the record of who changed what as it was written? (with `make run` elsewhere; ARGS="--user ID")
	@$(BIN)/python -m runtime attach audit $(BIN)/python -m consumers.audit verify $(ARGS)

##@ Test it

.PHONY: test
test: $(ENVIRONMENT) runtime browser ## all tests, and some on Kafka and PostgreSQL (ARGS="tests/e2e -k reschedule" for some)
	@$(BIN)/pytest $(ARGS)
	@$(if $(filter tests/% --stack% -k,$(ARGS)),,$(MAKE) --no-print-directory test-kafka-postgresql)

# A part of the same tests that is about what a broker or a database can do differently, in some minutes.
KAFKA_POSTGRESQL := tests/unit/chat_api/test_outbox.py tests/unit/chat_api/test_inbox.py tests/unit/chat_api/test_tasks.py \
	tests/unit/chat_api/test_undo.py tests/e2e/test_main_job.py tests/e2e/test_replicas.py tests/e2e/test_kafka.py \
	tests/e2e/test_audit.py \
	tests/chaos/test_health.py::test_without_the_database_the_edge_is_not_ready \
	tests/chaos/test_kills.py::test_killing_a_process_loses_and_repeats_nothing[broker]

.PHONY: test-kafka-postgresql
test-kafka-postgresql: $(ENVIRONMENT) ## a part of the end-to-end tests on Kafka and PostgreSQL, and the tasks' tests on PostgreSQL
	@scripts/on-stack kafka-postgresql $(BIN)/pytest --durations=10 --stack kafka-postgresql --tasks-database postgresql $(KAFKA_POSTGRESQL)

.PHONY: test-matrix
test-matrix: $(ENVIRONMENT) runtime ## the end-to-end and chaos tests on every other stack; hours (STACKS=redis,kafka-redis ARGS=... for some)
	@$(BIN)/python scripts/test-matrix $(if $(STACKS),--stacks $(STACKS)) $(ARGS)

.PHONY: test-fast
test-fast: $(ENVIRONMENT) ## unit tests: no runtime, some seconds
	@$(BIN)/pytest -q tests/unit $(ARGS)

.PHONY: test-k8s
test-k8s: $(ENVIRONMENT) runtime ## the chart, on a real Kubernetes API server and Dapr's control plane (needs Go)
	@$(BIN)/pytest tests/k8s $(ARGS)

.PHONY: chaos
chaos: $(ENVIRONMENT) runtime ## load and faults: kills, pauses, partitions; planted defects must be found (ARGS="--seed 7")
	@$(BIN)/python -m tests.campaign $(ARGS)

.PHONY: lint
lint: $(ENVIRONMENT) ## style, common mistakes, import rules, shell scripts, workflows
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/shellcheck --external-sources .ci/run scripts/*.sh scripts/ensure-browser scripts/make-environment scripts/make-bench-environment \
		scripts/lint-workflows infra/oke/*.sh
	@scripts/lint-workflows

.PHONY: types
types: $(ENVIRONMENT) ## strict type check
	@$(BIN)/mypy

.PHONY: bench
bench: $(ENVIRONMENT) runtime ## measure everything, others' systems too, into docs/benchmarks; an hour (PARTS="lag chat", ARGS=--full)
	@scripts/make-bench-environment
	@$(BIN)/python -m bench $(PARTS) $(ARGS)

.PHONY: guard
guard: $(ENVIRONMENT) runtime ## has a piece of work become dearer than the committed baseline? a minute (ARGS=--update-baseline)
	@$(BIN)/python -m bench guard $(ARGS)

##@ Work on it

.PHONY: setup
setup: $(ENVIRONMENT) runtime ## the environment and the runtime, without starting anything

.PHONY: runtime
runtime: $(ENVIRONMENT) ## find, download or build Dapr and the broker
	@$(BIN)/python -m runtime install

.PHONY: browser
browser: ## a Chromium for the browser tests
	@scripts/ensure-browser

.PHONY: format
format: $(ENVIRONMENT) ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: asyncapi
asyncapi: $(ENVIRONMENT) ## write docs/asyncapi.yaml and the shapes of new events from contracts/
	@$(BIN)/python scripts/write-asyncapi

.PHONY: chart
chart: $(ENVIRONMENT) ## write the chart's README from the comments of its values
	@$(BIN)/python -m tests.k8s.readme

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	--custom-compile-command "make lock"

.PHONY: lock
lock: $(ENVIRONMENT) ## write the lock files anew from pyproject.toml: of the environment, of the image and of its build
	@$(LOCK) --group dev pyproject.toml -o requirements.lock
	@$(LOCK) --no-annotate --constraint requirements.lock pyproject.toml -o image.lock
	@$(LOCK) --no-annotate --group image-build -o image-build.lock
	@$(LOCK) --no-annotate --group bench -o bench/requirements.lock

.PHONY: clean
clean: ## remove the environment and caches; tasks and the built runtime stay
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-artifacts bench-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-data
clean-data: ## remove all tasks, reminders and accounts of this folder
	@rm -rf .data

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(ENVIRONMENT): requirements.lock scripts/make-environment
	@scripts/make-environment
