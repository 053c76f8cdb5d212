#!/usr/bin/env bats
# What a DEL that fails leaves owed, what owes nothing, and that neither is hidden: words never excuse, only code 3 does.

load common
load plugins-common
load faults

setup_file() {
  file_setup
  mkdir -p "$work/tools" "$work/rules"
  ln -s "$binaries/noop-plugin" "$work/plugins/lease"
  # A plugin of shell, as people write them: the rule is made by itself, and removed by a tool.
  shell_plugin rule <<SHELL
PATH=$work/tools:\$PATH
case \$CNI_COMMAND in
ADD) touch "$work/rules/\$CNI_CONTAINERID" && printf '%s' "\$configuration" | jq .prevResult ;;
DEL) rule-tool "\$CNI_CONTAINERID" ;;
esac
SHELL
  # As macvlan and vlan do it: the master is looked up before IPAM is asked.
  shell_plugin on-master <<\SHELL
fail() { printf '{"cniVersion":"1.0.0","code":999,"msg":"Link not found"}'; exit 1; }
case $CNI_COMMAND in
ADD)
  result=$(printf '%s' "$configuration" | /usr/lib/cni/host-local) || { printf '%s' "$result"; exit 1; }
  printf '%s' "$result" | jq --arg netns "$CNI_NETNS" '.interfaces = [{name: "eth0", sandbox: $netns}] | .ips[0].interface = 0' ;;
DEL)
  ip link show m0 >/dev/null 2>&1 || fail
  printf '%s' "$configuration" | /usr/lib/cni/host-local ;;
esac
SHELL
  leak_snapshot "$work/leaks.before"
}
teardown_file() { file_teardown; }

