#!/usr/bin/env bats
# The conformance suite over the reference plugins that Debian has: they fail what they are known to fail, and nothing else.

baseline=$BATS_TEST_DIRNAME/../Conformance/baseline
binaries=${BERTH_BINARIES:-$(realpath "$BATS_TEST_DIRNAME/../../.build/debug")}

setup_file() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
}

# as_expected NETWORK: exit 0 with the failures that are known, strictly judged.
as_expected() {
  local levels=spec
  [ -z "${BERTH_TEST_LONG:-}" ] || levels=spec,leak,fault,traffic
  env -u GITHUB_ACTIONS "$binaries/berth-conformance" "$baseline/$1.conflist" --bin-dir /usr/lib/cni --level "$levels" --strict \
    --expect "$baseline/reference-1.1.1.expect" </dev/null
}

@test "Conformance: the reference plugins in a chain fail what they are known to" { as_expected full; }

@test "Conformance: the reference sbr fails what it is known to" { as_expected sbr; }

@test "Conformance: the reference macvlan fails what it is known to" {
  ip link add probe0 type veth peer name probe1
  ip link add link probe0 name probe2 type macvlan || skip "this kernel has no macvlan"
  as_expected macvlan
}
