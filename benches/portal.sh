#!/usr/bin/env bash
# Measures the portal's pages with wrk: benches/portal.sh BINARY [ROWS] [IMPORT_ROWS]
# Through TLS, 32 connections that stay open, the load on the same machine.
set -euo pipefail
binary=$(realpath "$1")
rows=${2:-1000000}
import_rows=${3:-10000000}
place=$(mktemp -d)
port=8470
base="https://localhost:$port"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$place"' EXIT
run() { "$binary" --data-dir "$place/data" "$@"; }

# One hospital, one person with a password and a role that sees registrations.
run organisation add 71099911 "Fictief Ziekenhuis" >/dev/null
"$binary" sample --dcd INTEGO-LAB --rows "$rows" --seed 1 >"$place/rows.csv"
(echo CD_HPIN; cut -d';' -f6 "$place/rows.csv" | tail -n +2 | sort -u) >"$place/physicians.csv"
run enrolment import "$place/physicians.csv" --organisation 71099911 --project HDBP0147 >/dev/null
run import --organisation 71099911 --dcd INTEGO-LAB "$place/rows.csv" >/dev/null
secret=$(run manager add an@fictief.example --json | sed -n 's/.*"temporary_password": "\(.*\)".*/\1/p')
"$binary" --data-dir "$place/data" serve --listen 127.0.0.1:$port >/dev/null 2>"$place/log" </dev/null &
server=$!
for _ in $(seq 100); do curl -ks "$base/ssp/login" -o /dev/null && break; sleep 0.02; done
resident() { awk '/VmRSS/ { printf "%.1f MiB\n", $2 / 1024 }' /proc/$server/status; }
jar="$place/cookies"
csrf() { curl -ks -b "$jar" -c "$jar" "$base$1" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1; }
post() {
    local path=$1 token
    token=$(csrf "$path")
    shift
    curl -ks -b "$jar" -c "$jar" -o /dev/null --data-urlencode "csrf=$token" "$@" "$base$path"
}
password="correct horse battery staple"
login() {
    rm -f "$jar"
    post /ssp/login --data-urlencode "email=$1" --data-urlencode "password=$2"
    post /ssp/welcome --data-urlencode "new=$password" --data-urlencode "again=$password"
}
login an@fictief.example "$secret"
members=/ssp/groups/71099911/members/add
token=$(csrf $members)
page=$(curl -ks -b "$jar" -c "$jar" --data-urlencode "csrf=$token" -d email=bert@fictief.example -d role=study_lead \
    -d projects-study_lead=HDBP0147 "$base$members/roles")
login bert@fictief.example "$(sed -n 's/.*id="secret">\([^<]*\)<.*/\1/p' <<<"$page")"
cookie=$(awk '/hd4dp-session/ { print $7 }' "$jar")
status=$(curl -ks -b "$jar" -o /dev/null -w '%{http_code}' "$base/ssp/groups/71099911/registrations")
echo "registrations page: $status; memory before load: $(resident)"

load() { wrk -t2 -c32 -d"${2:-10s}" --latency -H "Cookie: __Host-hd4dp-session=$cookie" "${@:3}" "$base$1" |
    awk '/99%/ { p = $2 } /Requests\/sec/ { r = $2 } /Non-2xx/ { bad = " " $0 } END { printf "%s a second, 99 %% under %s%s\n", r, p, bad }'; }
# 32 connections that rest 11 ms between two requests ask about 2,600 times a second, with 29 ms about 1,000 times.
echo 'function delay() return 11 end' >"$place/steady.lua"
echo 'function delay() return 29 end' >"$place/thousand.lua"
for path in /ssp /ssp/groups/71099911/registrations; do
    echo "$path: $(load $path)"
    echo "$path, steady: $(load $path 10s -s "$place/steady.lua")"
done
echo "memory after load: $(resident)"
if ((import_rows > 0)); then
    "$binary" sample --dcd INTEGO-LAB --rows "$import_rows" --seed 2 >"$place/more.csv"
    run import --organisation 71099911 --dcd INTEGO-LAB "$place/more.csv" >/dev/null 2>&1 &
    importing=$!
    sleep 3
    for path in /ssp /ssp/groups/71099911/registrations; do
        echo "$path during an import, at 1,000 a second: $(load $path 10s -s "$place/thousand.lua")"
        echo "$path during an import: $(load $path 5s)"
    done
    kill -0 $importing && echo "(the import was still running)"
fi
