#!/usr/bin/env bats
# Every plugin that makes or moves a link, in a pod: bridge, ptp, macvlan, ipvlan, vlan, dummy, host-device, loopback, flannel.

load common
load plugins-common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

# A pod's address by its own netns, not by what the daemon says.
address_in() { in_pod "$1" ip -j -4 addr show dev "${2:-eth0}" | jq -r '.[0].addr_info[0].local'; }
mac_in() { in_pod "$1" ip -j link show dev "${2:-eth0}" | jq -r '.[0].address'; }
kind_in() { in_pod "$1" ip -d -j link show dev eth0 | jq -r '.[0].linkinfo.info_kind'; }

@test "plugins: bridge: a port of the bridge, the gateway's address, masquerading to the outside" {
  machine outside 192.0.2.2/24 192.0.2.1/24
  conflist plug "$(bridge_plug '.ipMasq = true | .hairpinMode = true | .mtu = 1400')" | use_conflist
  before_plugin
  id=$(runp bridged)
  [ "$(address_in "$id")" = "$(ip_of "$id")" ]
  [ "$(ip -j link show master plug0 type veth | jq '.[0].mtu')" = 1400 ]
  [ "$(ip -d -j link show master plug0 | jq '.[0].linkinfo.info_slave_data.hairpin')" = true ]
  [ "$(ip -j -4 addr show dev plug0 | jq -r '.[0].addr_info[0].local')" = 10.202.0.1 ]
  # The machine has no route to the pod: without the masquerade no answer would come.
  serve_on outside 7411
  [ "$(ask_from "$id" 192.0.2.2 7411)" = peer=192.0.2.1 ]
  says '^ok$' "$id" bridge
  ip -n outside route add 10.202.0.0/24 via 192.0.2.1
  serve "$id" 7412
  [ "$(ask_on outside "$(ip_of "$id")" 7412)" = peer=192.0.2.2 ]
  end_servers
  discard "$id"
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
}

@test "plugins: bridge: CHECK sees a pod's address that somebody took away" {
  conflist plug "$(bridge_plug)" | use_conflist
  id=$(runp damaged)
  says '^ok$' "$id" bridge
  in_pod "$id" ip addr flush dev eth0
  says '10\.202\.0\.' "$id" bridge
  discard "$id"
}

@test "plugins: ptp: a link of two ends, a route on each, masquerading to the outside" {
  machine outside 192.0.2.2/24 192.0.2.1/24
  conflist plug '{type: "ptp", ipMasq: true, mtu: 1420, ipam: {type: "host-local", dataDir: $ipam, subnet: "10.202.0.0/24",
    routes: [{dst: "0.0.0.0/0"}]}}' | use_conflist
  before_plugin
  id=$(runp pointed)
  [ "$(address_in "$id")" = "$(ip_of "$id")" ]
  link=$(ip -j route show "$(ip_of "$id")" | jq -r '.[0].dev')
  [ "$(ip -j link show dev "$link" | jq '.[0].mtu')" = 1420 ]
  [ "$(ip -j -4 addr show dev "$link" | jq -r '.[0].addr_info[0] | "\(.local)/\(.prefixlen)"')" = 10.202.0.1/32 ]
  serve "$id" 7413
  [ "$(ask "$(ip_of "$id")" 7413)" = peer=10.202.0.1 ]
  serve_on outside 7414
  [ "$(ask_from "$id" 192.0.2.2 7414)" = peer=192.0.2.1 ]
  says '^ok$' "$id" ptp
  end_servers
  discard "$id"
  keeps "${kept_by_host_local[@]}"
}

