#!/usr/bin/env bats
# Host ports and masquerading by the native plugins: beside the reference plugins, from outside, and when somebody else has a hand
# in the table.

load common

ours=$work/ours

setup_file() {
  mkdir -p "$ours" /run/netns
  for type in bridge host-local loopback portmap; do ln -s "$binaries/berth-cni" "$ours/$type"; done
  file_setup
  # A network beyond the host's.
  ip netns add beyond
  ip link add uplink type veth peer name inner netns beyond
  ip addr add 192.0.2.1/24 dev uplink && ip addr add 2001:db8::1/64 dev uplink nodad && ip link set uplink up
  ip -n beyond addr add 192.0.2.2/24 dev inner && ip -n beyond addr add 2001:db8::2/64 dev inner nodad && ip -n beyond link set inner up
  ip -n beyond link set lo up
  ip -n beyond route add default via 192.0.2.1 && ip -n beyond -6 route add default via 2001:db8::1
}
teardown_file() { file_teardown; }

berth_trace() { api berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"$1\"}"; }
published() { echo ".port_mappings = [{host_port: $1, container_port: 80}]"; }
masqueraded() { conflist_berth '.plugins[0].ipMasq = true'"${1:+ | $1}" | use_conflist; }
table() { nft list table inet berth; }
owned() { nft -j list table inet berth | grep -o '"comment": "[0-9a-f]*/[^"]*"' | sort -u; }
none_owned() { [ -z "$(owned)" ]; }
listen_beyond() {
  ip netns exec beyond socat "TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0" SYSTEM:'echo peer=$SOCAT_PEERADDR' 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 ip netns exec beyond bash -c '</dev/tcp/127.0.0.1/80'
}

# portmap VERB CONTAINER HOST-PORT [FIELDS]: the plugin as a program, on a pod that has an address and no more.
portmap() {
  local configuration
  configuration=$(jq -nc --arg id "$2" --argjson port "$3" '{cniVersion: "1.0.0", name: "ports", type: "portmap",
    runtimeConfig: {portMappings: [{hostPort: $port, containerPort: 80, protocol: "tcp"} + '"${4:-{\}}"']},
    prevResult: {cniVersion: "1.0.0", interfaces: [{name: "eth0", sandbox: "/run/netns/\($id)"}],
      ips: [{address: "10.99.0.\(5 + ($id | length))/24", interface: 0}]}}')
  env CNI_COMMAND="$1" CNI_CONTAINERID="$2" CNI_NETNS="/run/netns/$2" CNI_IFNAME=eth0 CNI_PATH="$ours" "$ours/portmap" <<<"$configuration"
}

@test "native ports: who gets through, and as whom, is as with the reference plugin" {
  run python3 -B "$BATS_TEST_DIRNAME/differential_ports.py" /usr/lib/cni "$ours" "$work/ports"
  echo "$output"
  [ "$status" = 0 ]
}

@test "native ports: a pod is masqueraded beyond its subnet, in both families, and nowhere else" {
  masqueraded
  one=$(runp masqueraded) other=$(runp beside)
  listen_beyond
  serve "$other" 80
  [[ "$(ask_from "$one" 192.0.2.2 80)" = *c000:0201* ]]
  [[ "$(ask_from "$one" '[2001:db8::2]' 80)" = *2001:0db8:*:0001* ]]
  [ "$(ask_from "$one" "$(ip_of "$other")" 80)" = "peer=$(ip_of "$one")" ]
  [ "$(owned | wc -l)" = 2 ]
  end_servers
  discard "$one" "$other"
  none_owned
  wait_until 10 eval '! table | grep -q masquerade-'
}

@test "native ports: of pods of one port one wins, and the others are told who; a port on one address is that port" {
  local number winners=0
  for number in aaaa bbbbb cccccc ddddddd; do portmap ADD "$number" 18601 >"$work/port-$number" & done
  wait
  for number in aaaa bbbbb cccccc ddddddd; do
    if jq -e .ips "$work/port-$number" >/dev/null; then winner=$number winners=$((winners + 1)); fi
  done
  [ "$winners" = 1 ]
  for number in aaaa bbbbb cccccc ddddddd; do
    [ "$number" = "$winner" ] || jq -e --arg winner "$winner" '.code == 11 and (.msg | contains("18601/tcp") and contains($winner))' "$work/port-$number"
  done
  run portmap ADD specific 18601 '{hostIP: "127.0.0.1"}'
  [ "$status" = 1 ]
  jq -e --arg winner "$winner" '.msg | contains($winner)' <<<"$output"
  portmap ADD specific 18602 '{hostIP: "127.0.0.1"}'
  run portmap ADD everywhere 18602
  [ "$status" = 1 ]
  jq -e '.msg | contains("specific")' <<<"$output"
  # A DEL of one that has nothing takes nothing; the owner's takes all, whatever its mappings are by now.
  portmap DEL everywhere 18602
  owned | grep -q specific
  portmap DEL specific 18609
  portmap DEL "$winner" 18601
  none_owned
}

