# The few commands of this project. Every one brings the virtualenv first (`toolchain/bootstrap.sh`); what a stack needs
# beyond it, `slipway` brings itself.

STACK ?= dev
ARGS ?=

CHECKS := check-format check-lint check-types check-imports check-docs check-lock check-schema

.DEFAULT_GOAL := help
.PHONY: help up preview diff destroy down doctor test check format e2e bench soak fresh golden lock clean clean-cache venv $(CHECKS)

BIN := .venv/bin
UV := PATH="$${SLIPWAY_HOME:-$$HOME/.cache/slipway}/uv/bin:$$PATH" UV_CACHE_DIR="$${SLIPWAY_HOME:-$$HOME/.cache/slipway}/uv-cache" uv
EXPORT := export --quiet --frozen --no-header --no-dev --no-emit-project --format requirements-txt
SCHEMA := docs/stack.schema.json

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\n  STACK=prod names the stack (default: dev), ARGS="--diff" passes flags on; ./slipway --help has the rest.\n'

up: ## Build, push, check and deploy a stack; brings what is missing
	@./slipway up --stack $(STACK) $(ARGS)

preview: ## Show what `up` would change and what the policies say
	@./slipway preview --stack $(STACK) $(ARGS)

diff: ## The same, with every property
	@./slipway diff --stack $(STACK) $(ARGS)

destroy: ## Remove what a stack declared
	@./slipway destroy --stack $(STACK) $(ARGS)

down: ## Stop the embedded registry and BuildKit
	@./slipway down $(ARGS)

doctor: ## Say what is installed, where from, and what is missing
	@./slipway doctor $(ARGS)

test: venv ## Run the fast tests: units, and the real engine
	@failed=0; \
	$(BIN)/pytest --quiet --numprocesses=2 tests/unit $(ARGS) || failed=1; \
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder --durations=40 tests/engine $(ARGS) || failed=1; \
	exit $$failed

e2e: venv ## Run the tests with a cluster and with Docker
	@$(BIN)/pytest --verbose --durations=20 tests/cluster tests/docker $(ARGS)

check: venv ## Format, lint, types, imports, links, generated files
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-format:
	@$(BIN)/ruff format --check --quiet || { echo 'not formatted: make format'; exit 1; }

check-lint:
	@$(BIN)/ruff check --quiet

check-types:
	@$(BIN)/pyright

check-imports:
	@$(BIN)/lint-imports --no-logo

check-docs:
	@$(BIN)/pytest --quiet tests/unit/docs

check-lock:
	@$(UV) lock --check --quiet || { echo 'uv.lock is not current: make lock'; exit 1; }
	@$(UV) $(EXPORT) | diff -u requirements.txt - || { echo 'requirements.txt is not current: make lock'; exit 1; }

check-schema:
	@$(BIN)/slipway schema | diff -u $(SCHEMA) - || { echo '$(SCHEMA) is not current: make golden'; exit 1; }

format: venv ## Format the code and mend what the linter can
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

golden: venv ## Write golden files and the schema of stack files anew
	@$(BIN)/pytest --quiet tests/unit --regenerate $(ARGS)
	@$(BIN)/slipway schema --out $(SCHEMA)

lock: venv ## Pin the dependencies again, after a change of pyproject.toml
	@$(UV) lock
	@$(UV) $(EXPORT) --output-file requirements.txt >/dev/null

bench: venv ## Measure the speed aims, as ratios within one run
	@$(BIN)/python -m bench $(ARGS)

soak: venv ## The long repetitions: kills at every call, releases under load
	@SOAK=1 $(BIN)/pytest tests/engine tests/cluster tests/docker $(ARGS)

fresh: ## Do what a newcomer does: clean clone, empty cache, `make up`; needs the registry's port free
	@tests/fresh/run

clean: ## Empty the checkout of everything made; refuses while a stack has resources
	@./slipway clean $(ARGS)

clean-cache: down ## Remove the cache: tools, plugins, images, build caches; private keys stay
	@find "$${SLIPWAY_HOME:-$$HOME/.cache/slipway}" -mindepth 1 -maxdepth 1 ! -name keys -exec rm -rf -- {} +

venv:
	@set -e; checkout="$(CURDIR)"; . toolchain/bootstrap.sh
