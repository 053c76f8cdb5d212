#!/usr/bin/env bats
# The native firewall: bridges kept apart, and hosts where others drop what is forwarded.

load common
load plugins-common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

guard() { echo "{type: \"firewall\", ingressPolicy: \"$1\"}"; }
# walled POLICY: networks plug and plug1, each with this policy, and one without any.
walled() {
  conflist plug1 "$(second_bridge), $(guard "$1")" | further_network 20-plug1
  conflist plug2 "$(bridge_plug '.bridge = "plug2" | .ipam.ranges = [[{subnet: "10.204.0.0/24"}]]')" | further_network 30-plug2
  conflist plug "$(bridge_plug), $(guard "$1")" | use_conflist
}
reaches() { [[ "$(in_pod "$1" socat -T2 -t2 - "TCP:$(ip_of "$2"):7445,connect-timeout=1" </dev/null)" = peer=* ]]; }
firewall_of() { api berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"$1\"}" | jq -c '[.traces[].steps[] | select(.step == "AttachNetworks")][0] | {native: [.pluginCalls[] | select(.plugin == "firewall").native == true], notes}'; }
in_table() { nft list table inet berth 2>/dev/null | grep -q "$1"; }

@test "native firewall: same-bridge keeps pods of other bridges with a policy out, and nobody else" {
  with_handlers '{"other": {"networks": ["plug1"]}, "open": {"networks": ["plug2"]}}'
  walled same-bridge
  guarded=$(runp guarded) neighbour=$(runp neighbour) stranger=$(run_with other stranger) open=$(run_with open open)
  firewall_of "$guarded" | jq -e '.native == [true]'
  serve "$guarded" 7445
  reaches "$neighbour" "$guarded"
  reaches "$open" "$guarded"
  run ! reaches "$stranger" "$guarded"
  [[ "$(ask "$(ip_of "$guarded")" 7445)" = peer=* ]]
  # The table is kept true.
  nft flush chain inet berth forward
  wait_until 5 eval '! reaches "$stranger" "$guarded"'
  nft flush set inet berth guarded
  wait_until 5 in_table '"plug1"'
  run ! reaches "$stranger" "$guarded"
  end_servers
  discard "$guarded" "$neighbour" "$stranger" "$open"
  # The policy is a bridge's, and goes with it.
  in_table '"plug1"'
  for bridge in plug0 plug1 plug2; do ip link del "$bridge"; done
  # The network is a configured one: its GC is the plugin's.
  berthctl gc
  run ! in_table '"plug1"'
}

@test "native firewall: isolated keeps pods of one bridge apart, too, where bridged packets are filtered" {
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || skip "without br_netfilter no filter sees what a bridge passes on"
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
  walled isolated
  guarded=$(runp guarded) neighbour=$(runp neighbour) stranger=$(run_with other stranger) open=$(run_with open open)
  serve "$guarded" 7445
  run ! reaches "$neighbour" "$guarded"
  run ! reaches "$stranger" "$guarded"
  reaches "$open" "$guarded"
  end_servers
  discard "$guarded" "$neighbour" "$stranger" "$open"
  for bridge in plug0 plug1 plug2; do ip link del "$bridge"; done
  berthctl gc
}

@test "native firewall: where somebody drops what is forwarded, the executable opens the way, and the trace says why" {
  conflist plug "$(bridge_plug), {type: \"firewall\"}" | use_conflist
  machine outside 192.0.2.2/24 192.0.2.1/24
  ip -n outside route add 10.202.0.0/24 via 192.0.2.1
  id=$(runp unhindered)
  firewall_of "$id" | jq -e '.native == [true]'
  discard "$id"
  iptables -P FORWARD DROP
  id=$(runp opened)
  firewall_of "$id" | jq -e '.native == [false] and (.notes | any(test("firewall is executed: the chain FORWARD of the table ip filter drops")))'
  serve_on outside 7443
  [ "$(ask_from "$id" 192.0.2.2 7443)" = "peer=$(ip_of "$id")" ]
  discard "$id"
  iptables -P FORWARD ACCEPT
  end_servers
  machine_gone outside
}

@test "native firewall: as a program it refuses what only the executable can do, and tells CHECK of a drop that came later" {
  mkdir -p "$work/links" && ln -sf "$binaries/berth-cni" "$work/links/firewall"
  firewall() {
    jq -nc "{cniVersion: \"1.0.0\", name: \"walls\", type: \"firewall\", prevResult: {cniVersion: \"1.0.0\", interfaces: [{name: \"plug9\"}]}} + ${2:-{\}}" |
      env CNI_COMMAND="$1" CNI_CONTAINERID=c CNI_NETNS=/run/netns/none CNI_IFNAME=eth0 CNI_PATH="$work/links" "$work/links/firewall"
  }
  firewall ADD | jq -e .interfaces
  firewall CHECK
  for refused in '{backend: "firewalld"}' '{ingressPolicy: "some"}' '{iptablesAdminChainName: "MINE"}'; do
    run firewall ADD "$refused"
    [ "$status" = 1 ]
    jq -e '.code == 7' <<<"$output"
  done
  nft 'add table inet filter; add chain inet filter forward { type filter hook forward priority 0; policy drop; }'
  run firewall CHECK
  [ "$status" = 1 ] && [[ "$output" == *"inet filter drops"* ]]
  nft delete table inet filter
  firewall DEL '{ingressPolicy: "some"}'
}

@test "native firewall: nothing is left behind" { no_leaks; }