@test "native ports: what the kernel would refuse half way is refused by its name" {
  refuse() {
    run portmap ADD refused "$@"
    [ "$status" = 1 ]
    jq -e --arg word "$word" '.code == 7 and (.msg | contains($word))' <<<"$output"
  }
  word=hostIP refuse 18603 '{hostIP: "10.0.0"}'
  word=::1 refuse 18603 '{hostIP: "::1"}'
  word=protocol refuse 18603 '{protocol: "icmp"}'
  word=host refuse 70000
  word=container refuse 18603 '{containerPort: 0}'
  none_owned
}

@test "native ports: a pod does not reach the host's own 127.0.0.1, though ports there lead to pods" {
  id=$(runp sneaking "$(published 18604)")
  socat TCP-LISTEN:18605,fork,reuseaddr,bind=127.0.0.1 SYSTEM:'echo reached' 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 bash -c '</dev/tcp/127.0.0.1/18605'
  # The pod sends what is its own to its router.
  in_pod "$id" sh -c 'ip addr del 127.0.0.1/8 dev lo; sysctl -qw net.ipv4.conf.all.route_localnet=1; ip route add 127.0.0.0/8 via 10.201.0.1 dev eth0 src '"$(ip_of "$id")"
  [ "$(cat /proc/sys/net/ipv4/conf/berth-t0/route_localnet)" = 1 ]
  run ! ask_from "$id" 127.0.0.1 18605
  [[ "$output" != *reached* ]]
  # Without the rule it would, which the daemon does not let happen.
  namespace=$(netns_of "$id")
  berthd_stop
  nft flush chain inet berth input
  [ "$(nsenter --net="$namespace" socat -T5 -t5 - TCP:127.0.0.1:18605,connect-timeout=5 </dev/null)" = reached ]
  berthd_start
  wait_until 5 eval 'table | grep -q "@localnet"'
  end_servers
  discard "$id"
}

@test "native ports: what an administrator has flushed, CHECK tells and the next pod mends" {
  # A daemon would mend it before anybody looks.
  berthd_stop
  nft delete table inet berth
  portmap ADD kept 18606
  portmap CHECK kept 18606
  for damage in 'flush chain inet berth postrouting' 'delete element inet berth ports4 { tcp . 18606 }' 'delete table inet berth' 'flush ruleset'; do
    nft "$damage"
    run portmap CHECK kept 18606
    [ "$status" = 1 ]
    echo "$damage: $output"
    # What its owner has is taken for its own, and made anew.
    portmap ADD kept 18606
    portmap CHECK kept 18606
  done
  nft delete map inet berth ports6 2>/dev/null || nft -f - <<<'flush chain inet berth hostports; delete map inet berth ports6'
  portmap DEL kept 18606
  portmap ADD next 18606 >/dev/null
  portmap CHECK next 18606
  portmap DEL next 18606
  berthd_start
}

@test "native ports: UDP that flowed before a port was mapped goes to the pod at once, and no more after it is gone" {
  id=$(runp datagrams)
  nsenter --net="$(netns_of "$id")" socat UDP-RECVFROM:80,fork SYSTEM:'echo pod' 3>&- &
  echo "$!" >>"$work/servers"
  # One socket that goes on: to the kernel all of it is one flow.
  ip netns exec beyond python3 -u - >"$work/answers" <<'END' 3>&- &
import socket, time
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(("192.0.2.2", 4000))
one.settimeout(0.1)
while True:
    one.sendto(b"?", ("192.0.2.1", 18607))
    try:
        print(one.recv(16).decode().strip() or "nothing")
    except OSError:
        print("nobody")
        time.sleep(0.02)
END
  echo "$!" >>"$work/servers"
  answered_by() { [ "$(tail -n 1 "$work/answers")" = "$1" ]; }
  wait_until 5 answered_by nobody
  result=$(info_of "$id" '.cniResult' | jq -c 'if type == "array" then .[0] else . end | .result // .')
  mapping() {
    jq -nc --argjson result "$result" '{cniVersion: "1.0.0", name: "datagrams", type: "portmap", prevResult: $result,
      runtimeConfig: {portMappings: [{hostPort: 18607, containerPort: 80, protocol: "udp"}]}}' |
      env CNI_COMMAND="$1" CNI_CONTAINERID=datagrams CNI_NETNS="$(netns_of "$id")" CNI_IFNAME=eth0 CNI_PATH="$ours" "$ours/portmap"
  }
  mapping ADD
  wait_until 3 answered_by pod
  mapping DEL
  wait_until 3 answered_by nobody
  end_servers
  discard "$id"
}

