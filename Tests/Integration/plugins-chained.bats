#!/usr/bin/env bats
# Every reference plugin that is chained behind another, in a pod: portmap, firewall, bandwidth, tuning, sbr, vrf.

load common
load plugins-common

setup_file() {
  export BERTH_TEST_NATIVE=never
  file_setup
  with_handlers '{"both": {"networks": ["plug", "plug1"]}}'
  warm_up
}
teardown_file() { file_teardown; }

# --- portmap ---------------------------------------------------------------------------------------------------------

@test "plugins: portmap: host ports reach the pod over TCP and UDP while it lives, one on one address only" {
  machine outside 192.0.2.2/24 192.0.2.1/24
  conflist plug "$(bridge_plug), {type: \"portmap\", capabilities: {portMappings: true}}" | use_conflist
  before_plugin
  id=$(runp mapped '.port_mappings = [{protocol: "TCP", host_port: 18441, container_port: 7441},
    {protocol: "UDP", host_port: 18442, container_port: 7442}, {protocol: "TCP", host_port: 18443, container_port: 7441, host_ip: "192.0.2.1"}]')
  serve "$id" 7441
  [ "$(ask_on outside 192.0.2.1 18441)" = peer=192.0.2.2 ]
  [ "$(ask_on outside 192.0.2.1 18443)" = peer=192.0.2.2 ]
  ask 127.0.0.1 18441 | grep -q peer=
  run ! ask 10.202.0.1 18443
  nsenter --net="$(netns_of "$id")" socat UDP4-RECVFROM:7442,fork EXEC:cat 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 echoes
  # Of plugin version 1.1.1 it is known that it cannot check a pod without IPv6.
  case $(plugins_version) in 1.1.1) says 'could not check ipv6 dnat' "$id" portmap ;; *) says '^ok$' "$id" portmap ;; esac
  says '^ok$' "$id" bridge
  # The chain's verdict is its first plugin's that is not content, and names it.
  [ "$(plugins_version)" != 1.1.1 ] || says 'type="portmap" name="plug" failed \(check\): could not check ipv6 dnat' "$id" all
  discard "$id"
  run ! ask_on outside 192.0.2.1 18441 2
  run ! ask 127.0.0.1 18441
  end_servers
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
  # Kept since the first mapping ever: the chains that all pods share.
  iptables-save -t nat | grep -qE '^:CNI-HOSTPORT-DNAT'
}

echoes() { [ "$(echo ping | inside outside socat -T1 -t1 - UDP4:192.0.2.1:18442)" = ping ]; }

# --- firewall --------------------------------------------------------------------------------------------------------

@test "plugins: firewall: opens a host that forwards nothing for this pod, and for no other" {
  machine outside 192.0.2.2/24 192.0.2.1/24
  ip -n outside route add 10.202.0.0/24 via 192.0.2.1
  conflist plug "$(bridge_plug), {type: \"firewall\", backend: \"iptables\"}" | use_conflist
  before_plugin
  opened=$(runp opened)
  conflist plug "$(bridge_plug)" | use_conflist
  closed=$(runp closed)
  iptables -P FORWARD DROP
  # What the pod asks for gets through, and the answer; nobody else does.
  serve_on outside 7443
  [ "$(ask_from "$opened" 192.0.2.2 7443)" = "peer=$(ip_of "$opened")" ]
  run ! in_pod "$closed" socat -T2 -t2 - TCP:192.0.2.2:7443,connect-timeout=2 </dev/null
  iptables-save | grep -F "$(ip_of "$opened")/32"
  says '^ok$' "$opened" firewall
  ip=$(ip_of "$opened")
  discard "$opened" "$closed"
  run ! grep -F "$ip" <<<"$(iptables-save)"
  iptables -P FORWARD ACCEPT
  end_servers
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}" 'shared chain: CNI-(FORWARD|ADMIN)'
}

