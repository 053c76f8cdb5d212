#!/usr/bin/env bats
# Native plugins: beside the reference plugins, as programs, and inside the daemon without any plugin installed.

load common

ours=$work/ours

setup_file() {
  mkdir -p "$ours"
  for type in bridge host-local loopback ptp static tuning; do ln -s "$binaries/berth-cni" "$ours/$type"; done
  file_setup
}
teardown_file() { file_teardown; }

native_network() { conflist_berth "${1:-.}" | use_conflist; }
berth_trace() { api berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"$1\"}"; }
is_elsewhere() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
links_of() { ip -o link show type veth | grep -c "/$1/" || true; }

@test "native: what they leave and print is what the reference plugins do, configuration by configuration" {
  mkdir -p /run/netns
  run python3 -B "$BATS_TEST_DIRNAME/differential.py" /usr/lib/cni "$ours" "$work/differential"
  echo "$output"
  [ "$status" = 0 ]
}

@test "native: host-local gives from the reference plugin's directory, and each gives back what the other gave" {
  local side number configuration
  configuration=$(jq -nc --arg dir "$work/shared" '{cniVersion: "1.0.0", name: "shared", ipam: {type: "host-local", dataDir: $dir, subnet: "10.79.0.0/24"}}')
  ipam() {
    env CNI_COMMAND="$1" CNI_CONTAINERID="$2" CNI_NETNS=/not/there CNI_IFNAME=eth0 CNI_PATH="$3" "$3/host-local" <<<"$configuration"
  }
  for number in {1..40}; do
    for side in "$ours" /usr/lib/cni; do ipam ADD "${side//\//}-$number" "$side" >"$work/given-${side//\//}-$number" & done
  done
  wait
  [ "$(jq -r '.ips[0].address' "$work"/given-* | sort -u | wc -l)" = 80 ]
  for number in {1..40}; do
    ipam DEL "${ours//\//}-$number" /usr/lib/cni
    ipam DEL "usrlibcni-$number" "$ours"
  done
  [ -z "$(find "$work/shared" -type f ! -name 'last_reserved_ip.*' ! -name lock)" ]
}

@test "native: an ADD again is refused, and takes nothing of the first one away" {
  local configuration result
  configuration=$(jq -nc --arg dir "$work/again" '{cniVersion: "1.0.0", name: "again", type: "bridge", bridge: "again0",
    isGateway: true, ipam: {type: "host-local", dataDir: $dir, subnet: "10.78.0.0/24"}}')
  again() {
    env CNI_COMMAND="$1" CNI_CONTAINERID=c CNI_NETNS=/run/netns/again CNI_IFNAME=eth0 CNI_PATH="$ours" "$ours/bridge" <<<"$configuration"
  }
  ip netns add again
  result=$(again ADD)
  run again ADD
  [ "$status" = 1 ] && [[ "$output" == *"File exists"* ]]
  ip -n again addr show eth0 | grep -q "$(jq -r '.ips[0].address' <<<"$result")"
  [ -e "$work/again/again/10.78.0.2" ]
  again DEL
  again DEL
  [ ! -e "$work/again/again/10.78.0.2" ]
  ip netns del again
  ip link del again0
}

@test "native: a pod's network without a plugin installed; the trace says so, and nothing is executed" {
  berthd_stop
  mkdir -p "$work/none"
  berthd_start --cni-bin-dir "$work/none"
  native_network
  wait_until 10 eval 'api Status | jq -e ".status.conditions[] | select(.type == \"NetworkReady\").status"'
  id=$(runp alone)
  other=$(runp another)
  berth_trace "$id" | jq -e '[.traces[].steps[].pluginCalls[]?] | length == 2 and all(.native)'
  [ -z "$(find /sys/fs/cgroup -type d -name "$id.cni")" ]
  serve "$other" 80
  ask_from "$id" "$(ip_of "$other")" 80 | grep -q peer=
  [ "$(links_of "$id")" = 1 ]
  discard "$id" "$other"
  nothing_left
  berthd_stop
  berthd_start
}

@test "native: a configuration with a key that is not honoured is executed, and the trace says which" {
  native_network '.plugins[0].enabledad = true'
  id=$(runp detecting)
  berth_trace "$id" | jq -e '[.traces[].steps[] | select(.step == "AttachNetworks")][0]
    | (.pluginCalls | map(select(.plugin == "bridge")) | length == 1 and all(.native != true)) and (.notes | any(test("bridge is executed: the key enabledad")))'
  discard "$id"
  nothing_left
}

@test "native: a pod's interface is tuned by the daemon itself, and no note of it is left" {
  native_network '.plugins += [{type: "tuning", mtu: 1400, sysctl: {"net.ipv4.conf.IFNAME.arp_filter": "1"}}]'
  id=$(runp tuned)
  berth_trace "$id" | jq -e '[.traces[].steps[].pluginCalls[]? | select(.plugin == "tuning")] | length == 1 and all(.native)'
  [ "$(in_pod "$id" ip -j link show eth0 | jq '.[0].mtu')" = 1400 ]
  [ "$(in_pod "$id" cat /proc/sys/net/ipv4/conf/eth0/arp_filter)" = 1 ]
  [ "$(jq .mtu "/run/cni/tuning/${id}_eth0.json")" = 1500 ]
  discard "$id"
  [ -z "$(ls /run/cni/tuning)" ]
  nothing_left
}

@test "native: what ADD was served by serves DEL, whatever is configured by then" {
  native_network
  id=$(runp kept)
  berthd_stop
  berthd_start --native-plugins never --cni-bin-dir "$work/none"
  stop_sandbox "$id"
  remove_sandbox "$id"
  nothing_left
  berthd_stop
  berthd_start
}

@test "native: a link that somebody holds is taken away in the background; one without a pod, by gc" {
  native_network
  id=$(runp held)
  nsenter --net="$(netns_of "$id")" sleep 600 3>&- &
  holder=$!
  wait_until 10 is_elsewhere "$holder"
  discard "$id"
  wait_until 10 veths_gone
  kill "$holder"
  id=$(runp lost)
  alias=$(ip -j link show type veth | jq -r '.[0].ifalias')
  discard "$id"
  wait_until 10 veths_gone
  ip link add lost0 type veth peer name lost1
  ip link set lost0 alias "$alias"
  ip link add other0 type veth peer name other1
  ip link set other0 alias "to the uplink"
  berthctl gc
  [ -z "$(ip -o link show lost0 2>/dev/null)" ]
  ip link del other0
}

@test "native: nothing is left behind" { no_leaks; }
