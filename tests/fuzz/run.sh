#!/usr/bin/env bash
# Runs the fuzzer on each target, or on those named: run.sh [SECONDS] [TARGET…]
# Needs a nightly toolchain and cargo-fuzz (cargo install cargo-fuzz).
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-600}
targets=("${@:2}")
((${#targets[@]})) || targets=(workbook expression evaluate csv)
declare -A longest=([workbook]=16384 [expression]=1024 [evaluate]=4096 [csv]=4096)
declare -A words=([workbook]=workbook [expression]=expression [evaluate]=expression [csv]=csv)

# The product's own versions of everything. Without a sanitizer: the code is safe Rust, and the
# C libraries below it are not what is asked about. With debug assertions, which tell of overflows.
cp ../../Cargo.lock .
cargo +nightly fuzz build --fuzz-dir . -s none -O -a

status=0
for target in "${targets[@]}"; do
    echo "== $target: $seconds s"
    mkdir -p "artifacts/$target" "corpus/$target"
    # A stack that overflows ends the process before it can write down what did it; the core file
    # has the input, in the arguments of Fuzzer::ExecuteCallback.
    (
        ulimit -c unlimited
        exec nice -n 19 target/*/release/"$target" "corpus/$target" -artifact_prefix="artifacts/$target/" \
            -dict="${words[$target]}.dict" -max_len="${longest[$target]}" -max_total_time="$seconds" \
            -timeout=60 -rss_limit_mb=1024 -malloc_limit_mb=512 -print_final_stats=1
    ) || { echo "== $target ended with $?" >&2; status=1; }
done
exit $status
