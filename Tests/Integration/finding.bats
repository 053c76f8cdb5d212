#!/usr/bin/env bats
# berthctl: pods by their names, several at once, and what is to be seen of them.

load common
load scripted

setup_file() { file_setup; }
teardown_file() { file_teardown; }

# named NAME [NAMESPACE]: a pod of that name.
named() {
  pod "$1" ".metadata.namespace = \"${2:-default}\"" >"$work/named.json"
  berthctl runp "$work/named.json"
}

@test "finding: a pod by its id, the beginning of it, its name, and namespace/name, in every command" {
  local id word
  id=$(named hello here)
  for word in "$id" "${id:0:12}" hello here/hello; do
    [ "$(berthctl inspectp "$word" | jq -r .status.id)" = "$id" ]
    berthctl trace "$word" | grep -q "$id"
    [ "$(berthctl wait "$word" --for ready --timeout 5s)" = "" ]
  done
  [ "$(berthctl stopp hello)" = "Stopped sandbox $id" ]
  [ "$(state_of "$id")" = SANDBOX_NOTREADY ]
  [ "$(berthctl rmp here/hello)" = "Removed sandbox $id" ]
  nothing_left
}

@test "finding: what nobody knows is not stopped, and what is near is told; of several nothing is done" {
  local one two
  one=$(named hello one)
  two=$(named hello two)
  for command in stopp rmp inspectp trace wait; do
    run --separate-stderr berthctl "$command" helo
    [ "$status" = 1 ] && [ -z "$output" ]
    if [ "$command" != trace ]; then [[ "$stderr" == *'there is no pod "helo"; near are: '*hello* ]]; fi
  done
  run --separate-stderr berthctl stopp hello
  [ "$status" = 1 ]
  [[ "$stderr" == *"$one"* && "$stderr" == *"$two"* ]]
  run --separate-stderr berthctl stopp one/hello nobody
  [ "$status" = 1 ]
  has_state "$one" SANDBOX_READY
  discard "$one" "$two"
}

@test "finding: stopp and rmp take filters and --all, and tell the sum" {
  local id
  for number in 1 2 3; do named "many-$number" bulk >/dev/null; done
  id=$(named other)
  run --separate-stderr berthctl stopp --namespace '^bulk$'
  [ "$status" = 0 ] && [ "$(wc -l <<<"$output")" = 3 ]
  [[ "$stderr" == "Stopped 3 pods in "* ]]
  has_state "$id" SANDBOX_READY
  run --separate-stderr berthctl rmp --state notready
  [[ "$stderr" == "Removed 3 pods in "* ]]
  berthctl stopp --all
  [ "$(command script -qec "'$binaries/berthctl' -r unix://$socket rmp --all" /dev/null | tr -d '\r')" = "Removed sandbox $id" ]
  nothing_left
}

@test "finding: drain takes no new pods, ends all, and is taken back" {
  named first && named second
  run --separate-stderr berthctl drain
  [ "$status" = 0 ]
  [[ "$stderr" == "Ended 2 pods in "* ]]
  run named third
  [ "$status" = 1 ] && [[ "$output" == *"drained"*"drain --off"* ]]
  berthctl info | jq -e '.status.conditions[0] | .status == false and .reason == "Drained"'
  [ "$(berthctl drain)" = "Drained; there are no pods" ]
  berthctl drain --off
  discard "$(named third)"
  nothing_left
}

@test "finding: pods -o wide has addresses, ports, pid and network namespace, and cuts for a narrow terminal" {
  local id line
  pod wide '.port_mappings = [{host_port: 18080, container_port: 80}]' >"$work/wide.json"
  id=$(berthctl runp "$work/wide.json")
  line=$(berthctl pods -o wide | grep wide)
  for word in "$(ip_of "$id")" "$(pause_of "$id")" "$(netns_of "$id")" '*:18080->80/tcp'; do [[ "$line" == *"$word"* ]]; done
  line=$(command script -qec "stty cols 100; '$binaries/berthctl' -r unix://$socket pods -o wide" /dev/null | tr -d '\r')
  [[ "$line" == *"$(ip_of "$id")"* && "$line" != *18080* ]]
  [ "$(wc -L <<<"$line")" -le 100 ]
  discard "$id"
}

@test "finding: a run under way is listed with its step, its plugin and its age; it is waited for" {
  script held "$(jq -nc --argjson held "$(held)" '{ADD: $held}')"
  conflist_berth '.plugins += [{type: "held"}]' | use_conflist
  forget
  named slow >"$work/slow.id" &
  local run=$!
  wait_until 10 is_held
  berthctl pods -o wide | grep -E 'RunPodSandbox .* AttachNetworks +held ADD +default/slow'
  run berthctl wait slow --for ready --timeout 300ms
  [ "$status" = 1 ] && [[ "$output" == *"was not ready within"* ]]
  berthctl wait slow --for ready --timeout 20s &
  local waiter=$!
  release
  wait "$waiter"
  wait "$run"
  berthctl wait slow --for removed --timeout 20s &
  waiter=$!
  discard "$(cat "$work/slow.id")"
  wait "$waiter"
}

@test "finding: events are told as they happen, and those that are asked for" {
  local id
  berthctl events >"$work/events" &
  local all=$!
  berthctl events -o json --filter event=deleted --filter name=told >"$work/deleted" &
  local deleted=$!
  wait_until 10 streams 2
  id=$(named told)
  discard "$id" "$(named untold)"
  wait_until 10 grep -q 'deleted .*default/untold' "$work/events"
  kill "$all" "$deleted"
  [ "$(grep "${id:0:13}" "$work/events" | awk '{print $2, $4}' | xargs)" = \
    "created default/told started default/told stopped default/told deleted default/told" ]
  [ "$(jq -r '.containerId + " " + .containerEventType' "$work/deleted")" = "$id CONTAINER_DELETED_EVENT" ]
}

# streams COUNT: as many clients are connected and wait.
streams() { [ "$(ss -Hlx src "$socket" | wc -l)" -ge 0 ] && [ "$(ss -Hx state connected src "$socket" | wc -l)" -ge "$1" ]; }

@test "finding: pods --watch lists anew when something happens" {
  berthctl pods --watch >"$work/watched" &
  local watcher=$!
  wait_until 10 test -s "$work/watched"
  discard "$(named watched)"
  wait_until 10 grep -q watched "$work/watched"
  kill "$watcher"
}

@test "finding: nothing is left behind" { no_leaks; }
