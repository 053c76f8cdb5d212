#!/usr/bin/env bats
# Walks reports/cases.jsonl: the smallest inputs behind public reports of bugs in this field, each with what is right.

load common
load faults

# The cases are taken as they were reported: host-local keeps its files where it does by default.
ipam_dir=/var/lib/cni/networks

setup_file() {
  file_setup
  answering_plugin
  ln -sf "$binaries/noop-plugin" "$work/plugins/noop-plugin"
  leak_snapshot "$work/leaks.before"
}
teardown_file() { file_teardown; }

setup() { conflist_berth | use_conflist; }

# of ID KEY: what the case has under the key.
of() { jq -c --arg id "$1" --arg key "$2" 'select(.id == $id) | .[$key]' "$BATS_TEST_DIRNAME/reports/cases.jsonl"; }

# pod_of ID: a filter that makes the case's pod of any.
pod_of() { echo ". * $(of "$1" pod)"; }

# refused_at_add ID MEND PATTERN…: the run fails with these words, nothing is left or owed, and with the file mended the pod runs.
refused_at_add() {
  local id=$1 mend=$2 pattern bridge
  shift 2
  of "$id" conflist | use_conflist
  run api RunPodSandbox "$(run_request "$id")"
  echo "$id: $output"
  [ "$status" -ne 0 ]
  for pattern in "$@"; do jq -r .message <<<"$output" | grep -qE -- "$pattern"; done
  nothing_owed
  bridge=$(of "$id" conflist | jq -r '.plugins[0].bridge')
  # Where ADD got as far as the bridge it stays, and once its port has gone the plugin can no longer set its MAC.
  ip link del "$bridge" 2>/dev/null || true
  of "$id" conflist | jq "$mend" | use_conflist
  discard "$(runp "$id")"
  nothing_owed
  ip link del "$bridge"
}

@test "reports: every case has its test" {
  for id in $(jq -r .id "$BATS_TEST_DIRNAME/reports/cases.jsonl"); do
    grep -q "^@test \"reports: $id: " "$BATS_TEST_FILENAME" || {
      echo "no test of $id"
      return 1
    }
  done
}

@test "reports: refused-at-add-1: an MTU that is text: the run fails and owes nothing, the same pod runs once it is mended" {
  refused_at_add refused-at-add-1 '.plugins[0].mtu = 1500' bridge mtu
}

@test "reports: refused-at-add-2: a rate without a burst, behind a bridge that has worked" {
  refused_at_add refused-at-add-2 '.plugins[1].ingressBurst = 1000000' bandwidth '[bB]urst'
}

@test "reports: refused-at-add-3: an IPAM plugin that is misspelt" {
  refused_at_add refused-at-add-3 '.plugins[0].ipam.type = "host-local"' bridge host-lokal
}

@test "reports: refused-at-add-3: validate and the dry run name the missing IPAM plugin" {
  of refused-at-add-3 conflist >"$work/lokal.conflist"
  run berthctl cni validate "$work/lokal.conflist" --bin-dir /usr/lib/cni
  validated="$status $output"
  ip netns add lokal
  run berthctl cni add "$work/lokal.conflist" /run/netns/lokal --dry-run --bin-dir /usr/lib/cni
  ip netns del lokal
  echo "validate: $validated"
  echo "dry run: $status $output"
  [[ $validated = 1\ * ]]
  grep -q host-lokal <<<"$validated"
  [ "$status" -eq 1 ]
  grep -q host-lokal <<<"$output"
}

@test "reports: refused-at-add-4: a router's stock file before its daemon has filled in the subnet" {
  refused_at_add refused-at-add-4 '.plugins[0].ipam.subnet = "10.3.0.0/24"' bridge 'no IP ranges|subnet'
}

@test "reports: name-1: a network's name that no pod could be detached from is refused when the file is read" {
  no_conflist
  of name-1 conflist >"$conf_dir/.next" && mv "$conf_dir/.next" "$conf_dir/10-berth.conflist"
  named_in_status() { api Status '{"verbose": true}' | grep -q '10-berth.conflist'; }
  wait_until 10 named_in_status
  run api Status '{"verbose": true}'
  echo "$output"
  jq -e '.status.conditions[] | select(.type == "NetworkReady") | .status != true' <<<"$output"
  jq -r '.info.cniconfig' <<<"$output" | grep -qE 'my net|name'
  run api RunPodSandbox "$(run_request name-1)"
  echo "$output"
  [ "$status" -ne 0 ]
  jq -r .message <<<"$output" | grep -q 'cni plugin not initialized'
  nothing_owed
}

# answers ID: the network whose only plugin prints the case's result.
answers() {
  of "$1" result >"$work/answering.json"
  jq -n --argjson version "$(of "$1" result | jq .cniVersion)" \
    '{cniVersion: $version, name: "answers", plugins: [{type: "answering"}]}' | use_conflist
}

@test "reports: result-1: an eth0 without a sandbox is the pod's when no interface has one" {
  answers result-1
  id=$(runp result-1)
  has_state "$id" SANDBOX_READY
  [ "$(ip_of "$id")" = 10.9.8.7 ]
  discard "$id"
  nothing_owed
}

@test "reports: result-2: addresses of another interface: the failure says whose they are" {
  answers result-2
  run api RunPodSandbox "$(run_request result-2)"
  echo "$output"
  [ "$status" -ne 0 ]
  jq -r .message <<<"$output" | grep -q eth0
  jq -r .message <<<"$output" | grep -q eni1
  jq -r .message <<<"$output" | grep -qiE 'no .?sandbox|without (a )?.?sandbox'
  nothing_owed
}