@test "native ports: a process of the host that listens on a port is told of" {
  socat TCP-LISTEN:18608,fork,reuseaddr SYSTEM:'echo host' 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 bash -c '</dev/tcp/127.0.0.1/18608'
  run portmap ADD taking 18608
  [ "$status" = 0 ]
  [[ "$output" == *"listens on the port 18608/tcp"* ]]
  portmap DEL taking 18608
  run portmap ADD taking 18609
  [[ "$output" != *listens* ]]
  portmap DEL taking 18609
  end_servers
}

@test "native ports: what is taken while pods come and go is there again, too" {
  masqueraded
  standing=$(runp standing "$(published 18630)")
  serve "$standing" 80
  whole=$(nft -a list chain inet berth hostports | grep -c '# handle')
  come_and_go() { while [ ! -e "$work/enough" ]; do discard "$(runp "going-$1" "$(published "$1")")"; done; }
  for port in 18631 18632 18633; do
    come_and_go "$port" 3>&- &
    comers+=("$!")
  done
  for _ in {1..12}; do
    nft flush chain inet berth hostports
    sleep 0.3
  done
  touch "$work/enough"
  wait "${comers[@]}"
  wait_until 5 eval '[ "$(nft -a list chain inet berth hostports | grep -c "# handle")" = "$whole" ]'
  wait_until 5 ask 10.201.0.1 18630
  [ "$(api ListPodSandbox '{}' | jq '.items | length')" = 1 ]
  rm "$work/enough"
  end_servers
  discard "$standing"
}

@test "native ports: what is taken in the midst of a run is there when it has ended" {
  printf '%s\n' '#!/bin/sh' 'in=$(cat)' '[ "$CNI_COMMAND" = ADD ] || exit 0' 'sleep 1' 'echo "$in" | jq .prevResult' >"$work/slow"
  install -D -m 755 "$work/slow" "$work/plugins/slow"
  masqueraded '.plugins += [{type: "slow"}]'
  runp slow "$(published 18640)" >"$work/slow.id" 3>&- &
  run=$!
  sleep 0.5
  nft flush ruleset
  wait "$run"
  slow=$(<"$work/slow.id")
  serve "$slow" 80
  wait_until 5 ask 10.201.0.1 18640
  wait_until 5 eval '[ "$(owned | wc -l)" = 1 ]'
  end_servers
  discard "$slow"
  rm "$work/plugins/slow"
}

@test "native ports: where nothing is native any more, what lives is kept true all the same" {
  masqueraded
  kept=$(runp kept-on "$(published 18660)")
  serve "$kept" 80
  berthd_stop
  BERTH_TEST_NATIVE=never berthd_start
  nft flush ruleset
  wait_until 5 ask 10.201.0.1 18660
  end_servers
  discard "$kept"
  berthd_stop
  berthd_start
}

@test "native ports: what others load again of a pod that is gone goes, and its port is free" {
  masqueraded
  gone=$(runp gone "$(published 18650)")
  { echo 'flush ruleset'; nft list ruleset; } >"$work/saved"
  discard "$gone"
  nft -f "$work/saved"
  wait_until 5 none_owned
  discard "$(runp next "$(published 18650)")"
  # A rule before ours.
  kept=$(runp kept "$(published 18651)")
  serve "$kept" 80
  nft insert rule inet berth hostports return
  wait_until 5 ask 10.201.0.1 18651
  end_servers
  discard "$kept"
}

@test "native ports: what an administrator takes from living pods is there again at once, and no more after their end" {
  masqueraded
  one=$(runp kept-a "$(published 18620)") other=$(runp kept-b "$(published 18621)")
  serve "$one" 80
  for damage in 'delete table inet berth' 'flush ruleset' 'flush chain inet berth postrouting' 'delete element inet berth ports4 { tcp . 18620 }' \
    'flush map inet berth ports6' 'flush chain inet berth hostports; delete map inet berth ports4'; do
    nft -f - <<<"${damage//; /$'\n'}"
    echo "$damage"
    wait_until 5 ask 10.201.0.1 18620
    wait_until 5 eval '[ "$(owned | wc -l)" = 2 ]'
    for port in 18620 18621; do table | grep -q "$port"; done
  done
  # While nobody was there.
  berthd_stop
  nft flush ruleset
  berthd_start
  wait_until 5 ask 10.201.0.1 18620 && wait_until 5 eval '[ "$(owned | wc -l)" = 2 ]'
  end_servers
  discard "$one"
  nft delete table inet berth
  wait_until 5 eval '[ "$(owned | wc -l)" = 1 ]'
  ! table | grep -q 18620
  discard "$other"
  none_owned
}