setup() {
  rm -f "$work"/tools/* "$work"/rules/*
  lease '{}'
  conflist_berth | use_conflist
}

# lease SCRIPT: what the plugin does from now on, for sandboxes that are there as well.
lease() {
  printf '%s' "$1" >"$work/lease.next" && mv "$work/lease.next" "$work/plugins/lease.debug"
}

rule_tool() {
  printf '#!/bin/bash\nrm -f %s/rules/"$1"\n' "$work" >"$work/tools/rule-tool"
  chmod +x "$work/tools/rule-tool"
}

# reserved NETWORK: the addresses that host-local holds for it.
reserved() { find "$ipam_dir/$1" -type f ! -name 'last_reserved_ip.*' ! -name lock 2>/dev/null; }
none_reserved() { [ -z "$(reserved "$1")" ]; }

# fails_to_stop ID PATTERN…: Stop and Remove fail with the words, and the list of leftovers has them.
fails_to_stop() {
  local id=$1 pattern method
  shift
  for method in stop_sandbox remove_sandbox; do
    run "$method" "$id"
    echo "$method: $output"
    [ "$status" -ne 0 ]
    for pattern in "$@"; do grep -qE -- "$pattern" <<<"$output"; done
  done
  leftover_of "$id" >"$work/leftover"
  cat "$work/leftover"
  for pattern in "$@"; do grep -qE -- "$pattern" "$work/leftover"; done
}

# --- words excuse nothing --------------------------------------------------------------------------------------------

@test "owed: a shell plugin whose tool is missing at DEL: Remove fails and names it, and frees the rule once the tool is there" {
  conflist_berth '.plugins += [{type: "rule"}]' | use_conflist
  id=$(runp shell)
  fails_to_stop "$id" rule 'rule-tool: not found|127'
  [ -e "$work/rules/$id" ]
  rule_tool
  discard "$id"
  [ ! -e "$work/rules/$id" ]
  nothing_owed
}

@test "owed: words like \"not found\" in an error document of whatever code but 3 excuse nothing" {
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
  for code in 1 2 4 5 6 7 11 100 107 999; do
    id=$(runp "words-$code")
    lease "{\"DEL\": {\"error\": {\"code\": $code, \"msg\": \"Link not found\", \"details\": \"no such network namespace\"}}}"
    run stop_sandbox "$id"
    echo "code $code: $output"
    [ "$status" -ne 0 ]
    grep -q 'Link not found' <<<"$output"
    lease '{}'
    discard "$id"
  done
  nothing_owed
}

@test "owed: the same words from a plugin that prints no document" {
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
  id=$(runp no-document)
  lease '{"DEL": {"stderr": "interface eth0 not found: No such file or directory\n", "stdout": "", "exit": 1}}'
  fails_to_stop "$id" lease 'not found'
  lease '{}'
  discard "$id"
  nothing_owed
}

@test "owed: code 3 excuses a DEL, and log and trace say so" {
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
  id=$(runp excused)
  lease '{"DEL": {"error": {"code": 3, "msg": "I know no such pod", "details": "the lease is unknown"}}}'
  mark=$(log_mark)
  stop_sandbox "$id"
  said_since "$mark" 'lease.*I know no such pod|I know no such pod.*lease'
  api berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"$id\"}" | grep -q 'I know no such pod'
  remove_sandbox "$id"
  nothing_owed
}

@test "owed: a network namespace that is gone excuses no failure of DEL either" {
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
  id=$(runp no-namespace)
  netns=$(netns_of "$id")
  kill -KILL "$(pause_of "$id")"
  wait_until 10 has_state "$id" SANDBOX_NOTREADY
  umount -l "$netns" && rm "$netns"
  lease '{"DEL": {"error": {"code": 107, "msg": "failed to open netns: no such file or directory"}}}'
  fails_to_stop "$id" lease 'failed to open netns'
  lease '{}'
  discard "$id"
  nothing_owed
}

# --- a debt keeps no address -----------------------------------------------------------------------------------------

# on_master TYPE: the network of links on the interface m0.
on_master() {
  jq -n --arg type "$1" --arg ipam "$ipam_dir" '{cniVersion: "1.0.0", name: "on-master", plugins: [{type: $type, master: "m0", vlanId: 5,
    ipam: {type: "host-local", dataDir: $ipam, subnet: "10.204.0.0/24"}}]} | if $type != "vlan" then del(.plugins[0].vlanId) else . end'
}

master() { ip link add m0 type veth peer name m0-peer && ip link set m0 up && ip link set m0-peer up; }

# master_gone TYPE: a pod on m0, and m0 is deleted: the address is free at once, what cannot be done stays owed, and is done
# when m0 is back.
master_gone() {
  local id
  master
  on_master "$1" | use_conflist
  id=$(runp "$1")
  [ -n "$(reserved on-master)" ]
  ip link del m0
  run stop_sandbox "$id"
  echo "$1: $output"
  none_reserved on-master
  if [ "$status" -ne 0 ]; then
    grep -q "$1" <<<"$output"
    leftover_of "$id" | grep -q "$1"
    master
    discard "$id"
    ip link del m0
  else
    remove_sandbox "$id"
  fi
  nothing_owed
}

@test "owed: macvlan whose master is gone keeps no address" { needs_link macvlan && master_gone macvlan; }
@test "owed: vlan whose master is gone keeps no address" { needs_link vlan id 5 && master_gone vlan; }
@test "owed: ipvlan whose master is gone keeps no address" { needs_link ipvlan && master_gone ipvlan; }
@test "owed: a plugin that says \"Link not found\" before it asks IPAM keeps no address" { master_gone on-master; }

# rebooted TYPE: the same after a reboot, of which the daemon knows by another boot's id.
rebooted() {
  master
  on_master "$1" | use_conflist
  id=$(runp rebooted)
  pause=$(pause_of "$id") netns=$(netns_of "$id")
  berthd_stop KILL
  kill -KILL "$pause"
  wait_until 10 gone "$pause"
  umount -l "$netns" && rm "$netns"
  ip link del m0
  cat /proc/sys/kernel/random/uuid >"$work/boot_id"
  mount --bind "$work/boot_id" /proc/sys/kernel/random/boot_id
  berthd_start
  run stop_sandbox "$id"
  echo "$output"
  held=$(reserved on-master)
  berthctl rmp --force "$id" || true
  master
  berthctl gc || true
  ip link del m0
  umount /proc/sys/kernel/random/boot_id
  echo "held: $held"
  [ -z "$held" ]
  restart
  wait_until 10 none_left_over
  nothing_owed
}

@test "owed: macvlan whose master is gone after a reboot keeps no address" { needs_link macvlan && rebooted macvlan; }
@test "owed: a plugin that says \"Link not found\" after a reboot keeps no address" { rebooted on-master; }

# --- what owes nothing -----------------------------------------------------------------------------------------------

# refused_at_add NAME CONFLIST-FILTER [BRIDGE]: a configuration that a plugin refuses at ADD, and at DEL word for word.
refused_at_add() {
  jq -n --arg ipam "$ipam_dir" '{type: "host-local", dataDir: $ipam, subnet: "10.205.0.0/24"} as $ipam |
    {cniVersion: "1.0.0", name: "refused", plugins: [{type: "bridge", bridge: "r0", ipam: $ipam}]} | '"$2" | use_conflist
  run api RunPodSandbox "$(run_request "$1")"
  echo "$1: $output"
  [ "$status" -ne 0 ]
  nothing_owed
  conflist_berth | use_conflist
  discard "$(runp "$1")"
  ip link del r0 2>/dev/null || true
}

@test "owed: nothing, when ADD is refused: ptp without ipam.type" {
  refused_at_add ptp-no-type '.plugins[0] |= (.type = "ptp" | del(.ipam.type))'
}

@test "owed: nothing, when ADD is refused: a subnet without its prefix" {
  refused_at_add no-prefix '.plugins[0].ipam.subnet = "10.205.0.0"'
}

@test "owed: nothing, when ADD is refused: host-local without a subnet" {
  refused_at_add no-subnet 'del(.plugins[0].ipam.subnet)'
}

@test "owed: nothing, when ADD is refused: firewall in a 0.3.1 list, behind a bridge that has worked" {
  refused_at_add old-list '.cniVersion = "0.3.1" | .plugins += [{type: "firewall"}]'
}

@test "owed: nothing, when ADD is refused: a 1.1.0 list on plugins that know 1.0.0" {
  refused_at_add new-list '.cniVersion = "1.1.0" | .plugins[0].type = "ptp"'
}

@test "owed: nothing, when ADD is refused: a bandwidth without its burst in front of a portmap" {
  refused_at_add no-burst '.plugins += [{type: "bandwidth", ingressRate: 1000}, {type: "portmap", capabilities: {portMappings: true}}]'
}

@test "owed: nothing, when ADD is refused: a device that is not there, for which DEL looks in vain" {
  refused_at_add no-device '.plugins[0] |= (.type = "host-device" | .device = "nope0")'
}

@test "owed: nothing, when ADD is refused: sbr alone, which fails at DEL where there is no interface" {
  refused_at_add sbr-alone '.plugins = [{type: "sbr"}]'
}

@test "owed: nothing, when ADD is refused: a dataDir that is a plain file" {
  refused_at_add file-in-the-way '.plugins[0].ipam.dataDir = "/etc/hostname"'
}

@test "owed: nothing by a plugin that was never called" {
  conflist_berth '.plugins += [{type: "scripted", add: "error"}, {type: "lease"}]' | use_conflist
  lease '{"DEL": {"error": {"code": 107, "msg": "I was never called"}}}'
  run api RunPodSandbox "$(run_request never-called)"
  echo "$output"
  [ "$status" -ne 0 ]
  grep -q 'scripted failure' <<<"$output"
  nothing_owed
}

@test "owed: nothing by a plugin whose refusal at DEL is the one it gave at ADD, the same with code, msg and details" {
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
  lease '{"*": {"error": {"code": 999, "msg": "bad option", "details": "mode"}}}'
  run api RunPodSandbox "$(run_request same-words)"
  [ "$status" -ne 0 ]
  nothing_owed
}

@test "owed: nothing for addresses that were told twice, or that the kernel gives to no interface" {
  answering_plugin
  jq -n '{cniVersion: "1.0.0", name: "odd", plugins: [{type: "answering"}]}' | use_conflist
  jq -n '["10.9.8.7/24", "10.9.8.7/24", "10.9.8.7/32", "0.0.0.0/0", "224.0.0.1/4", "255.255.255.255/32", "127.0.0.1/8", "::/0",
    "::1/128", "ff02::1/64", "fe80::1/64", "::ffff:10.1.2.3/96"] |
    {cniVersion: "1.0.0", interfaces: [{name: "eth0"}], ips: map({interface: 0, address: .})}' >"$work/answering.json"
  discard "$(runp odd)"
  nothing_owed
}

# owes NAME ADD DEL: after an ADD that fails so, a DEL that fails so is owed; it is paid when the plugin answers.
owes() {
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
  lease "{\"ADD\": $2, \"DEL\": $3}"
  run api RunPodSandbox "$(run_request "$1")"
  echo "$1: $output"
  [ "$status" -ne 0 ]
  [ "$(leftovers | wc -l)" -eq 1 ]
  leftovers | grep -q lease
  id=$(leftovers | jq -r .podSandboxId)
  lease '{}'
  berthctl rmp --force "$id"
  wait_until 10 none_left_over
  nothing_owed
}

@test "owed: a DEL that fails otherwise than its ADD did: code, msg or details" {
  add='{"error": {"code": 999, "msg": "bad option", "details": "mode"}}'
  owes other-code "$add" '{"error": {"code": 998, "msg": "bad option", "details": "mode"}}'
  owes other-words "$add" '{"error": {"code": 999, "msg": "bad options", "details": "mode"}}'
  owes other-details "$add" '{"error": {"code": 999, "msg": "bad option", "details": "rate"}}'
}

@test "owed: a DEL that fails as its ADD did, with code 11, or without a document" {
  owes again '{"error": {"code": 11, "msg": "later"}}' '{"error": {"code": 11, "msg": "later"}}'
  owes silent '{"stdout": "", "stderr": "no\n", "exit": 1}' '{"stdout": "", "stderr": "no\n", "exit": 1}'
}

@test "owed: GC is told that what is owed is valid, so that no plugin forgets what its DEL has yet to release" {
  jq -n '{cniVersion: "1.1.0", name: "collected", plugins: [{type: "lease"}]}' | use_conflist
  answers='"ADD": {"result": {"interfaces": [{"name": "eth0", "sandbox": "/pod"}], "ips": [{"interface": 0, "address": "10.9.8.7/32"}]}}'
  lease "{$answers}"
  id=$(runp indebted)
  ready=$(runp beside)
  rm -f "$work/calls.jsonl"
  lease "{\"record\": \"$work/calls.jsonl\", $answers, \"DEL\": {\"error\": {\"code\": 11, \"msg\": \"later\"}}}"
  berthctl rmp --force "$id"
  berthctl gc || true
  valid=$(jq -c 'select(.verb == "GC") | .stdin | fromjson | ."cni.dev/valid-attachments" // ."cni.dev/attachments" | map(.containerID)' "$work/calls.jsonl")
  echo "valid: $valid"
  [ -n "$valid" ]
  grep -q "$ready" <<<"$valid"
  grep -q "$id" <<<"$valid"
  lease "{$answers}"
  wait_until 30 none_left_over
  discard "$ready"
  nothing_owed
}

# --- a debt is written off -------------------------------------------------------------------------------------------

@test "owed: rmp --force --forgive writes off what a pod owes, and says what it gave up" {
  conflist_berth '.plugins += [{type: "rule"}]' | use_conflist
  id=$(runp forgiven)
  run --separate-stderr berthctl rmp --force --forgive "$id"
  printf '%s\n' "$output" "$stderr"
  [ "$status" -eq 0 ]
  grep -q rule <<<"$output$stderr"
  grep -qE 'not found|127' <<<"$output$stderr"
  [ -e "$work/rules/$id" ]
  nothing_owed
}

@test "owed: rmp --force --forgive writes off a debt that is there already, whose name is another pod's by now" {
  conflist_berth '.plugins += [{type: "rule"}]' | use_conflist
  id=$(runp debtor)
  run --separate-stderr berthctl rmp --force "$id"
  [ "$status" -eq 0 ]
  leftover_of "$id"
  conflist_berth | use_conflist
  again=$(runp debtor)
  mark=$(log_mark)
  run --separate-stderr berthctl rmp --force --forgive "$id"
  printf '%s\n' "$output" "$stderr"
  [ "$status" -eq 0 ]
  grep -q rule <<<"$output$stderr"
  said_since "$mark" 'rule'
  none_left_over
  has_state "$again" SANDBOX_READY
  restart
  none_left_over
  discard "$again"
  nothing_owed
}

@test "owed: --forgive without --force is refused" {
  id=$(runp unforced)
  run berthctl rmp --forgive "$id"
  echo "$output"
  [ "$status" -ne 0 ]
  grep -q -- --force <<<"$output"
  has_state "$id" SANDBOX_READY
  discard "$id"
}

@test "owed: nothing is left behind" { no_leaks; }
