# Everything runs from the lock file in .venv; the Pulumi engine is found, installed or built once and cached.
STACK ?= aws-dev
SCALE ?= 0.05
UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin
SYNC := UV_PYTHON_DOWNLOADS=never .uv/bin/uv sync --frozen --python $(PYTHON)
# Groups of pyproject.toml that `make environment` installs besides.
WITH ?=

export PYTHONPATH := $(CURDIR)
# The clouds' SDKs take longer to compile than to run: once for all processes, wherever that was switched off.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help environment stack check-stacks images demo test check unit engine-tests long-tests servers conformance conformance-table conformance-lock \
	lock fmt odd-values effects schema readme goldens matrix recovery vendor-rules provider-preview provider-up e2e preview up refresh destroy pulumi-cli bench

# A target whose comment begins with [dev] is for those who change the project.
LIST = awk -F ':.*\#\# ' '{sub(/^\[dev\] /, "", $$2); printf "  make %-18s %s\n", $$1, $$2}'
help: ## say what there is
	@echo "To run Rasa Pro:"
	@grep -hE '^[a-z0-9-]+:.*## [^[]' $(MAKEFILE_LIST) | $(LIST)
	@echo; echo "To change this project:"
	@grep -hE '^[a-z0-9-]+:.*## \[dev\] ' $(MAKEFILE_LIST) | $(LIST)

# uv has an environment of its own: `uv sync` removes from .venv whatever the lock file does not name.
.uv/$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed ($(PYTHON) is none); name it with: make PYTHON=python3.12"; exit 1; }
	@test -x .uv/bin/pip || $(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)'
	@touch $@

.venv/.ready: pyproject.toml uv.lock | .uv/$(UV_VERSION)
	$(SYNC) --group dev
	@touch $@

environment: .uv/$(UV_VERSION) ## install what STACK needs into .venv (CLOUD=aws: any stack of that cloud); removes nothing
	@$(SYNC) --inexact $(foreach group,$(WITH) $(CLOUD),--group $(group))
	@groups=$$($(BIN)/python -m ci.environment $(if $(CLOUD),,$(STACK))) && $(SYNC) --inexact $$groups

stack: .uv/$(UV_VERSION) ## write stacks/Pulumi.NAME.yaml: make stack NAME=… CLOUD=aws|azure|gcp|none REGION=… PROFILE=dev|production
	@$(SYNC) --quiet --inexact $(foreach group,$(filter aws azure gcp,$(CLOUD)),--group $(group))
	@$(BIN)/python -m starters --name '$(NAME)' --cloud '$(CLOUD)' --region '$(REGION)' \
		--profile '$(or $(PROFILE),dev)'

check-stacks: .venv/.ready ## check what is in stacks/: it loads, obeys the policies, and comes up on the simulated cloud
	@$(BIN)/python -m ci check-stacks

images: WITH += simulation
images: environment ## print the commands that copy STACK's images and charts into its mirror (MIRROR=…, TOOL=crane|skopeo)
	@$(BIN)/python -m ci.images $(STACK) --mirror '$(MIRROR)' --tool '$(or $(TOOL),crane)'

demo: WITH += simulation
demo: environment ## bring STACK (aws-dev) up on the simulated cloud and show what it is
	@$(BIN)/python -m simcloud demo $(STACK)

WITHOUT_ENGINE := $(BIN)/pytest -q -n auto --dist loadgroup
# The checker of types keeps one core busy: it runs beside the tests that need no engine, and speaks after them.
test: .venv/.ready ## what every commit passes
	@said=$$(mktemp); $(MAKE) --no-print-directory check > "$$said" 2>&1 & checks=$$!; \
		$(WITHOUT_ENGINE) -m "not engine and not slow"; unit=$$?; \
		wait $$checks; checked=$$?; cat "$$said"; rm -f "$$said"; \
		exit $$((unit ? unit : checked))
	@$(MAKE) --no-print-directory engine-tests

# Runs a command, says which, and how long it took.
TIMED := bash -c 'TIMEFORMAT="took %0lR: $$*"; echo "$$*"; time "$$@"' -
check: .venv/.ready ## [dev] types and style
	@$(TIMED) $(BIN)/ruff format --check .
	@$(TIMED) $(BIN)/ruff check .
	@$(TIMED) $(BIN)/basedpyright

unit: .venv/.ready ## [dev] tests of one part at a time, for each change: under a minute
	$(WITHOUT_ENGINE) -m "not engine and not slow and not whole"

# One test more than there are cores: each of them waits for the engine, or for a program, half of its time.
ON_ENGINE := $(BIN)/pytest -q -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist worksteal
engine-tests: .venv/.ready ## [dev] tests on the real engine over the simulated cloud: a part of each sweep
	@$(BIN)/python -m simcloud.engine >/dev/null
	$(ON_ENGINE) -m "(engine or slow) and not long"

long-tests: .venv/.ready ## [dev] the rest of them: every stack's life, every create that fails, every document
	@$(BIN)/python -m simcloud.engine >/dev/null
	$(ON_ENGINE) -m long

vendor-rules: .venv/.ready ## [dev] print which inputs are held against the vendors' own data, and which are not
	@$(BIN)/python -m tests.behaviour.vendor

