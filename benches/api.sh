#!/usr/bin/env bash
# Measures the API: benches/api.sh BINARY CLIENT [SECONDS], where CLIENT is the
# executable of benches/api.rs (cargo bench --bench api --no-run tells it).
# Through TLS, the load on the same machine, everything durable on the disk.
set -euo pipefail
binary=$(realpath "$1")
client=$(realpath "$2")
seconds=${3:-10}
place=$(mktemp -d)
port=8471
base="https://localhost:$port"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$place"' EXIT
run() { "$binary" --data-dir "$place/data" "$@"; }

# One hospital, its physician, and somebody who makes a key.
run organisation add 71099911 "Fictief Ziekenhuis" >/dev/null
run enrolment add 17529086004 --organisation 71099911 --project HDBP0147 >/dev/null
secret=$(run manager add an@fictief.example --json | sed -n 's/.*"temporary_password": "\(.*\)".*/\1/p')
"$binary" --data-dir "$place/data" serve --listen 127.0.0.1:$port >/dev/null 2>"$place/log" </dev/null &
server=$!
for _ in $(seq 100); do curl -ks "$base/ssp/login" -o /dev/null && break; sleep 0.05; done
jar="$place/cookies"
post() {
    local path=$1 token
    token=$(curl -ks -b "$jar" -c "$jar" "$base$path" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -1)
    shift
    curl -ks -b "$jar" -c "$jar" --data-urlencode "csrf=$token" "$@" "$base$path"
}
password="correct horse battery staple"
post /ssp/login --data-urlencode "email=an@fictief.example" --data-urlencode "password=$secret" >/dev/null
post /ssp/welcome --data-urlencode "new=$password" --data-urlencode "again=$password" >/dev/null
until=$(date -d '+30 days' +%F)
page=$(post /ssp/groups/71099911/api/add -d name=bench -d definition=INTEGO-DIAG -d "until=$until")
user=$(grep -o 'key-[0-9]*' <<<"$page" | head -1)
key=$(sed -n 's/.*id="secret">\([^<]*\)<.*/\1/p' <<<"$page")
curl -ks "$base/ssp/ca.pem" -o "$place/ca.pem"

for kind in singles batches; do
    "$client" "localhost:$port" "$place/ca.pem" "$user" "$key" "$kind" "$seconds"
    awk '/VmHWM/ { printf "most memory of the server so far: %.1f MiB\n", $2 / 1024 }' /proc/$server/status
done