@test "plugins: firewall: ingressPolicy same-bridge keeps pods of another bridge out" {
  guard='{type: "firewall", backend: "iptables", ingressPolicy: "same-bridge"}'
  before_plugin
  conflist plug1 "$(second_bridge), $guard" | use_conflist
  stranger=$(runp stranger)
  conflist plug "$(bridge_plug), $guard" | use_conflist
  guarded=$(runp guarded) neighbour=$(runp neighbour)
  serve "$guarded" 7445
  [ "$(ask_from "$neighbour" "$(ip_of "$guarded")" 7445)" = "peer=$(ip_of "$neighbour")" ]
  run ! in_pod "$stranger" socat -T2 -t2 - "TCP:$(ip_of "$guarded"):7445,connect-timeout=2" </dev/null
  says '^ok$' "$guarded" firewall
  end_servers
  discard "$neighbour" "$guarded" "$stranger"
  # The policy is a bridge's, not a pod's: its rules stay as the bridge does.
  keeps "${kept_by_both[@]}" 'shared chain: CNI-ISOLATION-STAGE-[12]' \
    'firewall: iptables-[a-z]+ filter -A (FORWARD|CNI-ISOLATION-STAGE-[12]) .*ingressPolicy: same-bridge.*'
}

# --- bandwidth -------------------------------------------------------------------------------------------------------

# megabyte FROM TO ADDRESS: how many milliseconds a megabyte takes from one netns to another.
megabyte() {
  local from=$1 to=$2 address=$3 start
  rm -f "$work/received"
  nsenter --net="$to" socat -u TCP4-LISTEN:7446,reuseaddr CREATE:"$work/received" >/dev/null 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 nsenter --net="$to" sh -c 'ss -Hltn "sport = :7446" | grep -q .'
  start=$(date +%s%N)
  timeout 60 nsenter --net="$from" socat -u OPEN:"$work/megabyte" "TCP:$address:7446"
  wait_until 60 received
  echo $((($(date +%s%N) - start) / 1000000))
}

received() { [ "$(stat -c %s "$work/received")" = 1000000 ]; }

@test "plugins: bandwidth: really limits what comes in and what goes out" {
  conflist plug "$(bridge_plug), {type: \"bandwidth\", capabilities: {bandwidth: true}}" | use_conflist
  before_plugin
  head -c 1000000 /dev/zero >"$work/megabyte"
  free=$(runp free)
  # 8 Mbit/s in and 4 Mbit/s out, after bursts of 100 kB.
  slow=$(runp slow '.annotations = {"capability.berth/bandwidth":
    "{\"ingressRate\": 8000000, \"ingressBurst\": 800000, \"egressRate\": 4000000, \"egressBurst\": 800000}"}')
  ip link show type ifb | grep -q bwp
  tc -j qdisc show | jq -e '[.[] | select(.kind == "tbf").options.rate] | sort == [500000, 1000000]'
  says '^ok$' "$slow" bandwidth
  says '^ok$' "$slow" all
  # 900 kB take 0.9 seconds at 1 MB/s, and 1.8 at half of it, whatever the machine; a timer may be early by a tick.
  inward=$(megabyte "$(netns_of "$free")" "$(netns_of "$slow")" "$(ip_of "$slow")")
  outward=$(megabyte "$(netns_of "$slow")" "$(netns_of "$free")" "$(ip_of "$free")")
  echo "in: $inward ms, out: $outward ms"
  [ "$inward" -ge 880 ] && [ "$inward" -lt 20000 ]
  [ "$outward" -ge 1760 ] && [ "$outward" -lt 40000 ]
  end_servers
  discard "$slow" "$free"
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
}

# --- tuning ----------------------------------------------------------------------------------------------------------

