#!/bin/bash
set -euo pipefail

mkdir -p data
echo "first start: $(date -u +%FT%TZ)" > data/started

if [[ -z "${SITE_NAME:-}" ]]; then
  echo "SITE_NAME is not set, using the default" >&2
  export SITE_NAME="front desk"
fi

exec "$@"