@test "plugins: macvlan: an address of its own on the wire of its master" {
  needs_link macvlan
  machine wire 10.202.0.2/24
  conflist plug '{type: "macvlan", master: "to-wire", mode: "bridge", ipam: {type: "host-local", dataDir: $ipam,
    subnet: "10.202.0.0/24", rangeStart: "10.202.0.10"}}' | use_conflist
  before_plugin
  id=$(runp on-the-wire)
  [ "$(kind_in "$id")" = macvlan ]
  serve "$id" 7415
  [ "$(ask_on wire "$(ip_of "$id")" 7415)" = peer=10.202.0.2 ]
  # The machine at the other end of the wire sees the pod's own MAC, which is not the master's.
  [ "$(ip -n wire -j neigh show "$(ip_of "$id")" | jq -r '.[0].lladdr')" = "$(mac_in "$id")" ]
  [ "$(mac_in "$id")" != "$(ip -j link show to-wire | jq -r '.[0].address')" ]
  says '^ok$' "$id" macvlan
  end_servers
  discard "$id"
  keeps "${kept_by_host_local[@]}"
}

@test "plugins: ipvlan: an address of its own behind its master's MAC" {
  needs_link ipvlan
  machine wire 10.202.0.2/24
  conflist plug '{type: "ipvlan", master: "to-wire", mode: "l2", ipam: {type: "host-local", dataDir: $ipam,
    subnet: "10.202.0.0/24", rangeStart: "10.202.0.10"}}' | use_conflist
  before_plugin
  id=$(runp behind-the-master)
  [ "$(kind_in "$id")" = ipvlan ]
  serve "$id" 7416
  [ "$(ask_on wire "$(ip_of "$id")" 7416)" = peer=10.202.0.2 ]
  [ "$(ip -n wire -j neigh show "$(ip_of "$id")" | jq -r '.[0].lladdr')" = "$(ip -j link show to-wire | jq -r '.[0].address')" ]
  says '^ok$' "$id" ipvlan
  end_servers
  discard "$id"
  keeps "${kept_by_host_local[@]}"
}

@test "plugins: vlan: a tagged link, heard by who listens on that tag alone" {
  needs_link vlan id 7
  machine wire 192.0.2.2/24
  ip -n wire link add link uplink name tagged type vlan id 7
  ip -n wire addr add 10.202.0.2/24 dev tagged && ip -n wire link set tagged up
  conflist plug '{type: "vlan", master: "to-wire", vlanId: 7, ipam: {type: "host-local", dataDir: $ipam,
    subnet: "10.202.0.0/24", rangeStart: "10.202.0.10"}}' | use_conflist
  before_plugin
  id=$(runp tagged)
  [ "$(kind_in "$id")" = vlan ]
  serve "$id" 7417
  [ "$(ask_on wire "$(ip_of "$id")" 7417)" = peer=10.202.0.2 ]
  # On another tag nobody answers.
  ip -n wire link set tagged down
  ip -n wire link add link uplink name other type vlan id 8
  ip -n wire addr add 10.202.0.2/24 dev other && ip -n wire link set other up
  run ! ask_on wire "$(ip_of "$id")" 7417 2
  says '^ok$' "$id" vlan
  end_servers
  discard "$id"
  keeps "${kept_by_host_local[@]}"
}

@test "plugins: dummy: a link that leads nowhere, with an address the pod can listen on" {
  needs_link dummy
  needs_plugin dummy
  conflist plug '{type: "dummy", ipam: {type: "host-local", dataDir: $ipam, subnet: "10.202.0.0/24"}}' | use_conflist
  before_plugin
  id=$(runp nowhere)
  [ "$(kind_in "$id")" = dummy ]
  serve "$id" 7418
  [ "$(ask_from "$id" "$(ip_of "$id")" 7418)" = "peer=$(ip_of "$id")" ]
  says '^ok$' "$id" dummy
  end_servers
  discard "$id"
  keeps "${kept_by_host_local[@]}"
}

@test "plugins: host-device: a device really moves into the pod, and returns under its name" {
  machine wire 10.202.0.2/24
  conflist plug '{type: "host-device", device: "to-wire", ipam: {type: "static", addresses: [{address: "10.202.0.9/24"}]}}' | use_conflist
  mac=$(ip -j link show dev to-wire | jq -r '.[0].address')
  id=$(runp mover)
  run ! ip link show dev to-wire
  [ "$(mac_in "$id")" = "$mac" ]
  serve "$id" 7419
  [ "$(ask_on wire 10.202.0.9 7419)" = peer=10.202.0.2 ]
  says '^ok$' "$id" host-device
  end_servers
  discard "$id"
  [ "$(ip -j link show dev to-wire | jq -r '.[0].address')" = "$mac" ]
  # It comes back as it is: down and without the pod's address.
  [ -z "$(ip -j -4 addr show dev to-wire | jq -r '.[0].addr_info[]?.local')" ]
  before_plugin
  id=$(runp mover-again)
  discard "$id"
  keeps
}

