# Every command that a person or CI runs. `make` alone lists them.

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench fix docs messages release clean

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## Install everything the platform needs into .venv
	@$(PYTHON) tools/setup.py

demo: setup ## Run the platform with a simulated desktop cloud (Ctrl-C ends it)
	@$(BIN)/yunwei up --demo --data-dir "$${YUNWEI_DATA_DIR:-.demo}"

test: ## Run all tests, browser included; installs what they need
	@$(PYTHON) tools/setup.py --tests
	@$(BIN)/pytest -n $(WORKERS) $(TESTS)

check: ## What CI runs: format, lint, types, contracts, our own checks, docs, tests
	@$(PYTHON) tools/setup.py --tests
	@$(BIN)/python -m tools.check; checked=$$?; $(BIN)/pytest -n $(WORKERS) && exit $$checked

bench: ## Measure; figures and budgets are told at the end
	@$(PYTHON) tools/setup.py --tests --bench
	@$(BIN)/pytest tests/bench -p no:randomly --timeout 900

fix: setup ## Format, mend what can be mended, gather the texts to translate
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format
	@$(BIN)/python -m tools.messages update

docs: setup ## Generate the reference pages
	@$(BIN)/python -m tools.build_docs

messages: setup ## Gather the texts to translate into src/yunwei/locale
	@$(BIN)/python -m tools.messages update

release: setup ## Gather changes/ into the changelog: make release VERSION=1.2.0
	@$(BIN)/python -m tools.changelog release $(VERSION)

clean: ## Remove what the set-up, the demo and the tests made
	rm -rf .venv .tools .demo dist build src/yunwei/faces/web/static/vendor src/yunwei/base/infra/documents/fonts
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache
	find src -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