@test "native ports: pods without a bridge: they reach each other, elsewhere and their own port, and localnet is their own" {
  jq -n --arg ipam "$ipam_dir" '{cniVersion: "1.0.0", name: "routed", plugins: [
    {type: "ptp", ipMasq: true, ipam: {type: "host-local", dataDir: $ipam, ranges: [[{subnet: "10.205.0.0/24"}], [{subnet: "fd00:205::/64"}]],
      routes: [{dst: "0.0.0.0/0"}, {dst: "::/0"}]}},
    {type: "portmap", capabilities: {portMappings: true}}]}' | use_conflist
  one=$(runp routed-a "$(published 18640)") other=$(runp routed-b)
  berth_trace "$one" | jq -e '[.traces[].steps[].pluginCalls[]?] | length == 2 and all(.native)'
  serve "$one" 80
  listen_beyond
  [ "$(ask_from "$other" "$(ip_of "$one")" 80)" = "peer=$(ip_of "$other")" ]
  [[ "$(ask_from "$one" 192.0.2.2 80)" = *c000:0201* ]]
  [[ "$(ask_from "$one" '[2001:db8::2]' 80)" = *2001:0db8:*:0001* ]]
  for from in "$one" "$other"; do [[ "$(ask_from "$from" 192.0.2.1 18640)" = peer=* ]]; done
  [[ "$(ask 127.0.0.1 18640)" = peer=* ]]
  [ "$(ip netns exec beyond socat -T2 - TCP:192.0.2.1:18640 </dev/null)" = peer=192.0.2.2 ]
  table | grep -q '"veth.*" comment ".*/eth0"'
  end_servers
  discard "$one" "$other"
  none_owned
  wait_until 10 eval '! ip -o link show type veth | grep -v uplink'
}

@test "native ports: two daemons on one host share the table, and neither takes what is the other's" {
  local second=$work/second id other
  id=$(runp first "$(published 18630)")
  mkdir -p "$second"
  "$binaries/berthd" --socket "$second/sock" --root "$second/lib" --state "$second/run" --netns-dir "$second/netns" \
    --cni-conf-dir "$conf_dir" --cni-cache-dir "$second/cni" --cgroup-parent "$BERTH_TEST_CGROUP/second" >"$second/log" 2>&1 3>&- &
  daemon=$!
  wait_until 10 berthctl --runtime-endpoint "unix://$second/sock" version
  pod other "$(published 18631)" >"$second/pod.json"
  other=$(berthctl --runtime-endpoint "unix://$second/sock" runp "$second/pod.json")
  pod clash "$(published 18630)" >"$second/clash.json"
  run berthctl --runtime-endpoint "unix://$second/sock" runp "$second/clash.json"
  [ "$status" != 0 ] && [[ "$output" == *18630/tcp*"$id"* ]]
  [ "$(owned | wc -l)" = 2 ]
  for endpoint in "unix://$second/sock" "$BERTH_ENDPOINT"; do berthctl --runtime-endpoint "$endpoint" gc; done
  [ "$(owned | wc -l)" = 2 ]
  nft flush ruleset
  wait_until 5 eval '[ "$(owned | wc -l)" = 2 ]'
  discard "$id"
  [ "$(owned | wc -l)" = 1 ]
  berthctl --runtime-endpoint "unix://$second/sock" rmp --force "$other"
  none_owned
  kill "$daemon"
  wait "$daemon" || true
}

@test "native ports: gc takes what belongs to no pod, and leaves what others have" {
  local id element owner
  id=$(runp lost "$(published 18610)")
  owner=$(owned | grep -o '[0-9a-f]*/[^"]*')
  discard "$id"
  nft add element inet berth ports4 "{ tcp . 18611 comment \"$owner\" : 10.201.0.9 . 80 }"
  nft add element inet berth ports4 '{ tcp . 18612 comment "0123456789abcdef/somebodys/eth0" : 10.201.0.9 . 80 }'
  berthctl gc
  ! table | grep -q 18611
  table | grep -q 18612
  nft delete element inet berth ports4 '{ tcp . 18612 }'
}

@test "native ports: nothing is left behind" {
  ip netns del beyond
  wait_until 10 eval '! ip link show uplink'
  no_leaks
}
