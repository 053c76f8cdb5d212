#!/usr/bin/env bats
# Every plugin that gives addresses, in a pod: host-local, static, dhcp.

load common
load plugins-common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

addresses_in() { in_pod "$1" ip -j addr show dev eth0 | jq -r '[.[0].addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen)"] | join(" ")'; }

@test "plugins: host-local: one address of each range, held in a file by the sandbox's id, until it is used up" {
  conflist plug "$(bridge_plug '.ipam.ranges = [[{subnet: "10.202.0.0/24", rangeStart: "10.202.0.10", rangeEnd: "10.202.0.11"}],
    [{subnet: "fd00:202::/64", rangeStart: "fd00:202::a", rangeEnd: "fd00:202::f"}]]')" | use_conflist
  before_plugin
  a=$(runp first) b=$(runp second)
  [ "$(addresses_in "$a")" = "10.202.0.10/24 fd00:202::a/64" ]
  [ "$(addresses_in "$b")" = "10.202.0.11/24 fd00:202::b/64" ]
  [ "$(cat "$ipam_dir/plug/10.202.0.10")" = "$a"$'\r\n'eth0 ]
  [ "$(cat "$ipam_dir/plug/fd00:202::b")" = "$b"$'\r\n'eth0 ]
  refused internal 500 'no IP addresses available in range set: 10\.202\.0\.10-10\.202\.0\.11' RunPodSandbox "$(run_request third)"
  # What the failed one had of the other range is free again.
  [ "$(cd "$ipam_dir/plug" && ls | grep -vE '^(last_reserved_ip\.|lock$)' | sort | xargs)" = "10.202.0.10 10.202.0.11 fd00:202::a fd00:202::b" ]
  says '^ok$' "$a" bridge
  # An address is free again after DEL, and not the next to be given as long as there is another.
  discard "$a"
  [ ! -e "$ipam_dir/plug/10.202.0.10" ]
  c=$(runp fourth)
  [ "$(ip_of "$c")" = 10.202.0.10 ]
  discard "$b" "$c"
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}" "file: $ipam_dir/plug/last_reserved_ip\.1"
}

@test "plugins: host-local: CHECK misses a reservation that somebody took away" {
  conflist plug "$(bridge_plug)" | use_conflist
  id=$(runp robbed)
  says '^ok$' "$id" bridge
  rm "$ipam_dir/plug/$(ip_of "$id")"
  says 'host-local: Failed to find address added by container' "$id" bridge
  discard "$id"
}

@test "plugins: host-local: the capability ipRanges, by annotation" {
  conflist plug "$(bridge_plug 'del(.ipam.ranges) | .capabilities = {ipRanges: true}')" | use_conflist
  before_plugin
  id=$(runp ranged '.annotations = {"capability.berth/ipRanges": "[[{\"subnet\": \"10.202.9.0/24\", \"rangeStart\": \"10.202.9.77\"}]]"}')
  [ "$(addresses_in "$id")" = 10.202.9.77/24 ]
  says '^ok$' "$id" bridge
  discard "$id"
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
}

@test "plugins: static: addresses and routes of the configuration" {
  conflist plug "$(bridge_plug '.ipam = {type: "static", addresses: [{address: "10.202.0.55/24", gateway: "10.202.0.1"},
    {address: "fd00:202::55/64"}], routes: [{dst: "10.99.0.0/16", gw: "10.202.0.1"}], dns: {nameservers: ["10.202.0.1"]}}')" | use_conflist
  before_plugin
  id=$(runp still)
  [ "$(addresses_in "$id")" = "10.202.0.55/24 fd00:202::55/64" ]
  [ "$(ip_of "$id") $(ip6_of "$id")" = "10.202.0.55 fd00:202::55" ]
  [ "$(in_pod "$id" ip -j route show 10.99.0.0/16 | jq -r '.[0].gateway')" = 10.202.0.1 ]
  serve "$id" 7431
  [ "$(ask 10.202.0.55 7431)" = peer=10.202.0.1 ]
  says '^ok$' "$id" bridge
  end_servers
  discard "$id"
  keeps "${kept_by_bridge[@]}"
}

@test "plugins: static: addresses of the capability ips, by annotation" {
  conflist plug "$(bridge_plug '.capabilities = {ips: true} | .ipam = {type: "static"}')" | use_conflist
  before_plugin
  id=$(runp chosen '.annotations = {"capability.berth/ips": "[\"10.202.0.66/24\", \"fd00:202::66/64\"]"}')
  [ "$(addresses_in "$id")" = "10.202.0.66/24 fd00:202::66/64" ]
  [ "$(ip_of "$id")" = 10.202.0.66 ]
  says '^ok$' "$id" bridge
  discard "$id"
  keeps "${kept_by_bridge[@]}"
}