@test "plugins: tuning: sysctls, MAC, MTU and modes of the pod's interface, and of nobody else's" {
  conflist plug "$(bridge_plug), {type: \"tuning\", capabilities: {mac: true}, mtu: 1380, promisc: true, allmulti: true,
    sysctl: {\"net.core.somaxconn\": \"321\"}, dataDir: \"$work/tuning\"}" | use_conflist
  before_plugin
  somaxconn=$(cat /proc/sys/net/core/somaxconn)
  id=$(runp tuned '.annotations = {"capability.berth/mac": "\"c2:11:22:33:44:66\""}')
  in_pod "$id" ip -d -j link show dev eth0 | jq -e '.[0] | .address == "c2:11:22:33:44:66" and .mtu == 1380
    and .promiscuity == 1 and .allmulti == 1'
  [ "$(in_pod "$id" cat /proc/sys/net/core/somaxconn)" = 321 ]
  [ "$(cat /proc/sys/net/core/somaxconn)" = "$somaxconn" ]
  # The host knows the pod by its new MAC.
  serve "$id" 7447
  ask "$(ip_of "$id")" 7447
  [ "$(ip -j neigh show "$(ip_of "$id")" | jq -r '.[0].lladdr')" = c2:11:22:33:44:66 ]
  says '^ok$' "$id" tuning
  in_pod "$id" ip link set dev eth0 mtu 1300
  says 'Error: Tuning configured MTU of eth0 is 1380, current value is 1300' "$id" tuning
  end_servers
  discard "$id"
  # Of what it had remembered for DEL only the empty directory stays.
  rmdir "$work/tuning"
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
}

@test "plugins: tuning: IFNAME in a sysctl is the interface's name" {
  conflist plug "$(bridge_plug), {type: \"tuning\", sysctl: {\"net.ipv4.conf.IFNAME.log_martians\": \"1\"}, dataDir: \"$work/tuning\"}" | use_conflist
  before_plugin
  id=$(runp named)
  [ "$(in_pod "$id" cat /proc/sys/net/ipv4/conf/eth0/log_martians)" = 1 ]
  # Plugin version 1.1.1 forgets the name in CHECK.
  case $(plugins_version) in 1.1.1) says 'open /proc/sys/net/ipv4/conf/IFNAME/log_martians' "$id" tuning ;; *) says '^ok$' "$id" tuning ;; esac
  discard "$id"
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
}

# --- sbr and vrf: a second network ------------------------------------------------------------------------------------

@test "plugins: sbr: answers leave by the interface that was asked" {
  machine outside 192.0.2.2/24 192.0.2.1/24
  ip -n outside route add default via 192.0.2.1
  conflist plug1 "$(second_bridge), {type: \"sbr\"}" | further_network 20-second
  conflist plug "$(bridge_plug)" | use_conflist
  before_plugin
  id=$(run_with both two-legged)
  second=$(in_pod "$id" ip -j -4 addr show dev eth1 | jq -r '.[0].addr_info[0].local')
  [[ $second == 10.203.0.* ]]
  in_pod "$id" ip rule show | grep -E "from $second lookup 100"
  in_pod "$id" ip route show table 100 | grep -E 'default via 10\.203\.0\.1 dev eth1'
  [ "$(in_pod "$id" ip route show default | wc -l)" = 1 ]
  # Each answer is counted where it leaves: packets to the machine from eth1's address on the second bridge, and only there.
  serve "$id" 7448
  iptables -t mangle -A PREROUTING -i plug1 -s "$second" -d 192.0.2.2
  iptables -t mangle -A PREROUTING -i plug0 -s "$second" -d 192.0.2.2
  [ "$(ask_on outside "$second" 7448)" = peer=192.0.2.2 ]
  [ "$(ask_on outside "$(ip_of "$id")" 7448)" = peer=192.0.2.2 ]
  iptables-save -c -t mangle >"$work/counted"
  iptables -t mangle -F PREROUTING
  cat "$work/counted"
  grep -E '^\[[1-9][0-9]*:.* -i plug1\b' "$work/counted"
  grep -E '^\[0:.* -i plug0\b' "$work/counted"
  says '^ok$' "$id" sbr plug1 eth1
  # bridge looks for its default route where sbr has taken it away.
  says 'Failed to find Gateway 10\.203\.0\.1 for interface eth1' "$id" bridge plug1 eth1
  says '^ok$' "$id" bridge
  end_servers
  discard "$id"
  keeps "${kept_by_both[@]}"
}

@test "plugins: vrf: the second interface has a routing table of its own" {
  needs_link vrf table 10
  conflist plug1 "$(second_bridge), {type: \"vrf\", vrfname: \"blue\"}" | further_network 20-second
  conflist plug "$(bridge_plug)" | use_conflist
  before_plugin
  id=$(run_with both enslaved)
  [ "$(in_pod "$id" ip -j link show dev eth1 | jq -r '.[0].master')" = blue ]
  table=$(in_pod "$id" ip -d -j link show dev blue | jq -r '.[0].linkinfo.info_data.table')
  in_pod "$id" ip route show table "$table" | grep -E '10\.203\.0\.0/24 dev eth1'
  run ! in_pod "$id" bash -c 'ip route show | grep 10.203'
  says '^ok$' "$id" vrf plug1 eth1
  discard "$id"
  keeps "${kept_by_both[@]}"
}

@test "plugins: nothing is left behind (chained)" { no_leaks; }
