#!/usr/bin/env bats
# berthctl, as people who know crictl use it.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

# A failed test must not take the next ones' names.
setup() {
  mapfile -t stale < <(berthctl pods -q --no-trunc)
  discard "${stale[@]}"
}

write_pod() { pod "$@" >"$work/$1.json"; }

@test "berthctl: runp prints the id, stopp and rmp say what they did" {
  write_pod ctl
  id=$(berthctl runp "$work/ctl.json")
  [[ $id =~ ^[0-9a-f]{64}$ ]]
  run --separate-stderr berthctl stopp "$id"
  [ "$output" = "Stopped sandbox $id" ]
  run --separate-stderr berthctl rmp "$id"
  [ "$output" = "Removed sandbox $id" ]
  nothing_left
}

@test "berthctl: no arguments: help and exit 2" {
  run berthctl
  [ "$status" -eq 2 ]
  grep -q 'runp' <<<"$output"
  for command in runp stopp rmp trace; do
    run berthctl "$command"
    echo "$command: $status"
    [ "$status" -eq 2 ]
  done
}

@test "berthctl: an unknown command or flag, and a missing file" {
  run berthctl frobnicate
  [ "$status" -ne 0 ]
  run berthctl pods --no-such-flag
  [ "$status" -ne 0 ]
  run berthctl runp "$work/no-such-file.json"
  [ "$status" -eq 1 ]
  grep -q 'no-such-file.json' <<<"$output"
}

@test "berthctl: version and info" {
  run berthctl version
  grep -qE '^RuntimeName:[[:space:]]+berth' <<<"$output"
  grep -qE '^RuntimeApiVersion:[[:space:]]+v1$' <<<"$output"
  run --separate-stderr berthctl info
  jq -e '[.status.conditions[].type] == ["RuntimeReady", "NetworkReady"]' <<<"$output"
}

@test "berthctl: runp reads YAML, with crictl's snake_case and numeric enums" {
  cat >"$work/pod.yaml" <<-YAML
	metadata:
	  name: from-yaml
	  namespace: default
	  uid: u1
	  attempt: 2
	hostname: yaml
	log_directory: /tmp
	labels: {app: web}
	port_mappings:
	  - {protocol: 0, container_port: 80, host_port: 18501}
	linux:
	  security_context:
	    namespace_options: {network: 0, pid: 1}
	YAML
  id=$(berthctl runp "$work/pod.yaml")
  run --separate-stderr berthctl inspectp "$id"
  jq -e '.status.metadata == {name: "from-yaml", namespace: "default", uid: "u1", attempt: 2} and .status.labels.app == "web"' <<<"$output"
  discard "$id"
}

@test "berthctl: crictl's own samples run; the unknown key is a warning, and an error with --strict" {
  cat >"$work/sample.json" <<-JSON
	{
	    "metadata": { "name": "busybox-sandbox", "namespace": "default", "attempt": 1, "uid": "hdishd83djaidwnduwk28bcsb" },
	    "log_directory": "/tmp",
	    "linux": {}
	}
	JSON
  cat >"$work/sample.yaml" <<-YAML
	metadata:
	  attempt: 1
	  name: busybox-sandbox
	  namespace: default
	  uid: hdishd83djaidwnduwk28bcsb
	log_directory: /tmp
	linux:
	  namespaces:
	    options: {}
	YAML
  run --separate-stderr berthctl runp "$work/sample.json"
  [ "$status" -eq 0 ]
  [ -z "$stderr" ]
  id=$output
  run --separate-stderr berthctl runp "$work/sample.yaml"
  [ "$status" -eq 0 ]
  # The same configuration once the unknown key is dropped.
  [ "$output" = "$id" ]
  grep -q 'linux\.namespaces' <<<"$stderr"
  run berthctl runp --strict "$work/sample.yaml"
  [ "$status" -eq 1 ]
  grep -q 'linux\.namespaces' <<<"$output"
  discard "$id"
}

@test "berthctl: a misspelt key is named with the nearest one" {
  write_pod misspelt '.hostnmae = "x"'
  run --separate-stderr berthctl runp "$work/misspelt.json"
  [ "$status" -eq 0 ]
  grep -qE 'hostnmae.*hostname' <<<"$stderr"
  discard "$output"
}

@test "berthctl: pods as a table" {
  write_pod table
  id=$(berthctl runp "$work/table.json")
  run --separate-stderr berthctl pods
  [[ ${lines[0]} =~ ^POD\ ID\ +CREATED\ +STATE\ +NAME\ +NAMESPACE\ +ATTEMPT\ +RUNTIME$ ]]
  [[ ${lines[1]} =~ ^${id:0:13}\ +.*ago\ +Ready\ +table\ +default\ +0\ +\(default\)$ ]]
  run --separate-stderr berthctl pods --no-trunc
  [[ ${lines[1]} =~ ^$id\  ]]
  stop_sandbox "$id"
  run --separate-stderr berthctl pods
  grep -q NotReady <<<"$output"
  remove_sandbox "$id"
}

