# `make` alone prints the targets. Everything works on a machine that has only Python 3.11+ (Debian 12, Ubuntu 22.04 or later).
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

# Where something forbids it, each of the processes that a test starts would compile our modules again: a second of a core every time.
unexport PYTHONDONTWRITEBYTECODE

VENV ?= .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
SOURCES := services shared deploy tests
# Three workers keep two cores busy, for tests often wait for servers; `make test TESTS=tests/unit WORKERS=0` runs a part in one process.
TESTS ?= tests
WORKERS ?= 3
SYSTEMS := tests/e2e tests/campaign/test_campaign.py tests/chaos/test_cases.py
PYTEST_ARGS ?=
# `make test AHEAD=365`: every clock of the tests and their servers is so many days ahead.
AHEAD ?=
CLOCK := $(if $(AHEAD),faketime -m -f "+$(AHEAD)d" env NO_FAKE_STAT=1)
IMAGE ?= adminduk:$(shell sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml)
# What .env says that compose reads: who installs speaks of the same image, project and state.
said = $(or $($(1)),$(shell sed -n 's/^$(1)=//p' deploy/compose/.env 2>/dev/null | tail -n 1))
INSTALLED_IMAGE = $(or $(if $(filter command environment,$(origin IMAGE)),$(IMAGE)),$(shell sed -n 's/^IMAGE=//p' deploy/compose/.env 2>/dev/null | tail -n 1),$(IMAGE))
INSTALLED_STATE = $(or $(filter /%,$(call said,STATE)),$(CURDIR)/deploy/compose/$(or $(call said,STATE),state))
comma := ,
DOCKER_CA := $(if $(CA),--secret id=ca$(comma)src=$(CA))
COMPILE := $(VENV)/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header pyproject.toml

.PHONY: help install installed image sbom audit setup run journeys villager campaign register test test-systems test-containers lint format docs screenshots samples recognition bench chaos cluster mutants topology conservation admin follow recovery release lock clean distclean disks watch alarms upgrade upgraded imaged outages watched pull

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock deploy/local/uv.lock deploy/local/bootstrap.sh
	@deploy/local/bootstrap.sh $(VENV)
	@touch $(READY)

image: ## Build the image that compose names, with its version (CA=file of a proxy's own authority)
	@DOCKER_BUILDKIT=1 docker build -f deploy/images/Dockerfile -t $(IMAGE) $(DOCKER_CA) .

install: ## Ask (in Indonesian) what production must know, check each answer, write .env and the state (ANSWERS=file in deploy/compose; OFFLINE=1)
	@docker image inspect $(INSTALLED_IMAGE) >/dev/null 2>&1 || $(MAKE) image IMAGE=$(INSTALLED_IMAGE)
	@docker run --rm $(if $(ANSWERS),,-it) --user 0:0 --network host --read-only --cap-drop ALL --cap-add DAC_OVERRIDE \
		--cap-add NET_BIND_SERVICE --env OTHER_INSTALLS="$$(docker ps -a --filter label=com.docker.compose.project=$(or $(call said,COMPOSE_PROJECT_NAME),adminduk) \
			--format '{{.Label "com.docker.compose.project.working_dir"}}' | sort -u | grep -vx $(CURDIR)/deploy/compose | tr '\n' ' ')" \
		-v $(CURDIR)/deploy/compose:/compose -v $(INSTALLED_STATE):/compose/state -w /compose --env PYTHONPATH=/app $(INSTALLED_IMAGE) deploy.install /compose \
		$(if $(ANSWERS),--answers $(ANSWERS)) $(if $(OFFLINE),--offline)

installed: ## Look at production that runs, as Meta and citizens reach it
	@docker run --rm --user 0:0 --network host -v $(CURDIR)/deploy/compose:/compose:ro -v $(INSTALLED_STATE):/compose/state:ro \
		$(INSTALLED_IMAGE) deploy.install /compose check

pull: ## Fetch anew the images that others make, and name them by digest in .env; the next start takes them
	@python3 -m deploy.compose.pinned

upgrade: ## Replace the version that runs by another, a container at a time, while people go on asking (IMAGE=name:version; WITHOUT_BACKUP=1)
	@python3 -m deploy.compose.upgrade $(IMAGE) $(if $(WITHOUT_BACKUP),--without-backup)

sbom: $(READY) ## Write what the image is made of, by the lock files (CycloneDX): build/sbom.json
	@mkdir -p build
	@$(VENV)/bin/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.lock --output-format JSON -o build/sbom.json
	@echo build/sbom.json

audit: $(READY) ## Ask PyPI whether something of that is known to be unsafe (fails with 1), or cannot be known now (3)
	@$(PY) -m deploy.advisories

setup: $(READY) ## Make the virtual environment and install what the tests need
	@$(PY) -m deploy.local.setup test

run: $(READY) ## Start everything, drive journeys of citizens, officers and the court, stay up until Ctrl-C (ONCE=1 ends after them)
	@$(PY) -m deploy.local.setup run
	@exec $(PY) -m deploy.local.run

