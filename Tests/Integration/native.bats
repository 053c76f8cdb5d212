#!/usr/bin/env bats
# Native plugins: beside the reference plugins, as programs, and inside the daemon without any plugin installed.

load common

ours=$work/ours

setup_file() {
  mkdir -p "$ours"
  for type in bridge host-local loopback ptp static tuning bandwidth firewall; do ln -s "$binaries/berth-cni" "$ours/$type"; done
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

# pod_link ID: the pod's eth0, with its addresses, as ip(8) has it.
pod_link() { in_pod "$1" ip -j addr show eth0 | jq -c '.[0]'; }

@test "native: who remembers a pod is right about the next one that gets its address" {
  native_network '.plugins[0].ipam.ranges = [[{subnet: "10.201.0.0/16", rangeStart: "10.201.7.2", rangeEnd: "10.201.7.3"}]]'
  local neighbour first second mac
  neighbour=$(runp neighbour)
  first=$(runp first)
  mac=$(pod_link "$first" | jq -r .address)
  serve "$first" 80
  ask "$(ip_of "$first")" 80 | grep -q peer=
  ask_from "$neighbour" "$(ip_of "$first")" 80 | grep -q peer=
  end_servers
  discard "$first"
  second=$(runp second)
  [ "$(ip_of "$second")" = 10.201.7.3 ]
  [ "$(pod_link "$second" | jq -r .address)" = "$mac" ]
  serve "$second" 80
  ask 10.201.7.3 80 | grep -q peer=
  ask_from "$neighbour" 10.201.7.3 80 | grep -q peer=
  discard "$second" "$neighbour"
  nothing_left
}

@test "native: a pod without IPv6 says nothing in it; one with it has a link-local address, too; a bridge's port has none" {
  native_network '.plugins[0].ipam |= (.ranges |= .[:1] | .routes |= .[:1])'
  local four both
  four=$(runp four)
  [ "$(pod_link "$four" | jq -c '[.addr_info[].family]')" = '["inet"]' ]
  native_network
  both=$(runp both)
  [ "$(pod_link "$both" | jq -c '[.addr_info[] | "\(.family) \(.scope)"] | sort')" = '["inet global","inet6 global","inet6 link"]' ]
  [ "$(ip -j addr show type veth | jq '[.[].addr_info[]?] | length')" = 0 ]
  discard "$four" "$both"
  nothing_left
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

# megabyte FROM TO: how many milliseconds a megabyte takes from one pod to another.
megabyte() {
  local start
  rm -f "$work/received"
  [ -e "$work/megabyte" ] || head -c 1000000 /dev/zero >"$work/megabyte"
  in_pod "$2" socat -u TCP4-LISTEN:7446,reuseaddr CREATE:"$work/received" >/dev/null 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 listening "$2" 7446
  start=$(date +%s%N)
  in_pod "$1" timeout 60 socat -u OPEN:"$work/megabyte" "TCP:$(ip_of "$2"):7446"
  wait_until 60 eval '[ "$(stat -c %s "$work/received")" = 1000000 ]'
  echo $((($(date +%s%N) - start) / 1000000))
}

shapers() { ip -o link show type ifb | grep -o 'bwp[0-9a-f]*' || true; }
no_shapers() { [ -z "$(shapers)" ]; }

@test "native: what a pod sends and receives is limited by the daemon itself, and nothing of it is left" {
  native_network '.plugins += [{type: "bandwidth", capabilities: {bandwidth: true}}]'
  free=$(runp free)
  no_shapers
  # 8 Mbit/s in and 4 Mbit/s out, after bursts of 100 kB.
  slow=$(runp slow '.annotations = {"capability.berth/bandwidth":
    "{\"ingressRate\": 8000000, \"ingressBurst\": 800000, \"egressRate\": 4000000, \"egressBurst\": 800000}"}')
  berthctl trace "$slow" | grep -E 'bandwidth.*native'
  berth_trace "$slow" | jq -e '[.traces[].steps[].pluginCalls[]? | select(.plugin == "bandwidth")] | length == 1 and all(.native)'
  [ "$(shapers | wc -l)" = 1 ]
  # 900 kB take 0.9 seconds at 1 MB/s, and 1.8 at half of it, whatever the machine; a timer may be early by a tick.
  inward=$(megabyte "$free" "$slow") outward=$(megabyte "$slow" "$free")
  echo "in: $inward ms, out: $outward ms"
  [ "$inward" -ge 880 ] && [ "$inward" -lt 20000 ]
  [ "$outward" -ge 1760 ] && [ "$outward" -lt 40000 ]
  end_servers
  stop_sandbox "$slow"
  wait_until 10 no_shapers
  remove_sandbox "$slow"
  discard "$free"
  nothing_left
}

@test "native: a burst of more than 274 seconds passes at once" {
  native_network '.plugins += [{type: "bandwidth", ingressRate: 80000, ingressBurst: 32000000}]'
  limited=$(runp limited)
  native_network
  free=$(runp free)
  # A megabyte, at 10 kB a second after the first 4 MB: with 32 bits of ticks, after the first 1.2.
  for number in 1 2 3; do megabyte "$free" "$limited"; done
  end_servers
  discard "$limited" "$free"
  nothing_left
}

@test "native: an ifb that an earlier daemon has left goes when the next one starts, or by gc; another's stays" {
  native_network '.plugins += [{type: "bandwidth", egressRate: 8000000, egressBurst: 800000}]'
  kept=$(runp kept)
  id=$(runp left)
  alias=$(ip -j link show type ifb | jq -r --arg id "$id" '.[] | select(.ifalias | contains($id)).ifalias')
  stop_sandbox "$id"
  wait_until 10 eval '[ "$(shapers | wc -l)" = 1 ]'
  berthd_stop
  ip link add bwplost0 type ifb
  ip link set bwplost0 alias "$alias"
  ip link add bwpother0 type ifb
  ip link set bwpother0 alias "${alias%%/*}/$(printf '%064d' 7)/eth0"
  berthd_start
  wait_until 10 eval '! ip link show bwplost0'
  remove_sandbox "$id"
  ip link add bwplost0 type ifb
  ip link set bwplost0 alias "$alias"
  berthctl gc | grep -F "$id"
  run ! ip link show bwplost0
  ip link show bwpother0
  ip link del bwpother0
  [ "$(shapers | wc -l)" = 1 ]
  says_nothing=$(berthctl gc)
  [[ $says_nothing != *"$kept"* ]]
  discard "$kept"
  wait_until 10 no_shapers
  nothing_left
}

@test "native: a bandwidth with a key that is not honoured is executed" {
  native_network '.plugins += [{type: "bandwidth", ingressRate: 8000000, ingressBurst: 800000, unshapedSubnets: ["10.0.0.0/8"]}]'
  id=$(runp partly)
  berth_trace "$id" | jq -e '[.traces[].steps[] | select(.step == "AttachNetworks")][0].notes | any(test("bandwidth is executed: the key unshapedSubnets"))'
  discard "$id"
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
