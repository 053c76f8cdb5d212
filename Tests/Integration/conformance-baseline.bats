#!/usr/bin/env bats
# The conformance suite over the reference plugins that Debian has: they fail what they are known to fail, and nothing else.

conformance=$BATS_TEST_DIRNAME/../Conformance
binaries=${BERTH_BINARIES:-$(realpath "$BATS_TEST_DIRNAME/../../.build/debug")}

setup_file() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
}

# as_expected NETWORK [PLUGINS [EXPECTATIONS]]: exit 0 with the failures that are known, strictly judged.
as_expected() {
  local levels=spec
  [ -z "${BERTH_TEST_LONG:-}" ] || levels=spec,leak,fault,traffic
  env -u GITHUB_ACTIONS "$binaries/berth-conformance" "$conformance/$1.conflist" --bin-dir "${2:-/usr/lib/cni}" --level "$levels" \
    --strict --expect "$conformance/baseline/${3:-reference-1.1.1}.expect" </dev/null
}

# in_the_long_run NETWORK [PLUGINS [EXPECTATIONS]]: the same, where there is time.
in_the_long_run() {
  [ -n "${BERTH_TEST_LONG:-}" ] || skip "in the long run only"
  as_expected "$@"
}

@test "Conformance: the reference plugins in a chain fail what they are known to" { as_expected baseline/full; }

@test "Conformance: the reference sbr fails what it is known to" { as_expected baseline/sbr; }

@test "Conformance: the reference macvlan fails what it is known to" {
  ip link add probe0 type veth peer name probe1
  ip link add link probe0 name probe2 type macvlan || skip "this kernel has no macvlan"
  as_expected baseline/macvlan
}

@test "Conformance: the reference ptp fails what it is known to" { in_the_long_run networks/ptp; }

@test "Conformance: the reference loopback fails what it is known to" { in_the_long_run networks/loopback; }

@test "Conformance: the reference static fails what it is known to" { in_the_long_run networks/static; }

@test "Conformance: the reference host-local by itself fails what it is known to" { in_the_long_run baseline/host-local; }

@test "Conformance: noop-plugin fails what it is made to" {
  mkdir -p "$BATS_TEST_TMPDIR/plugins"
  ln -s "$binaries/noop-plugin" "$BATS_TEST_TMPDIR/plugins/noop"
  in_the_long_run baseline/noop "$BATS_TEST_TMPDIR/plugins" noop
}