@test "berthctl: pods' filters and formats" {
  write_pod alpha '.labels = {app: "a"}' && write_pod beta '.labels = {app: "b"} | .metadata.namespace = "other"'
  a=$(berthctl runp "$work/alpha.json") b=$(berthctl runp "$work/beta.json")
  stop_sandbox "$b"
  ids() { berthctl pods -q --no-trunc "$@"; }
  # Newest first.
  [ "$(ids)" = "$b"$'\n'"$a" ]
  [ "$(ids --id "${a:0:10}")" = "$a" ]
  [ "$(ids --name '^al')" = "$a" ]
  [ "$(ids --namespace oth)" = "$b" ]
  [ "$(ids -s ready)" = "$a" ]
  [ "$(ids --state notready)" = "$b" ]
  [ "$(ids --label app=b)" = "$b" ]
  [ "$(ids --latest)" = "$b" ]
  [ "$(ids --last 1)" = "$b" ]
  berthctl pods -o json | jq -e --arg id "$a" '.items | length == 2 and any(.[]; .id == $id)'
  berthctl pods -o yaml | grep -q "id: .*$b"
  discard "$a" "$b"
}

@test "berthctl: inspectp as JSON, YAML, table and template" {
  write_pod inspected
  id=$(berthctl runp "$work/inspected.json")
  ip=$(berthctl inspectp "$id" | jq -er .status.network.ip)
  [ "$(in_pod "$id" ip -j -4 addr show dev eth0 | jq -r '.[0].addr_info[0].local')" = "$ip" ]
  berthctl inspectp "$id" | jq -e '.status.createdAt | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T")'
  berthctl inspectp "$id" | jq -e '.info.pid > 0'
  berthctl inspectp -o yaml "$id" | grep -qE "ip: ['\"]?$ip"
  berthctl inspectp -o table "$id" | grep -q "$ip"
  [ "$(berthctl inspectp -o go-template --template '{{.status.network.ip}}' "$id")" = "$ip" ]
  # The beginning of an id will do.
  [ "$(berthctl inspectp "${id:0:13}" | jq -r .status.id)" = "$id" ]
  discard "$id"
}

@test "berthctl: trace shows each step and each plugin call with its time" {
  write_pod traced
  id=$(berthctl runp "$work/traced.json")
  run --separate-stderr berthctl trace "$id"
  [ "$status" -eq 0 ]
  for step in WriteIntent PrepareFiles CreateCgroup StartPause PinNetworkNamespace AttachNetworks Commit; do
    grep -qE "^$step +[0-9.]+ (ms|µs) +[0-9.]+ (ms|µs) .* ok$" <<<"$output"
  done
  grep -qE 'bridge.*ADD|ADD.*bridge' <<<"$output"
  grep -qE 'portmap.*ADD|ADD.*portmap' <<<"$output"
  discard "$id"
}

@test "berthctl: a run that failed names its id, and its trace is there" {
  conflist_berth '.plugins += [{type: "scripted", add: "error"}]' | use_conflist
  write_pod failing
  run --separate-stderr berthctl runp "$work/failing.json"
  conflist_berth | use_conflist
  [ "$status" -eq 1 ]
  [ -z "$output" ]
  grep -q 'scripted failure' <<<"$stderr"
  id=$(grep -oE '[0-9a-f]{64}' <<<"$stderr" | head -n 1)
  run --separate-stderr berthctl trace "$id"
  [ "$status" -eq 0 ]
  grep -q 'scripted failure' <<<"$output"
  nothing_left
}

@test "berthctl: rmp refuses a READY sandbox, takes it with -f, and all with -a" {
  write_pod forced && write_pod all
  id=$(berthctl runp "$work/forced.json")
  run berthctl rmp "$id"
  [ "$status" -eq 1 ]
  [ "$output" = "berthctl: rmp: $id: the pod is running; stop it first" ]
  berthctl rmp -f "$id"
  berthctl runp "$work/forced.json" && berthctl runp "$work/all.json"
  berthctl rmp -a -f
  nothing_left
}

@test "berthctl: no daemon: the socket is named, and what to do" {
  run berthctl -r "unix://$work/nobody.sock" version
  [ "$status" -eq 1 ]
  grep -qF "$work/nobody.sock" <<<"$output"
}

@test "berthctl: the endpoint: flag before BERTH_ENDPOINT before CONTAINER_RUNTIME_ENDPOINT" {
  nobody=unix://$work/nobody.sock
  BERTH_ENDPOINT=$nobody berthctl -r "unix://$socket" version
  CONTAINER_RUNTIME_ENDPOINT=$nobody berthctl version
  BERTH_ENDPOINT='' CONTAINER_RUNTIME_ENDPOINT=unix://$socket berthctl version
  BERTH_ENDPOINT=$nobody run berthctl version
  [ "$status" -eq 1 ]
}

@test "berthctl: nothing is left behind" {
  nothing_left
  no_leaks
}