# A plugin that takes lo down in ADD when it is told to, and writes down lo's state in every call.
witness() {
  cat >"$work/plugins/witness" <<'WITNESS'
#!/usr/bin/env bash
set -euo pipefail
configuration=$(cat)
if [ "$CNI_COMMAND" = ADD ]; then
  [ "$(jq .takesDown <<<"$configuration")" != true ] || nsenter --net="$CNI_NETNS" ip link set lo down
  jq .prevResult <<<"$configuration"
fi
[ "$CNI_COMMAND" = VERSION ] && echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}' && exit
flags=$(nsenter --net="$CNI_NETNS" ip -j link show dev lo | jq -r '.[0].flags | if any(. == "UP") then "up" else "down" end')
echo "$CNI_COMMAND $(jq -r .called <<<"$configuration") $flags" >>"$(jq -r .file <<<"$configuration")"
WITNESS
  chmod +x "$work/plugins/witness"
}

@test "plugins: loopback: brings lo up in ADD, takes it down in DEL" {
  witness
  rm -f "$marks/witness"
  conflist plug "$(bridge_plug), $(printf '{type: "witness", called: "%s", file: "%s", takesDown: %s},' before "$marks/witness" true)
    {type: \"loopback\"}, {type: \"witness\", called: \"after\", file: \"$marks/witness\"}" | use_conflist
  before_plugin
  id=$(runp looped)
  [ "$(in_pod "$id" ip -j -4 addr show dev lo | jq -r '.[0].addr_info[0].local')" = 127.0.0.1 ]
  serve "$id" 7420
  [ "$(ask_from "$id" 127.0.0.1 7420)" = peer=127.0.0.1 ]
  says '^ok$' "$id" loopback
  end_servers
  discard "$id"
  cat "$marks/witness"
  # ADD goes down the list, DEL up it.
  [ "$(cat "$marks/witness")" = "$(printf '%s\n' 'ADD before down' 'ADD after up' 'DEL after up' 'DEL before down')" ]
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
  rm "$work/plugins/witness" "$marks/witness"
}

@test "plugins: flannel: delegates to bridge with the node's subnet" {
  flannel=
  for directory in /opt/cni/bin /usr/lib/cni; do [ ! -x "$directory/flannel" ] || flannel=$directory/flannel; done
  [ -n "$flannel" ] || skip "no flannel plugin in /opt/cni/bin or /usr/lib/cni"
  cp "$flannel" "$work/plugins/flannel"
  printf '%s\n' FLANNEL_NETWORK=10.244.0.0/16 FLANNEL_SUBNET=10.244.1.1/24 FLANNEL_MTU=1450 FLANNEL_IPMASQ=false >"$work/subnet.env"
  conflist plug "{type: \"flannel\", subnetFile: \"$work/subnet.env\", dataDir: \"$work/flannel\", ipam: {dataDir: \$ipam},
    delegate: {bridge: \"plug0\", isDefaultGateway: true}}" | use_conflist
  before_plugin
  id=$(runp flannelled)
  [[ $(ip_of "$id") == 10.244.1.* ]]
  [ "$(in_pod "$id" ip -j link show dev eth0 | jq '.[0].mtu')" = 1450 ]
  [ -e "$work/flannel/$id" ]
  serve "$id" 7421
  [ "$(ask "$(ip_of "$id")" 7421)" = peer=10.244.1.1 ]
  end_servers
  discard "$id"
  [ ! -e "$work/flannel/$id" ]
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
  rm "$work/plugins/flannel"
}

@test "plugins: nothing is left behind (links)" { no_leaks; }
