#!/bin/sh
# Writes secrets/ENGINE_url for compose.yaml from the password in secrets/ENGINE.
set -eu
cd "$(dirname "$0")"
case "${1:-}" in
    database) scheme=postgresql place=postgres:5432/yunwei ;;
    clickhouse) scheme=http place=clickhouse:8123/yunwei ;;
    *) echo "usage: write-url.sh database|clickhouse" >&2; exit 2 ;;
esac
printf '%s://yunwei:%s@%s\n' "$scheme" "$(cat "secrets/$1")" "$place" > "secrets/$1_url"
