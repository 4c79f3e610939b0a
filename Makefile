# Everything here works from a fresh clone: each target makes what it stands on.
# `make help` explains the targets.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
STAGE ?=
WITHOUT ?=
WORKERS ?= 3
QUEUE ?=
SINCE ?=
API ?=
ISSUER ?=
CLIENT ?=
VENV := .venv
PY := $(VENV)/bin/python
BUILD := build

.DEFAULT_GOAL := help

.PHONY: help
help: ## Explain the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort \
	  | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# --- Environments: made again when what they hold changes -----------------------------------------

$(VENV)/ready: requirements.txt requirements-dev.txt
	@$(PYTHON) -m infra.environment $(VENV) $^

.venv-cloud/ready: requirements-cloud.txt | $(VENV)/ready
	@$(PYTHON) -m infra.environment .venv-cloud $< --as-deployed

.venv-audit/ready: requirements-audit.txt | $(VENV)/ready
	@$(PYTHON) -m infra.environment .venv-audit $<

# --- The product on this machine ------------------------------------------------------------------

.PHONY: run
run: export SPEAK = ru
run: $(VENV)/ready .venv-cloud/ready ## The whole product on this machine, PORT=8000
	@exec $(PY) -m infra.local.run --port $(PORT)

.PHONY: reset
reset: ## Forget what `make run` has kept
	@rm -rf .local && echo "The local data is gone."

# --- Checks ---------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/ready .venv-cloud/ready ## Every test; WITHOUT=browser leaves out what needs one
	@$(PY) -m tests.support.tools --without "$(WITHOUT)"
	$(PY) -m pytest -n $(WORKERS) --dist loadgroup --without "$(WITHOUT)"

.PHONY: clocks
clocks: $(VENV)/ready .venv-cloud/ready ## Every test at New Year, on 29 February, just before midnight…
	@$(PY) -m tests.support.tools --faketime
	$(PY) -m tests.clocks

.PHONY: gallery
gallery: $(VENV)/ready .venv-cloud/ready ## Pictures of the cabinet page for docs/cabinet.md
	$(PY) -m tests.browser.gallery

.PHONY: lint
lint: $(VENV)/ready ## Style, types, floors
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

.PHONY: bench
bench: $(VENV)/ready .venv-cloud/ready ## Figures of docs/performance.md, as ratios in one run
	$(PY) -m tests.bench

.PHONY: chaos
chaos: $(VENV)/ready .venv-cloud/ready ## Break everything off everywhere, kill it under load
	$(PY) -m pytest -q -n 2 tests/crash $(wildcard tests/chaos/*.py)

.PHONY: audit
audit: $(VENV)/ready .venv-cloud/ready .venv-audit/ready ## Attacks, grants, licences, vulnerabilities, template
	@$(PY) -m tests.audit

# --- What is generated, built and shipped ---------------------------------------------------------

.PHONY: openapi
openapi: $(VENV)/ready ## Write chalicelib/openapi.json from the declarations
	$(PY) -m infra.openapi

.PHONY: licences
licences: $(VENV)/ready ## Write docs/licences.md from what the packages say
	$(PY) -m infra.licences

.PHONY: lock
lock: $(VENV)/ready ## Pin the newest versions that requirements*.in admit
	@for each in requirements requirements-dev requirements-cloud requirements-audit; do \
	  $(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate $$each.in --output-file $$each.txt; done

.PHONY: package
package: $(VENV)/ready ## Build the templates and the artifacts of both architectures
	$(PY) -m infra.synth $(BUILD)/templates
	$(PY) -m infra.artifact arm64 x86_64

.PHONY: cabinet
cabinet: $(VENV)/ready ## The page for a static host: API=https://… ISSUER=https://… CLIENT=cabinet
	@test -n "$(API)" -a -n "$(ISSUER)" -a -n "$(CLIENT)" || { \
	  echo "Say where: make cabinet API=https://api.example.ru/api ISSUER=https://id.example.ru CLIENT=cabinet"; exit 2; }
	$(PY) -m infra.cabinet $(BUILD)/cabinet --api $(API) --issuer $(ISSUER) --client-id $(CLIENT)

.PHONY: deploy
deploy: $(VENV)/ready ## Deploy to the cloud account at hand, STAGE=prod
	@test -n "$(STAGE)" || { echo "Say which stage: make deploy STAGE=prod"; exit 2; }
	$(PY) -m infra.deploy $(STAGE)

.PHONY: deployment-role
deployment-role: $(VENV)/ready ## Write the role that deploys a stage as a template, STAGE=prod
	@test -n "$(STAGE)" || { echo "Say which stage: make deployment-role STAGE=prod"; exit 2; }
	@mkdir -p $(BUILD)
	$(PY) -m infra.deployment_role $(STAGE) > $(BUILD)/deployment-role-$(STAGE).json

.PHONY: rollback
rollback: $(VENV)/ready ## Let the release before the present one answer all calls, STAGE=prod
	@test -n "$(STAGE)" || { echo "Say which stage: make rollback STAGE=prod"; exit 2; }
	$(PY) -m infra.rollback $(STAGE)

.PHONY: migrate
migrate: $(VENV)/ready ## Run pending migrations of kept data, STAGE=prod
	@test -n "$(STAGE)" || { echo "Say which stage: make migrate STAGE=prod"; exit 2; }
	$(PY) -m infra.migrate $(STAGE)

.PHONY: enrol
enrol: $(VENV)/ready ## Enrol a landlord for «Аренда», CLIENT=client-1 STAGE=prod
	@test -n "$(CLIENT)" -a -n "$(STAGE)" || { echo "Say which organisation, where: make enrol CLIENT=client-1 STAGE=prod"; exit 2; }
	$(PY) -m infra.enrol $(CLIENT) --stage $(STAGE)

.PHONY: export
export: $(VENV)/ready ## All that is kept of a client as a ZIP, CLIENT=client-1 STAGE=prod
	@test -n "$(CLIENT)" -a -n "$(STAGE)" || { echo "Say whose data, where: make export CLIENT=client-1 STAGE=prod"; exit 2; }
	$(PY) -m infra.export $(CLIENT) --stage $(STAGE)

.PHONY: erase
erase: $(VENV)/ready ## Erase a client that leaves, CLIENT=client-1 STAGE=prod; CONFIRM=client-1 does it
	@test -n "$(CLIENT)" -a -n "$(STAGE)" || { echo "Say whose data, where: make erase CLIENT=client-1 STAGE=prod"; exit 2; }
	$(PY) -m infra.erase $(CLIENT) --stage $(STAGE) $(if $(CONFIRM),--confirm $(CONFIRM))

.PHONY: redrive
redrive: $(VENV)/ready ## Send dead letters back, QUEUE=Payments STAGE=prod
	@test -n "$(QUEUE)" -a -n "$(STAGE)" || { echo "Say which queue, where: make redrive QUEUE=Payments STAGE=prod"; exit 2; }
	$(PY) -m infra.redrive $(QUEUE) --stage $(STAGE)

.PHONY: resend
resend: $(VENV)/ready ## Send the outbox again, SINCE=2026-01-31T09:00Z STAGE=prod
	@test -n "$(SINCE)" -a -n "$(STAGE)" || { echo "Say since when: make resend SINCE=2026-01-31T09:00Z STAGE=prod"; exit 2; }
	$(PY) -m infra.resend --since $(SINCE) --stage $(STAGE)