provider-preview: .venv/.ready ## [dev] preview every reference stack with the providers' own plugins, without an account
	@$(BIN)/python -m tests.provider_preview

provider-up: .venv/.ready ## [dev] bring aws-dev up on an emulator of AWS with the provider's own plugin, and down again
	@$(BIN)/python -m tests.provider_preview.up

servers: ## [dev] as root on Debian: the servers that tests run against; without them those tests say so
	@command -v haproxy >/dev/null && command -v redis-server >/dev/null && command -v openssl >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y haproxy redis-server openssl; }

conformance: .venv/.ready ## [dev] Rasa Pro's own classes against real servers; installs both, once
	@$(BIN)/python -m tests.conformance.tools
	$(BIN)/pytest -q -n 2 --dist loadfile -o python_files='case_*.py' tests/conformance

conformance-table: .venv/.ready ## [dev] write the README's table and the list of cases anew, from the last run
	$(BIN)/python -m tests.conformance.report

conformance-lock: .venv/.ready ## [dev] choose the versions of requirements.in anew
	{ head -2 tests/conformance/requirements.txt; echo 'rasa-pro==3.21.0'; \
		.uv/bin/uv pip compile -q --no-config --python-version 3.11 --no-header --no-annotate \
			tests/conformance/requirements.in; } > tests/conformance/requirements.new
	mv tests/conformance/requirements.new tests/conformance/requirements.txt
	for folder in tests/conformance/servers/rasa-*; do \
		{ head -3 $$folder/requirements.txt; .uv/bin/uv pip compile -q --no-config --python-version 3.11 \
			--no-header --no-annotate $$folder/requirements.in; } > $$folder/requirements.new; \
		mv $$folder/requirements.new $$folder/requirements.txt; \
	done

EXPORT := .uv/bin/uv export --frozen --quiet --no-emit-project --no-annotate --no-header
lock: .uv/$(UV_VERSION) ## [dev] after a change of pyproject.toml: choose versions, and write what pip installs from
	.uv/bin/uv lock
	for to in aws azure gcp 'aws azure gcp'; do \
		file=requirements.txt; case $$to in *' '*) ;; *) file=bootstrap/$$to/requirements.txt ;; esac; \
		{ echo '# Written by `make lock` from uv.lock. Pulumi installs this where there is no .venv yet.'; \
			$(EXPORT) $$(printf -- '--group %s ' $$to); } > $$file; \
	done

fmt: .venv/.ready ## [dev] format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

odd-values: .venv/.ready ## [dev] each of some hundred odd values at every place of a stack file (minutes)
	EVERY_ODD_VALUE=1 $(BIN)/pytest -q tests/config/test_odd_values.py

effects: .venv/.ready ## [dev] each value of each stack of everything.py changed: something else must come of it (20 minutes of processor time)
	EVERY_EFFECT=1 $(BIN)/pytest -q tests/config/test_effects.py

schema: .venv/.ready ## [dev] write stacks/schema.json anew from the settings
	$(BIN)/python -m components.config.schema > stacks/schema.json

readme: .venv/.ready ## [dev] write the tables of README.md and docs/ anew, and docs/rights/aws-*.json
	$(BIN)/python -m tests.test_readme
	$(BIN)/python -m tests.docs.tables
	$(BIN)/python -m tests.stack.test_outputs

goldens: .venv/.ready ## [dev] write the golden inventories anew; read the difference before you commit it
	$(BIN)/python -m tests.golden.write

matrix: .venv/.ready ## [dev] judge each change of each key of the examples (or of STACKS alone), and write the table of docs/upgrading.md (half an hour)
	@$(BIN)/python -m tests.matrix.table $(STACKS)

recovery: .venv/.ready ## [dev] cut runs off at twenty operations of each cloud, and follow docs/recovery.md (an hour)
	EVERY_END=1 $(BIN)/pytest -q -n $$(getconf _NPROCESSORS_ONLN) --dist worksteal tests/engine/test_crashes.py

e2e: STACK :=
e2e: pulumi-cli environment ## try it on the cluster of kubectl's current context, without a licence: up to destroy, with losses
	@$(BIN)/python -m tests.e2e

preview: pulumi-cli environment ## what `make up` would change, on the real account
up: pulumi-cli environment ## bring STACK up on the real account
refresh: pulumi-cli environment ## read the real state of STACK
destroy: pulumi-cli environment ## take STACK down on the real account
preview up refresh destroy:
	$(if $(filter up,$@),@$(BIN)/python -m ci.settle $(STACK))
	pulumi $@ --stack $(STACK)

# Pulumi looks for its language host beside itself and on PATH.
pulumi-cli:
	@command -v pulumi >/dev/null || \
		{ echo "pulumi is not on PATH; install it: https://www.pulumi.com/docs/install/"; exit 1; }
	@command -v pulumi-language-python >/dev/null || \
		test -x "$$(dirname "$$(readlink -f "$$(command -v pulumi)")")/pulumi-language-python" || \
		{ echo "pulumi is here without pulumi-language-python, its host for Python;" \
			"install both: https://www.pulumi.com/docs/install/"; exit 1; }

bench: .venv/.ready ## [dev] critical path, preview time and memory of aws-production, each from one run
	@$(BIN)/python -m tests.bench aws-production --time-scale $(SCALE)
