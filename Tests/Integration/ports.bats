#!/usr/bin/env bats
# A host port has one owner, as long as anything of it may be in force; and what was asked for and is not done is a warning.

load common
load faults

setup_file() {
  file_setup
  ln -s "$binaries/noop-plugin" "$work/plugins/lease"
  leak_snapshot "$work/leaks.before"
}
teardown_file() { file_teardown; }

setup() {
  lease '{}'
  conflist_berth | use_conflist
}

lease() {
  printf '%s' "$1" >"$work/lease.next" && mv "$work/lease.next" "$work/plugins/lease.debug"
}
with_lease() { conflist_berth '.plugins += [{type: "lease"}]' | use_conflist; }
busy() { lease '{"DEL": {"error": {"code": 11, "msg": "try again later"}}}'; }

# ports MAPPING…: a filter that gives a pod these, each HOST-PORT/PROTOCOL[/HOST-IP].
ports() {
  local mapping port protocol ip list=
  for mapping in "$@"; do
    IFS=/ read -r port protocol ip <<<"$mapping"
    list+="${list:+, }{container_port: 80, host_port: $port, protocol: \"${protocol:-TCP}\", host_ip: \"$ip\"}"
  done
  echo ".port_mappings = [$list]"
}

# taken PATTERN NAME MAPPING…: the pod is refused before any effect, in words that name the port and the owner.
taken() {
  local pattern=$1 name=$2
  shift 2
  refused failed_precondition 400 "$pattern" RunPodSandbox "$(run_request "$name" "$(ports "$@")")"
}

# --- two pods --------------------------------------------------------------------------------------------------------

@test "ports: two mappings clash when protocol and port are equal, and the host IPs are equal, or one is absent or the wildcard" {
  for pair in '/ /' '/ /127.0.0.1' '/127.0.0.1 /' '/127.0.0.1 /127.0.0.1' '/0.0.0.0 /127.0.0.1' '/127.0.0.1 /0.0.0.0' '/0.0.0.0 /' \
    '/fd00:201::1 /fd00:201:0:0:0:0:0:1' '/:: /fd00:201::1'; do
    read -r one other <<<"$pair"
    id=$(runp owner "$(ports "18500/TCP$one")")
    echo "$pair:"
    taken '18500' second "18500/TCP$other"
    jq -r .message <<<"$output" | grep -qi tcp
    jq -r .message <<<"$output" | grep -q "$id\|owner"
    discard "$id"
  done
  nothing_owed
}

@test "ports: no clash between protocols, ports, and different addresses" {
  ip addr add 10.201.255.1/32 dev lo
  one=$(runp owner "$(ports 18500/TCP/127.0.0.1)")
  two=$(runp second "$(ports 18500/UDP/127.0.0.1 18501/TCP 18500/TCP/10.201.255.1)")
  discard "$one" "$two"
  ip addr del 10.201.255.1/32 dev lo
  nothing_owed
}

@test "ports: a pod that maps a port twice is refused; a host port of 0 or none maps nothing" {
  taken '18500' twice 18500/TCP 18500/TCP/127.0.0.1
  id=$(runp none "$(ports 0/TCP 0/TCP) | .port_mappings += [{container_port: 80}, {container_port: 80}]")
  discard "$id"
  nothing_owed
}

@test "ports: of many pods that ask for one port at once, one has it" {
  for number in 1 2 3 4 5 6; do
    api RunPodSandbox "$(run_request "race-$number" "$(ports 18500/TCP)")" >"$work/race.$number" 2>/dev/null 3>&- &
    clients="${clients:-} $!"
  done
  for client in $clients; do wait "$client" || true; done
  cat "$work"/race.*
  [ "$(cat "$work"/race.* | jq -r '.podSandboxId // empty' | wc -l)" -eq 1 ]
  [ "$(cat "$work"/race.* | jq -r 'select(.code == "failed_precondition") | .code' | wc -l)" -eq 5 ]
  discard "$(sandbox_ids)"
  nothing_owed
}

# --- how long a pod has its ports ------------------------------------------------------------------------------------

@test "ports: a pod's are its own until its networks are detached, also while Stop fails and after a restart" {
  with_lease
  id=$(runp owner "$(ports 18500/TCP)")
  restart KILL
  taken "$id|owner" second 18500/TCP
  busy
  run stop_sandbox "$id"
  [ "$status" -ne 0 ]
  taken "$id|owner" second 18500/TCP
  restart KILL
  taken "$id|owner" second 18500/TCP
  lease '{}'
  stop_sandbox "$id"
  # Stopped, but not removed: it has none any more.
  second=$(runp second "$(ports 18500/TCP)")
  discard "$id" "$second"
  nothing_owed
}

