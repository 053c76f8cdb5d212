#!/usr/bin/env bats
# The conformance suite tests itself: plugins that do everything well but one thing are caught by the case of that, and those
# that do everything well pass.

violations=$BATS_TEST_DIRNAME/../Conformance/violations.py
binaries=${BERTH_BINARIES:-$(realpath "$BATS_TEST_DIRNAME/../../.build/debug")}

setup_file() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
}

# tried ARGUMENT…: says what was found, and fails if anything was.
tried() { python3 -B "$violations" "$binaries" "$@"; }

@test "Conformance: every case is violated by some plugin" { tried list; }

@test "Conformance: each violation is caught by its case" { tried each; }

@test "Conformance: a correct plugin passes" {
  if [ -n "${BERTH_TEST_LONG:-}" ]; then
    tried correct spec,leak,fault,traffic,speed
  else
    tried correct spec chain-1.1 loopback
  fi
}

@test "Conformance: each violation is caught by its own case, and few others of its level" {
  [ -n "${BERTH_TEST_LONG:-}" ] || skip "every violation meets every case in the long run only"
  tried whole
}