watch: export WATCH := 1
watch: run ## The same with Prometheus, alarms and checks beside it; they stand on the desk's page Pantauan

alarms: $(READY) ## Make each fault that an alarm exists for, and show that it fires, is written to the office, and ends (ONLY="name ...")
	@$(PY) -m deploy.local.setup test
	@$(PY) -m tests.alarms $(if $(ONLY),--only $(ONLY)) --page docs/operations/alarm.md

journeys: $(READY) ## Ask for every open service by chat and by API, send every court decision, and show what came of it (ONLY="code ..." KEEP=folder)
	@$(PY) -m deploy.local.setup run
	@$(PY) -m tests.journeys $(if $(ONLY),--only $(ONLY)) $(if $(KEEP),--keep "$(KEEP)")

villager: $(READY) ## Let synthetic villagers with habits ask for every open service by chat, and show how each ended (PEOPLE=200 SEED=n TALKS=file)
	@$(PY) -m deploy.local.setup run
	@$(PY) -m tests.villager $(if $(PEOPLE),--people $(PEOPLE)) $(if $(SEED),--seed $(SEED)) $(if $(TALKS),--talks "$(TALKS)")

campaign: $(READY) ## Play a year of outreach with a known truth, and show what the funnel finds of it (PEOPLE=2500 VILLAGES=206 MONTHS=12 SEED=n KEEP=file)
	@$(PY) -m deploy.local.setup run
	@$(PY) -m tests.campaign $(if $(PEOPLE),--people $(PEOPLE)) $(if $(VILLAGES),--villages $(VILLAGES)) $(if $(MONTHS),--months $(MONTHS)) \
		$(if $(SEED),--seed $(SEED)) $(if $(KEEP),--keep "$(KEEP)")

register: $(READY) ## Let anybody ask for anything in random registers and show that they stay whole, and how often each thing came (STEPS=10000)
	@$(PY) -m tests.register $(if $(STEPS),--steps $(STEPS))

test: setup ## Run the tests of everything but whole systems, on private servers (TESTS=path, any; WORKERS=n AHEAD=days PYTEST_ARGS=...)
	@$(CLOCK) $(PY) -m pytest -n $(WORKERS) $(if $(filter tests,$(TESTS)),$(TESTS) $(SYSTEMS:%=--ignore=%),$(TESTS)) $(PYTEST_ARGS)

test-systems: setup ## Run the tests of whole systems: every service through all four, every page in a browser, kills, a campaign
	@$(PY) -m pytest -n 2 $(SYSTEMS) $(PYTEST_ARGS)

test-containers: export TEST_SERVERS := containers
test-containers: test ## The same tests with RabbitMQ and MongoDB in containers (needs Docker and the images)

lint: $(READY) ## Check style, types and the rooms: ruff, mypy strict, import-linter
	@$(VENV)/bin/ruff check $(SOURCES)
	@$(VENV)/bin/ruff format --check $(SOURCES)
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

format: $(READY) ## Format the code and fix what ruff can fix
	@$(VENV)/bin/ruff check --fix-only $(SOURCES)
	@$(VENV)/bin/ruff format $(SOURCES)

docs: $(READY) ## Generate AsyncAPI, JSON Schemas, OpenAPI, settings tables and service pages from the code
	@$(PY) -m shared.contracts.docs docs/events
	@$(PY) -m deploy.glyphs
	@$(PY) -m deploy.docs