@test "ports: a pod whose pause has died has its ports until it is stopped" {
  id=$(runp owner "$(ports 18500/TCP)")
  kill -KILL "$(pause_of "$id")"
  wait_until 10 has_state "$id" SANDBOX_NOTREADY
  taken "$id|owner" second 18500/TCP
  stop_sandbox "$id"
  second=$(runp second "$(ports 18500/TCP)")
  discard "$id" "$second"
  nothing_owed
}

@test "ports: a debt has them as long as it lasts, also after a restart" {
  with_lease
  id=$(runp owner "$(ports 18500/TCP)")
  busy
  berthctl rmp --force "$id"
  taken '18500' second 18500/TCP
  restart KILL
  taken '18500' second 18500/TCP
  lease '{}'
  wait_until 30 none_left_over
  discard "$(runp second "$(ports 18500/TCP)")"
  nothing_owed
}

@test "ports: a run that fails, or is refused, has none" {
  conflist_berth '.plugins += [{type: "scripted", add: "error"}]' | use_conflist
  run api RunPodSandbox "$(run_request fails "$(ports 18500/TCP)")"
  [ "$status" -ne 0 ]
  conflist_berth | use_conflist
  id=$(runp owner "$(ports 18500/TCP)")
  taken '18500' second 18501/TCP 18500/TCP
  third=$(runp third "$(ports 18501/TCP)")
  discard "$id" "$third"
  nothing_owed
}

@test "ports: the same request again is the same pod, and clashes with nobody" {
  id=$(runp owner "$(ports 18500/TCP)")
  [ "$(runp owner "$(ports 18500/TCP)")" = "$id" ]
  discard "$id"
  nothing_owed
}

@test "ports: a host IP that is no address is refused by name, wherever it stands" {
  for ip in localhost 127.0.0.1/8 1.2.3 ::g '127.0.0.1 ' '[::1]'; do
    refused invalid_argument 400 'portMappings\[1\]\.hostIp' RunPodSandbox \
      "$(run_request no-address ".port_mappings = [{container_port: 80, host_port: 18500}, {container_port: 81, host_port: 18501, host_ip: \"$ip\"}]")"
  done
  nothing_owed
}

# --- what is not done is said ----------------------------------------------------------------------------------------

# warns NAME FILTER PATTERN: the pod runs, and the words are in the answer's head, in its status and inspectp, in the log, and
# on standard error of runp.
warns() {
  local id mark
  mark=$(log_mark)
  id=$(run_headers "$1" "$2")
  has_state "$id" SANDBOX_READY
  echo "$1: $(warning_headers)"
  warning_headers | grep -qE -- "$3"
  warnings_of "$id" | grep -qE -- "$3"
  berthctl inspectp "$id" 2>&1 | grep -q '"warnings"'
  said_since "$mark" "warning.*($3)"
  restart
  warnings_of "$id" | grep -qE -- "$3"
  discard "$id"
  pod "$1" "$2" >"$work/pod.json"
  run --separate-stderr berthctl runp "$work/pod.json"
  echo "$stderr"
  [ "$status" -eq 0 ]
  discard "$output"
  grep -qE -- "warning.*($3)" <<<"$stderr"
  nothing_owed
}

@test "ports: a mapping without a plugin for it is a warning" {
  conflist_berth 'del(.plugins[1])' | use_conflist
  warns no-portmap "$(ports 18500/TCP)" '18500|portMappings'
}

@test "ports: a mapping in the host's network is a warning" {
  warns host-network "$(ports 18500/TCP) | .linux.security_context.namespace_options.network = \"NODE\"" '18500|host.s network'
}

@test "ports: a host IP of a family that the pod has not is a warning" {
  conflist_berth '.plugins[0].ipam |= (.ranges |= .[:1] | .routes |= .[:1])' | use_conflist
  warns other-family "$(ports 18500/TCP/fd00:201::1)" 'fd00:201::1|18500'
}

@test "ports: a bandwidth without a plugin for it is a warning" {
  warns no-bandwidth '.annotations = {"kubernetes.io/ingress-bandwidth": "10M"}' 'bandwidth'
}

@test "ports: a capability that no plugin declares is a warning" {
  warns no-capability '.annotations = {"capability.berth/mac": "\"02:00:00:00:00:07\""}' 'mac'
}

@test "ports: what is done is no warning" {
  id=$(run_headers quiet "$(ports 18500/TCP)")
  [ -z "$(warning_headers)" ]
  [ -z "$(warnings_of "$id")" ]
  discard "$id"
  nothing_owed
}

@test "ports: nothing is left behind" { no_leaks; }
