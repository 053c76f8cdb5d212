#!/usr/bin/env bash
# Fuzzes the parsers that face CNI plugins and files: configuration, result, cache, and the JSON below them.
#
# usage: Fuzz/run.sh [RUNS] [LIBFUZZER-OPTION…]
#   RUNS  how many inputs (default 1000000); each one goes through every parser
#
# Starts from Tests/CNITests/Corpus, which it does not change; what it finds interesting stays in Fuzz/.build/corpus. An
# input that breaks a property is left in Fuzz/.build and named. `Fuzz/run.sh merge` adds to Tests/CNITests/Corpus the smallest
# inputs that reach code which nothing there reaches (their names are hashes).
set -euo pipefail
cd "$(dirname "$0")"

runs=${1:-1000000}
[ $# -eq 0 ] || shift
found=.build/corpus
seeds=../Tests/CNITests/Corpus

swift build -c release -Xswiftc -sanitize=fuzzer -Xswiftc -enable-testing
mkdir -p "$found"
if [ "$runs" = merge ]; then
  exec .build/release/parser-fuzzer -set_cover_merge=1 -use_counters=0 -use_cmp=0 -max_len=512 "$@" "$seeds" "$found"
fi
SWIFT_BACKTRACE=enable=no exec .build/release/parser-fuzzer -runs="$runs" -dict=cni.dict -max_len=512 \
  -artifact_prefix=.build/ -print_final_stats=1 "$@" "$found" "$seeds" 2> >(grep -vE '^#[0-9]+.(NEW|REDUCE)|^"|dictionary' >&2)