screenshots: export SCREENSHOTS := $(CURDIR)/docs
screenshots: setup ## Take the pictures of the pages anew, those of the desk too, from what the tests in the browser see
	@mkdir -p $(SCREENSHOTS)/desk $(SCREENSHOTS)/public
	@rm -f $(SCREENSHOTS)/desk/*.png $(SCREENSHOTS)/public/*.png
	@$(PY) -m pytest -q tests/e2e/test_person_in_browser.py tests/e2e/test_poster.py tests/e2e/test_desk_pages.py tests/e2e/test_desk_chats.py \
		tests/e2e/test_every_page.py tests/e2e/test_villagers.py tests/integration/verification/test_unclear_browser.py \
		tests/integration/verification/test_work_browser.py tests/integration/verification/test_overview_browser.py \
		tests/integration/notifier/test_stuck_browser.py tests/integration/issuance/test_desk_browser.py \
		tests/integration/verification/test_together_browser.py tests/integration/intake/test_public_pages.py \
		tests/integration/intake/test_studio_browser.py
	@$(PY) -m tests.alarms --only DocumentsAreSamples --pictures $(SCREENSHOTS)

samples: export SAMPLES := $(CURDIR)/docs/samples
samples: setup ## Make a sample of every document anew, as PDF and picture, and of every kind of piece of the content studio
	@mkdir -p $(SAMPLES)/studio
	@$(PY) -m pytest -q -n 0 tests/integration/issuance/test_samples.py tests/integration/intake/test_studio_print.py \
		-k looks_as_its_picture

recognition: $(READY) ## Measure how well what people write is understood (FILE=path of code<TAB>phrase; without it the phrases of the lexicon)
	@$(PY) -m tests.recognition $(FILE)

bench: $(READY) ## Measure against the targets: imports, a consumer step, journeys, the webhook, memory (QUICK=1: less of each)
	@$(PY) -m deploy.local.setup run
	@$(PY) -m tests.bench $(if $(QUICK),--quick)

chaos: $(READY) ## Break everything and judge (FAST=1: one case of each kind; ONLY=words; or MINUTES=30 SEED=n: random faults under continuous load)
	@$(PY) -m deploy.local.setup run
	@$(PY) -m tests.chaos $(if $(FAST),--fast) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

cluster: $(READY) ## Lose a broker node and the database's primary of a cluster of three each, while people ask, and judge (ROUNDS=2 SEED=n; CONTAINERS=1)
	@$(PY) -m deploy.local.setup run
	@$(if $(CONTAINERS),$(PY) -m tests.containers.cluster,$(PY) -m tests.chaos.cluster $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)))

imaged: $(READY) ## Show what the image is made of, and that a demo of it starts, reads a photo of a phone and signs a document (IMAGE=name:version)
	@IMAGE=$(IMAGE) $(PY) -m tests.containers.image

outages: $(READY) ## Kill and hang each container, while people ask, and judge (ROLES=1: each role one of its own; ONLY="service ..."; as root)
	@$(PY) -m tests.containers.drill $(if $(ROLES),--roles) $(ONLY)

watched: $(READY) ## Look at alarms and traces of compose as an operator does, with a service that stops, and judge (PICTURES=folder)
	@$(PY) -m tests.containers.watched $(if $(PICTURES),--pictures $(PICTURES))

upgraded: $(READY) ## Replace the version that runs and go back, in containers, while people ask, and judge (IMAGE=name:version)
	@IMAGE=$(IMAGE) $(PY) -m tests.containers.upgrade

mutants: setup ## Break promises and rules in a copy of the code, one at a time, and show which tests notice
	@$(PY) -m tests.chaos.mutants

topology: $(READY) ## Compare the broker's queues and policies with the layout (of `make run`, or RABBITMQ_API_URL and AMQP_VHOST)
	@if [ -z "$${RABBITMQ_API_URL:-}" ] && [ -f .local/env ]; then source .local/env; fi; $(PY) -m deploy.admin topology check

conservation: $(READY) ## Show that everything accepted is finished, parked or in flight (of `make run`, or MONGO_URL and AMQP_URL; JSON=1)
	@if [ -z "$${MONGO_URL:-}" ] && [ -f .local/env ]; then source .local/env; fi; $(PY) -m deploy.admin conservation $(if $(JSON),--json)

admin: $(READY) ## Any of an operator's commands (of `make run`, or by the environment): DO="backup now"; without it the list of them
	@if [ -z "$${MONGO_URL:-}" ] && [ -f .local/env ]; then source .local/env; fi; $(PY) -m deploy.admin $(DO)

follow: $(READY) ## Show the way of one request, from the logs of all services and its traces (of `make run`): RECEIPT=number (LOGS=files; "-": standard input)
	@if [ -z "$${MONGO_URL:-}" ] && [ -f .local/env ]; then source .local/env; fi; \
		$(PY) -m deploy.admin follow "$(RECEIPT)" $(or $(LOGS),.local/log/*.log)

recovery: $(READY) ## Lose a whole system with its disk, bring it back from its backup, and show what was lost and how long it took (MEGABYTES=200; CONTAINERS=1)
	@$(PY) -m deploy.local.setup test
	@$(if $(CONTAINERS),$(PY) -m tests.containers.restored --page docs/operations/pemulihan-docker.md,$(PY) -m tests.recovery $(if $(MEGABYTES),--megabytes $(MEGABYTES)) --page docs/operations/pemulihan.md)

disks: $(READY) ## Fill each disk of an installation in turn and show what is said (as root: it mounts small ones; ONLY="database state")
	@$(VENV)/bin/python -m tests.disks $(ONLY)

release: $(READY) ## Check (also what is known to be unsafe), build the image, freeze the contracts and tag vVERSION (VERSION=x.y.z); nothing is pushed
	@$(PY) -m deploy.advisories || [ $$? -eq 3 ]
	@$(PY) -m deploy.release "$(VERSION)"

lock: $(READY) ## Resolve the dependencies anew and write both lock files
	@$(COMPILE) --extra intake --extra verification --extra issuance --extra notifier --extra traces -o requirements.lock
	@$(COMPILE) --all-extras --constraint requirements.lock -o requirements-dev.lock

clean: ## Stop what a run left and remove its data, keys, logs and caches
	@if [ -x $(PY) ]; then $(PY) -m deploy.local.clean; fi
	@rm -rf .local .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage build dist *.egg-info
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Also remove the virtual environment
	@rm -rf $(VENV)
