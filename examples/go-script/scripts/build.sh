#!/usr/bin/env bash
# build.sh FOLDER: builds the commands into a folder.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
target="${1:-$ROOT/bin}"
cd "$ROOT"

release=$(head -n 1 CHANGES)
mkdir -p "$target"
go build -ldflags "-X 'main.release=${release}'" -o "$target/greeter" ./cmd/greeter
CGO_ENABLED=0 go build -o "$target/" ./cmd/names