@test "reports: port-1: a host IP that is no address is refused before any effect" {
  before=$(ls "$work/run" "$root_dir/sandboxes")
  refused invalid_argument 400 'portMappings\[0\]\.hostIp' RunPodSandbox "$(run_request port-1 "$(pod_of port-1)")"
  [ "$(ls "$work/run" "$root_dir/sandboxes")" = "$before" ]
  nothing_owed
}

@test "reports: port-2: a host port that another pod has is refused, with port, protocol and that pod" {
  first=$(runp port-2-first ". * $(of port-2 pods | jq -c '.[0]')")
  refused failed_precondition 400 '9090' RunPodSandbox "$(run_request port-2-second ". * $(of port-2 pods | jq -c '.[1]')")"
  jq -r .message <<<"$output" | grep -qi tcp
  jq -r .message <<<"$output" | grep -q "port-2-first\|$first"
  has_state "$first" SANDBOX_READY
  discard "$first"
  nothing_owed
}

@test "reports: port-3: a host port without a plugin for it is a warning" {
  conflist_berth 'del(.plugins[1])' | use_conflist
  id=$(run_headers port-3 "$(pod_of port-3)")
  has_state "$id" SANDBOX_READY
  cat "$work/head"
  warning_headers | grep -q 4888
  warnings_of "$id" | grep -q 4888
  berthctl inspectp "$id" 2>&1 | grep -q '"warnings"'
  discard "$id"
  nothing_owed
}

@test "reports: sysctl-1: a sysctl of eth0 is in force in the pod" {
  id=$(runp sysctl-1 "$(pod_of sysctl-1)")
  [ "$(in_pod "$id" cat /proc/sys/net/ipv4/conf/eth0/rp_filter)" = 2 ]
  discard "$id"
  nothing_owed
}

@test "reports: sysctl-2: a sysctl that only the host has is refused in those words" {
  refused invalid_argument 400 'net\.core\.netdev_max_backlog' RunPodSandbox "$(run_request sysctl-2 "$(pod_of sysctl-2)")"
  jq -r .message <<<"$output" | grep -qi 'host'
  ! jq -r .message <<<"$output" | grep -qiE 'no such (parameter|file|sysctl)|does not exist' || false
  nothing_owed
}

@test "reports: hostname-1: a host name with an underscore" {
  id=$(runp hostname-1 "$(pod_of hostname-1)")
  has_state "$id" SANDBOX_READY
  [ "$(nsenter --uts --target "$(pause_of "$id")" hostname)" = a_b ]
  discard "$id"
  nothing_owed
}

@test "reports: selinux-1: SELinux options on a host without SELinux are a warning" {
  [ ! -e /sys/fs/selinux/enforce ] || skip "this host has SELinux"
  id=$(run_headers selinux-1 "$(pod_of selinux-1)")
  has_state "$id" SANDBOX_READY
  warning_headers | grep -qi selinux
  warnings_of "$id" | grep -qi selinux
  discard "$id"
  nothing_owed
}

# points_to KEY PATTERN: the warning of the key names what matches, or nothing that is to be near.
points_to() {
  local told
  told=$(grep "$1" <<<"$stderr")
  if grep -qiE 'nearest|mean' <<<"$told"; then grep -qE -- "$2" <<<"$told"; fi
}

@test "reports: near-1: an unknown key is likened to one that is near, or to none" {
  pod near-1 "$(pod_of near-1)" >"$work/near-1.json"
  run --separate-stderr berthctl runp "$work/near-1.json"
  echo "$stderr"
  [ "$status" -eq 0 ]
  berthctl rmp --force "$output"
  points_to dns_options 'dns_?[cC]onfig\.options'
  points_to resources 'linux\.resources'
  nothing_owed
}

@test "reports: parent-1: the groups made for a cgroup parent go when they are empty" {
  # Below the group of these tests, so that nothing of the host's tree is touched.
  id=$(runp parent-1 "$(pod_of parent-1) | .linux.cgroup_parent |= \"$BERTH_TEST_CGROUP\" + .")
  [ -n "$(find /sys/fs/cgroup -type d -path "*$BERTH_TEST_CGROUP/pods/pod-1/$id*")" ]
  discard "$id"
  left=$(find /sys/fs/cgroup -type d -path "*$BERTH_TEST_CGROUP/pods*")
  find /sys/fs/cgroup -depth -type d -path "*$BERTH_TEST_CGROUP/pods*" -exec rmdir {} +
  echo "left: $left"
  [ -z "$left" ]
  nothing_owed
}

@test "reports: userns-1: a user namespace that has no room for pause's id" {
  run api RunPodSandbox "$(run_request userns-1 "$(pod_of userns-1)")"
  echo "HTTP $(http_status): $output"
  if [ "$status" -eq 0 ]; then
    discard "$(jq -r .podSandboxId <<<"$output")"
  else
    [ "$(jq -r .code <<<"$output")" = invalid_argument ]
    jq -r .message <<<"$output" | grep -qiE 'userns|user namespace'
    jq -r .message <<<"$output" | grep -q 65535
  fi
  nothing_owed
}

@test "reports: json-1: a fault in a network's file is told by line and column" {
  of json-1 text | jq -r . | head -c -1 | use_conflist
  run api Status '{"verbose": true}'
  echo "$output"
  jq -r .info.cniconfig <<<"$output" | grep -qE 'line 3, column 16'
  of json-1 text | jq -r . >"$work/json-1.conflist"
  run berthctl cni validate "$work/json-1.conflist"
  echo "$output"
  [ "$status" -ne 0 ]
  grep -q 'line 3, column 16' <<<"$output"
}

@test "reports: nothing is left behind" { no_leaks; }
