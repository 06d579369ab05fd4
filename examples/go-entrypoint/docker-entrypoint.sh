#!/bin/sh
set -e

: "${GREETING:=Hello}"
export GREETING

if [ "$1" = "serve" ]; then
  shift
  echo "started on $(date -u +%Y-%m-%d)" > /tmp/motd
  set -- greeter -addr ":${PORT:-8080}" -motd /tmp/motd "$@"
fi

exec "$@"
