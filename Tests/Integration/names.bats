#!/usr/bin/env bats
# Whose a name is while something of it begins or ends, and what counts as the same pod.

load common
load scripted

setup_file() {
  mkdir -p "$work/other.d"
  file_setup
  conflist_berth >"$work/other.d/10-berth.conflist"
  berthd_with "{\"runtimeHandlers\": {\"other\": {\"cniConfDir\": \"$work/other.d\"}}}"
  warm_up
}
teardown_file() { file_teardown; }

setup() {
  forget
  script last
  conflist_berth '.plugins += [{type: "last"}]' | use_conflist
}

# ordered: DEL's end and ADD's beginning are written to one file.
ordered_del() { held | jq -c --arg marks "$marks" '.markAfter = "\($marks)/order"'; }
ordered_add() { jq -nc --arg marks "$marks" '{mark: "\($marks)/order"}'; }
verbs_in_order() { cut -d ' ' -f 1 "$marks/order" | tr '\n' ' '; }

# waits_for_the_name ID REQUEST: neither answered nor begun while DEL is at work; then it is run, as $again.
waits_for_the_name() {
  local adds second third
  adds=$(called ADD)
  refused deadline_exceeded 504 . RunPodSandbox "$2" -H 'Connect-Timeout-Ms: 500'
  [ "$(called ADD)" = "$adds" ]
  in_background second RunPodSandbox "$2"
  second=$!
  in_background third RunPodSandbox "$2"
  third=$!
  script last "{\"ADD\": $(ordered_add)}"
  release
  wait "$second"
  wait "$third"
  again=$(jq -er .podSandboxId "$work/second")
  [ "$again" != "$1" ]
  [ "$again" = "$(jq -er .podSandboxId "$work/third")" ]
  [ "$(verbs_in_order)" = 'DEL ADD ' ]
}

@test "names: a run that failed has its name until its undo has ended; who asks meanwhile waits, and is then run" {
  for request in "$(run_request twice)" "$(run_request twice '.annotations = {another: "pod"}')"; do
    forget
    script last "{\"ADD\": $(refusing), \"DEL\": $(ordered_del)}"
    in_background first RunPodSandbox "$(run_request twice)"
    first=$!
    wait_until 10 is_held
    waits_for_the_name "$(cut -d ' ' -f 2 "$marks/waiting")" "$request"
    wait "$first" && false
    grep -q 'try again later' "$work/first"
    has_state "$again" SANDBOX_READY
    [ "$(sandbox_ids)" = "$again" ]
    discard "$again"
  done
  nothing_left
}

@test "names: a run whose client has gone has its name until its undo has ended" {
  script last "{\"ADD\": {\"mark\": \"$marks/adding\", \"hang\": true}, \"DEL\": $(ordered_del)}"
  in_background first RunPodSandbox "$(run_request deserted)" -H 'Connect-Timeout-Ms: 1000'
  first=$!
  wait_until 10 is_held
  waits_for_the_name "$(cut -d ' ' -f 2 "$marks/waiting")" "$(run_request deserted)"
  wait "$first" && false
  has_state "$again" SANDBOX_READY
  discard "$again"
  nothing_left
}

@test "names: a sandbox under removal has its name until it is gone; the same pod is then run anew" {
  for verb in RemovePodSandbox berth.v1.BerthService/ForceRemovePodSandbox; do
    forget
    script last "{\"DEL\": $(ordered_del)}"
    id=$(runp removed)
    in_background removal "$verb" "{\"podSandboxId\":\"$id\"}"
    removal=$!
    wait_until 10 is_held
    waits_for_the_name "$id" "$(run_request removed)"
    wait "$removal"
    has_state "$again" SANDBOX_READY
    [ "$(sandbox_ids)" = "$again" ]
    discard "$again"
  done
  nothing_left
}

