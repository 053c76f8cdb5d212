#!/usr/bin/env bats
# Two nodes on one machine: Examples/two-nodes.sh is the test, and what it says and leaves is looked at here.

load common

setup_file() {
  [ -n "${BERTH_TEST_ISOLATED:-}" ] || { echo "run this through Tests/run.sh or Tests/Integration/isolated.sh" >&2 && return 1; }
  on_the_machine >/run/two-nodes.before
}

setup() {
  problem=$(unshare --net ip link add probe type vxlan id 1 dstport 8472 2>&1) || skip "the kernel has no VXLAN: $problem"
}

teardown() { :; }

example() { exec env BERTH_BINARIES=$binaries CNI_PATH=${1:-/usr/lib/cni} "$BATS_TEST_DIRNAME/../../Examples/two-nodes.sh" 3>&- </dev/null; }

# All that it could leave, as lines of "kind: detail".
on_the_machine() {
  {
    ip netns list | sed 's/^/netns: /'
    ip -o link show | sed -E 's/^[0-9]+: ([^:@]+).*/link: \1/'
    ip -o addr show | awk '{ print "address: " $2 " " $4 }'
    { ip route show table all && ip rule show; } | sed 's/^/route: /'
    iptables-save | grep -E '^(-A|:CNI)' | sed 's/^/rule: /'
    awk '{ print "mount: " $5 }' /proc/self/mountinfo
    find /sys/fs/cgroup -maxdepth 2 -name 'berth-node-*' | sed 's/^/cgroup: /'
    pgrep -a 'berthd|pause|socat' | sed 's/^/process: /'
    find /run /var/lib -mindepth 1 -maxdepth 2 ! -path '/run/bats*' ! -path '/run/two-nodes.*' -printf 'file: %p\n'
    sysctl -a 2>/dev/null | grep -E '\.(ip_forward|forwarding) =' | sed 's/^/sysctl: /'
  } | LC_ALL=C sort
}

as_before() { diff /run/two-nodes.before <(on_the_machine); }

@test "two nodes: a pod on one reaches a pod on the other through the tunnel, and its own address is seen" {
  run example
  echo "$output"
  [ "$status" -eq 0 ]
  # Of each node its own subnet; the server names both ends as they are.
  a=$(sed -n 's/^node a: pod-a has //p' <<<"$output") b=$(sed -n 's/^node b: pod-b has //p' <<<"$output")
  [[ $a == 10.244.1.* && $b == 10.244.2.* ]]
  grep -qx "hello, $a, this is $b" <<<"$output"
  # The two daemons are in two networks, and neither in this one.
  [ "$(sed -nE 's/^node .: berthd .* (net:\[[0-9]+\])$/\1/p' <<<"$output" | grep -vxF "$(readlink /proc/self/ns/net)" | sort -u | wc -l)" = 2 ]
  # It went through the tunnel, both ways, and nothing was translated.
  [ "$(grep -cxE 'node [ab]: flannel\.1 sent [1-9][0-9]* packets, received [1-9][0-9]*' <<<"$output")" = 2 ]
  [ "$(grep -cx 'node [ab]: 0 rules translate addresses' <<<"$output")" = 2 ]
  as_before
}

@test "two nodes: it leaves the machine as it was, too, when it is ended half way" {
  local status=0
  example >/run/two-nodes.log 2>&1 &
  wait_until 60 grep -q '^node a: pod-a has' /run/two-nodes.log
  kill "$!"
  wait "$!" || status=$?
  cat /run/two-nodes.log
  [ "$status" -eq 143 ]
  as_before
}

@test "two nodes: it leaves the machine as it was, too, when no pod can be made" {
  mkdir /run/two-nodes.empty
  # Where berthd serves plugins itself, it misses none.
  BERTH_NATIVE_PLUGINS=never run example /run/two-nodes.empty
  rmdir /run/two-nodes.empty
  echo "$output"
  [ "$status" -ne 0 ]
  grep -q 'failed to find plugin "bridge" in path \[/run/two-nodes.empty\]' <<<"$output"
  as_before
}

@test "two nodes: nothing is left behind" { as_before; }
