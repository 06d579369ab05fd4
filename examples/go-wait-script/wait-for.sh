#!/usr/bin/env bash
# wait-for.sh HOST:PORT [-t SECONDS] -- COMMAND: runs the command when the port answers, or when the time is over.
seconds=15

say() {
  echo "$(date --rfc-3339=seconds) $*" >&2
}

answers() {
  (echo > "/dev/tcp/${target%:*}/${target#*:}") 2> /dev/null
}

while [ $# -gt 0 ]; do
  case "$1" in
    *:*) target="$1"; shift ;;
    -t) seconds="$2"; shift 2 ;;
    --) shift; command=("$@"); break ;;
  esac
done

until answers || [ "$seconds" -le 0 ]; do
  say "waiting for $target"
  sleep 1
  seconds=$((seconds - 1))
done
exec "${command[@]}"
