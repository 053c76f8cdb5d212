#!/usr/bin/env bats
# The examples that talk to a running daemon do what they show.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

examples=$BATS_TEST_DIRNAME/../../Examples

@test "examples: the API with curl" {
  run "$examples/api-curl.sh" "$socket"
  echo "$output"
  [ "$status" -eq 0 ]
  grep -q SANDBOX_READY <<<"$output"
  grep -q 'invalid_argument.*nmae' <<<"$output"
}

@test "examples: the API from Python" {
  run python3 -B "$examples/api.py" "$socket"
  echo "$output"
  [ "$status" -eq 0 ]
  grep -qE '^address: 10\.201\.' <<<"$output"
  grep -qE 'bridge +ADD' <<<"$output"
  grep -q already_exists <<<"$output"
}

@test "examples: every pod runs, keys checked" {
  for file in "$examples"/*.yaml "$examples"/*.json; do
    run --separate-stderr berthctl runp --strict "$file"
    echo "$file: $output $stderr"
    [ "$status" -eq 0 ]
    discard "$output"
  done
}

@test "examples: nothing is left behind" {
  nothing_left
  no_leaks
}