# dhcp_server: a DHCP server on a machine, which gives 10.202.0.100 to 10.202.0.110.
dhcp_server() {
  machine lessor 10.202.0.1/24
  rm -f "$work/udhcpd.log"
  : >"$work/leases"
  printf '%s\n' 'start 10.202.0.100' 'end 10.202.0.110' 'interface uplink' "lease_file $work/leases" "pidfile $work/udhcpd.pid" \
    'max_leases 10' 'auto_time 0' 'opt subnet 255.255.255.0' 'opt router 10.202.0.1' 'opt lease 600' >"$work/udhcpd.conf"
  nsenter --net=/run/netns/lessor busybox udhcpd -f "$work/udhcpd.conf" >"$work/udhcpd.log" 2>&1 </dev/null 3>&- &
  lessor=$!
  echo "$lessor" >>"$work/servers"
  wait_until 10 grep -q 'started' "$work/udhcpd.log"
}

dialled() { socat -u OPEN:/dev/null "UNIX-CONNECT:$1" 2>/dev/null; }

# book_says PATTERN: the server writes its book, and a line of it matches: "MAC address host-name expires-in".
book_says() {
  kill -USR1 "$lessor"
  busybox dumpleases -f "$work/leases" | tee "$work/book" | grep -qE -- "$1"
}

# dhcp_daemon: the plugin's daemon, which gets the leases and renews them.
dhcp_daemon() {
  rm -f "$work/dhcp.sock"
  /usr/lib/cni/dhcp daemon -socketpath "$work/dhcp.sock" >"$work/dhcp.log" 2>&1 </dev/null 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 dialled "$work/dhcp.sock"
}

@test "plugins: dhcp: an address leased from a DHCP server through macvlan, and given back" {
  dhcp_server
  dhcp_daemon
  conflist plug "{type: \"macvlan\", master: \"to-lessor\", ipam: {type: \"dhcp\", daemonSocketPath: \"$work/dhcp.sock\"}}" | use_conflist
  before_plugin
  id=$(runp lessee)
  ip=$(ip_of "$id") mac=$(in_pod "$id" ip -j link show dev eth0 | jq -r '.[0].address')
  [[ $ip == 10.202.0.1[01][0-9] ]]
  [ "$(addresses_in "$id")" = "$ip/24" ]
  wait_until 10 book_says "^$mac +$ip .*00:0[89]:"
  serve "$id" 7432
  [ "$(ask_on lessor "$ip" 7432)" = peer=10.202.0.1 ]
  discard "$id"
  wait_until 10 book_says "^$mac +$ip .*expired"
  keeps
  end_servers
}

@test "plugins: dhcp: through bridge, which takes the link away before the lease can be given back" {
  dhcp_server
  ip link add plug0 type bridge && ip link set plug0 up
  ip link set to-lessor master plug0
  dhcp_daemon
  conflist plug "{type: \"bridge\", bridge: \"plug0\", ipam: {type: \"dhcp\", daemonSocketPath: \"$work/dhcp.sock\"}}" | use_conflist
  before_plugin
  id=$(runp lessee)
  ip=$(ip_of "$id")
  wait_until 10 book_says " $ip "
  # CHECK takes the lease anew: that is how this plugin sees whether it still has it.
  says '^ok$' "$id" bridge
  discard "$id"
  keeps
  # The server finds out when the lease ends.
  grep -q 'releasing lease' "$work/dhcp.log"
  [ "$(plugins_version)" != 1.1.1 ] || wait_until 10 book_says " $ip .*00:0[89]:"
  end_servers
}

@test "plugins: dhcp: without its daemon ADD and DEL say the same, so nothing is owed" {
  conflist plug "$(bridge_plug ".ipam = {type: \"dhcp\", daemonSocketPath: \"$work/dhcp.sock\"}")" | use_conflist
  rm -f "$work/dhcp.sock"
  before_plugin
  refused internal 500 'error dialing DHCP daemon: dial unix .*dhcp\.sock' RunPodSandbox "$(run_request forlorn)"
  jq -e '.details[0].debug | fromjson | all(.undo[]; .outcome == "ok")' <<<"$output"
  [ -z "$(sandbox_ids)" ]
  # Nothing was ever joined by it, so it has no address.
  keeps 'link: plug0 bridge'
}

@test "plugins: nothing is left behind (addresses)" { no_leaks; }
