#!/usr/bin/env bash
# Beside a service (see with-service.sh): schemathesis asks each operation of the contract within its bounds and beyond
# them. No 5xx but what the contract tells (501 of what a door does not know, 503), and no answer that it doesn't tell. The
# same requests each time. The stream of events has no end, and is left out.
set -euo pipefail
cd "$(dirname "$0")/.."

target/clients/bin/st --config-file tests/clients/schemathesis.toml run "$XUNGE_URL/api/v1/openapi.json" \
  --url "$XUNGE_URL" --phases coverage,fuzzing --max-examples 8 --generation-deterministic --no-shrink \
  --request-timeout 300 --suppress-health-check all --warnings off --exclude-path /api/v1/events \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
