#!/usr/bin/env bats
# What a pod's network is for: pods reach each other, the host reaches pods, a host port reaches a pod.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

# 7471 in the pod, whatever the host port.
published() { echo ".port_mappings = [{protocol: \"TCP\", host_port: $1, container_port: 7471}]"; }

@test "network: two pods reach each other over TCP, v4 and v6, and see each other's own address" {
  a=$(runp pair-a) b=$(runp pair-b)
  serve "$a" 7401 tcp4
  serve "$a" 7402 tcp6
  [ "$(ask_from "$b" "$(ip_of "$a")" 7401)" = "peer=$(ip_of "$b")" ]
  answer=$(ask_from "$b" "[$(ip6_of "$a")]" 7402)
  # socat writes all eight groups in brackets.
  [ "$(python3 -c 'import ipaddress, sys; print(ipaddress.ip_address(sys.argv[1].removeprefix("peer=").strip("[]")))' "$answer")" = "$(ip6_of "$b")" ]
  end_servers
  discard "$a" "$b"
}

@test "network: the host reaches a pod" {
  id=$(runp from-host)
  serve "$id" 7403
  [ "$(ask "$(ip_of "$id")" 7403)" = peer=10.201.0.1 ]
  end_servers
  discard "$id"
}

@test "network: a mapped host port reaches the pod, from the host and from another machine" {
  id=$(runp mapped "$(published 18471)")
  serve "$id" 7471
  ask 127.0.0.1 18471 | grep -q peer=
  ask 10.201.0.1 18471 | grep -q peer=
  # Another machine: a netns behind a veth, which knows only the host's address.
  ip netns add machine
  ip link add to-machine type veth peer name uplink netns machine
  ip addr add 192.0.2.1/24 dev to-machine && ip link set to-machine up
  ip -n machine addr add 192.0.2.2/24 dev uplink && ip -n machine link set uplink up
  run ip netns exec machine socat -T5 -t5 - TCP:192.0.2.1:18471,connect-timeout=5 </dev/null
  ip link del to-machine && ip netns del machine
  [ "$output" = peer=192.0.2.2 ]
  end_servers
  discard "$id"
  run ! ask 127.0.0.1 18471
}

@test "network: a mapping with host port 0 maps nothing" {
  id=$(runp unmapped "$(published 0)")
  run bash -c "iptables-save | grep -E -- '-j DNAT'"
  [ -z "$output" ]
  discard "$id"
}

@test "network: two processes in one pod talk over localhost, and other pods are not there" {
  id=$(runp inward) other=$(runp outward)
  serve "$id" 7404
  [ "$(ask_from "$id" 127.0.0.1 7404)" = peer=127.0.0.1 ]
  run ! ask_from "$other" 127.0.0.1 7404
  end_servers
  discard "$id" "$other"
}

@test "network: ip netns and lsns know the pod by its name" {
  id=$(runp named)
  # What the test before made for its own.
  if [ -d /run/netns ]; then umount -l /run/netns && rmdir /run/netns; fi
  ln -s "$netns_dir" /run/netns
  name=$(basename "$(netns_of "$id")")
  run ip netns exec "$name" ip -j -4 addr show dev eth0
  rm /run/netns
  [ "$(jq -r '.[0].addr_info[0].local' <<<"$output")" = "$(ip_of "$id")" ]
  lsns -n -t net -o COMMAND,NSFS | grep -E "^/pause +.*/$name"
  discard "$id"
}

@test "network: bandwidth annotations reach the bandwidth plugin" {
  conflist_berth '.plugins += [{type: "bandwidth", capabilities: {bandwidth: true}}]' | use_conflist
  id=$(runp shaped '.annotations = {"kubernetes.io/ingress-bandwidth": "10M", "kubernetes.io/egress-bandwidth": "5M"}')
  run bash -c "tc qdisc show | grep -c tbf"
  discard "$id"
  conflist_berth | use_conflist
  [ "$output" -ge 1 ]
}

# The configuration of the network model's own documentation, to the letter.
dbnet='{"cniVersion":"1.0.0","name":"dbnet","plugins":[{"type":"bridge","bridge":"cni0","keyA":["some more","plugin specific","configuration"],"ipam":{"type":"host-local","subnet":"10.1.0.0/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0"}]},"dns":{"nameservers":["10.1.0.1"]}},{"type":"tuning","capabilities":{"mac":true},"sysctl":{"net.core.somaxconn":"500"}},{"type":"portmap","capabilities":{"portMappings":true}}]}'

@test "network: the documentation's dbnet runs verbatim: sysctl, MAC and port mapping take effect" {
  # It has no isGateway: the host's address on the bridge is put there beforehand.
  ip link add cni0 type bridge && ip addr add 10.1.0.1/16 dev cni0 && ip link set cni0 up
  printf '%s' "$dbnet" | use_conflist
  id=$(runp db "$(published 18472) | .annotations = {\"capability.berth/mac\": \"\\\"c2:11:22:33:44:55\\\"\"}")
  ip=$(ip_of "$id")
  [[ $ip =~ ^10\.1\. ]]
  [ "$(in_pod "$id" cat /proc/sys/net/core/somaxconn)" = 500 ]
  [ "$(in_pod "$id" ip -j link show dev eth0 | jq -r '.[0].address')" = c2:11:22:33:44:55 ]
  info_of "$id" '.cniResult' | grep -q '10\.1\.0\.1'
  serve "$id" 7471
  ask 127.0.0.1 18472 | grep -q peer=
  ask 10.1.0.1 18472 | grep -q peer=
  end_servers
  discard "$id"
  [ ! -e "/var/lib/cni/networks/dbnet/$ip" ]
  conflist_berth | use_conflist
  ip link del cni0
  rm -r /var/lib/cni/networks/dbnet
}

@test "network: nothing is left behind" { no_leaks; }
