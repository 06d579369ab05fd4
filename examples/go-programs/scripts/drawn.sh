#!/bin/sh
# Says how many lines the log has.
set -e
printf 'graphs drawn: %s\n' "$(wc -l < "$1" | tr -d ' ')"
