# Two commands matter: `make run` and `make test`. `make help` lists the rest.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Where `make run` listens, and where it keeps its data.
LISTEN ?= 127.0.0.1:8080
DATA ?= data

TARGET := $(or $(CARGO_TARGET_DIR),target)
PAGE_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/test/*' -not -path 'web/contract/*' 2>/dev/null)

.PHONY: help run page test test-client torture check check-engine check-clients contract fmt clippy doc deny lint-web lint-contract prerequisites

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16
	@echo 'variables:      LISTEN=$(LISTEN) DATA=$(DATA)'

run: prerequisites page ## build everything and serve the bundled county on LISTEN, data in DATA
	cargo build --release -j2 --locked
	exec "$(TARGET)/release/xunge" serve --keyless --listen "$(LISTEN)" --data "$(DATA)"

page: web/dist/index.html ## build the page into web/dist, when its sources changed

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	scripts/prerequisites.sh node
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: $(PAGE_SOURCES) web/node_modules/.package-lock.json
	cd web && npm run build
	@touch $@

test: ## all tests on both databases, then the page in a browser; installs what is missing
	scripts/test.sh

test-client:
	cargo test --locked --no-run --test it
	$(MAKE) --no-print-directory web/contract/node_modules/.package-lock.json
	$(MAKE) --no-print-directory tests/clients/node_modules/.package-lock.json
	scripts/with-service.sh sh -c 'npm --prefix web/contract test && node --test tests/clients/quick.test.mjs'

check-clients: ## GDAL, OWSLib, QGIS, MapLibre and others against the bundled county; minutes, installs what is missing
	cargo test --locked --no-run --test it
	scripts/check-clients.sh

tests/clients/node_modules/.package-lock.json: tests/clients/package.json tests/clients/package-lock.json
	scripts/prerequisites.sh node
	cd tests/clients && npm ci --no-audit --no-fund
	@touch $@

torture: ## faults made many times (kills, outages, silent and deaf clients, garbage, full disk): prints what each cost; minutes
	scripts/torture.sh

check: prerequisites fmt clippy doc deny lint-web lint-contract ## formatting, lints, docs, dependencies: what must hold before a commit

contract: web/contract/node_modules/.package-lock.json ## the page's types anew from docs/openapi.json
	npm --prefix web/contract run types

check-engine: ## 100,000 drives and nearest squads on each real extract against slow searches, a million changes of coverage against one computed anew; minutes, fails when an extract is missing
	scripts/prerequisites.sh rust cc
	cargo test --release --locked --lib --test it -- --ignored --nocapture --test-threads 1 check_engine

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --locked --all-targets -- -D warnings

doc:
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --lib

deny:
	scripts/deny.sh

web/contract/node_modules/.package-lock.json: web/contract/package.json web/contract/package-lock.json
	scripts/prerequisites.sh node
	cd web/contract && npm ci --no-audit --no-fund
	@touch $@

lint-contract: web/contract/node_modules/.package-lock.json
	npm --prefix web/contract run check

lint-web: web/node_modules/.package-lock.json
	cd web && npm run lint

prerequisites:
	@scripts/prerequisites.sh rust node cc