@test "names: who waits for a removal that fails is refused, and told whose the name is" {
  id=$(runp kept)
  script last "{\"DEL\": $(held)}"
  in_background removal RemovePodSandbox "{\"podSandboxId\":\"$id\"}"
  removal=$!
  wait_until 10 is_held
  refused deadline_exceeded 504 . RunPodSandbox "$(run_request kept)" -H 'Connect-Timeout-Ms: 300'
  in_background second RunPodSandbox "$(run_request kept)"
  second=$!
  # Its second DEL, for a plugin that says no is asked again, fails as well.
  script last "{\"DEL\": $(refusing)}"
  rm "$marks/waiting"
  # The call that is held was told another thing: it dies, which is a failure too.
  plugin=$(jq -r 'select(.verb == "DEL") | .pid' "$calls" | tail -n 1)
  kill -9 "$plugin"
  wait "$removal" && false
  wait "$second" && false
  grep -q '"code":"already_exists"' "$work/second"
  grep -q "$id" "$work/second"
  [ "$(sandbox_ids)" = "$id" ]
  has_state "$id" SANDBOX_NOTREADY
  script last
  discard "$id"
  nothing_left
}

@test "names: the same pod with anything else in it is another pod, and its name is taken" {
  id=$(runp same '.annotations = {a: "1"} | .labels = {l: "1"}')
  [ "$(runp same '.annotations = {a: "1"} | .labels = {l: "1"}')" = "$id" ]
  for change in '.annotations.a = "2"' '.annotations.b = ""' 'del(.annotations)' '.labels.l = "2"' '.labels.m = ""' \
    'del(.labels)' '.hostname = "other"' '.log_directory = "/tmp"' '.dns_config = {servers: ["192.0.2.1"]}' \
    '.dns_config = {searches: ["example.org"]}' '.dns_config = {options: ["ndots:1"]}' \
    '.port_mappings = [{host_port: 18600, container_port: 80}]' '.linux.cgroup_parent = "/elsewhere"' \
    '.linux.resources = {cpu_shares: 2}' '.linux.sysctls = {"net.ipv4.ip_forward": "1"}' \
    '.linux.security_context = {run_as_user: {value: 1}}' '.linux.security_context = {namespace_options: {ipc: "NODE"}}' \
    '.linux.security_context = {namespace_options: {network: "NODE"}}' '.linux.security_context = {namespace_options: {pid: "NODE"}}'; do
    echo "with $change"
    refused already_exists 409 "$id" RunPodSandbox "$(run_request same ".annotations = {a: \"1\"} | .labels = {l: \"1\"} | $change")"
  done
  [ "$(sandbox_ids)" = "$id" ]
  discard "$id"
  nothing_left
}

@test "names: the same pod under another runtime handler is another pod, also in mid-run and after a restart" {
  id=$(runp handled)
  elsewhere=$(run_request handled | jq -c '.runtime_handler = "other"')
  refused already_exists 409 "$id" RunPodSandbox "$elsewhere"
  berthd_stop KILL
  berthd_start
  refused already_exists 409 "$id" RunPodSandbox "$elsewhere"
  [ "$(runp handled)" = "$id" ]
  discard "$id"
  script last "{\"ADD\": $(held)}"
  in_background first RunPodSandbox "$(run_request handled)"
  first=$!
  wait_until 10 is_held
  refused already_exists 409 . RunPodSandbox "$elsewhere"
  refused already_exists 409 . RunPodSandbox "$(run_request handled '.annotations = {a: "1"}')"
  release
  wait "$first"
  discard "$(jq -r .podSandboxId "$work/first")"
  nothing_left
}

@test "names: digits that several ids begin with name none of them" {
  # Of 17 ids at least two begin alike.
  for i in {1..17}; do runp "digit-$i" '.linux.security_context.namespace_options.network = "NODE"' >/dev/null; done
  mapfile -t ids < <(sandbox_ids)
  digit=$(printf '%s\n' "${ids[@]}" | cut -c 1 | sort | uniq -d | head -n 1)
  for method in StopPodSandbox RemovePodSandbox PodSandboxStatus berth.v1.BerthService/ForceRemovePodSandbox; do
    refused invalid_argument 400 "begin with \"$digit\"" "$method" "{\"podSandboxId\":\"$digit\"}"
  done
  [ "$(api ListPodSandbox | jq '[.items[] | select(.state == "SANDBOX_READY")] | length')" = 17 ]
  # All digits but the last are enough.
  discard "${ids[0]:0:63}"
  [ "$(sandbox_ids | wc -l)" = 16 ]
  discard "${ids[@]:1}"
  nothing_left
}

@test "names: nothing is left behind" { no_leaks; }
