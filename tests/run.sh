#!/usr/bin/env bash
# Installs what the tests need (Debian packages, when root), then runs them all.
set -euo pipefail
cd "$(dirname "$0")/.."

needed=()
need() { command -v "$1" >/dev/null 2>&1 || needed+=("$2"); }
need gcc gcc
need openssl openssl
need java default-jre-headless
need keytool default-jre-headless
need sqlite3 sqlite3
need strace strace
need curl curl
need zstd zstd
need node nodejs
need npm npm
need chromium chromium
need python3 python3
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || needed+=(python3-venv)
if ((${#needed[@]})); then
    if [[ $(id -u) != 0 ]]; then
        echo "These Debian packages are missing: ${needed[*]}. Install them, or run this as root." >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -q -y --no-install-recommends "${needed[@]}"
fi

# The browser's driver and its referees: axe, the Nu HTML checker, and Enketo's evaluator of expressions.
[[ -d tests/browser/node_modules/openrosa-xpath-evaluator ]] || npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund

# Every page is opened from the binary that hospitals get, alone in a folder.
cargo build --release --locked
export HD4DP_BINARY="$PWD/target/release/hd4dp"

# The scanner of TLS servers, in an environment of its own.
scanner=target/sslyze
if ! "$scanner/bin/python" -c 'import sslyze' >/dev/null 2>&1; then
    python3 -m venv --clear "$scanner"
    "$scanner/bin/pip" install --quiet --disable-pip-version-check sslyze==6.3.1
fi

# The program that tries the API out by its own description.
tryer=target/schemathesis
if ! "$tryer/bin/python" -c 'import schemathesis' >/dev/null 2>&1; then
    python3 -m venv --clear "$tryer"
    "$tryer/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
fi

# The referee of definitions: pyxform with ODK Validate, which runs on Java.
referee=target/odk
if ! "$referee/bin/python" -c 'import pyxform' >/dev/null 2>&1; then
    python3 -m venv --clear "$referee"
    "$referee/bin/pip" install --quiet --disable-pip-version-check pyxform==4.5.0
fi

cargo test --locked "$@"
