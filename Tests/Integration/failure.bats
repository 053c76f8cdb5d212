#!/usr/bin/env bats
# What fails says what, where and what to do, leaves nothing behind, and the same pod then runs.

load common

setup_file() { file_setup 1s; }
teardown_file() { file_teardown; }

setup() {
  rm -f "$marks"/*
  conflist_berth | use_conflist
}

# chain POSITION BEHAVIOUR: the default network with the scripted plugin in it.
chain() {
  local plugin index
  plugin=$(jq -nc --arg add "$2" --arg marks "$marks" '{type: "scripted", add: $add, marks: $marks}')
  case $1 in first) index=0 ;; middle) index=1 ;; last) index=2 ;; esac
  conflist_berth ".plugins |= .[:$index] + [$plugin] + .[$index:]" | use_conflist
}

# fails BEHAVIOUR PATTERN…: wherever in the chain, Run fails with all these words, all is gone, the pod then runs.
fails() {
  local behaviour=$1 position pattern
  shift
  for position in first middle last; do
    chain "$position" "$behaviour"
    run api RunPodSandbox "$(run_request "f-$behaviour")"
    echo "$position, $behaviour: $output"
    [ "$status" -ne 0 ]
    message=$(jq -r .message <<<"$output")
    grep -q scripted <<<"$message"
    for pattern in "$@"; do grep -qE -- "$pattern" <<<"$message"; done
    nothing_left
    conflist_berth | use_conflist
    discard "$(runp "f-$behaviour")"
  done
}

@test "failure: a plugin's CNI error is told with plugin, code, message and details" {
  fails error 'berth' '107' 'scripted failure' 'as it was told'
}

@test "failure: a plugin that answers garbage" { fails garbage 'JSON|decod|pars'; }

@test "failure: a plugin that fails with garbage" { fails garbage-exit-1 'not JSON|html'; }

@test "failure: a plugin that answers nothing" { fails nothing 'empty|nothing|no result|JSON|decod|pars'; }

@test "failure: a plugin that fails with no word" { fails nothing-exit-1 'no error message'; }

@test "failure: a plugin killed by a signal" { fails signal 'signal|SIGSEGV|11'; }

@test "failure: a plugin that hangs past its timeout is killed with its children" {
  fails hang 'did not end within'
  run pgrep -af 'sleep infinity|/scripted'
  [ -z "$output" ]
}

@test "failure: the undo calls DEL on the whole chain, the plugins never added included" {
  chain last error
  sed -i "s/\"error\"/\"error\", \"del\": \"ok\"/" "$conf_dir/10-berth.conflist"
  run api RunPodSandbox "$(run_request undone)"
  [ "$status" -ne 0 ]
  [ -e "$marks/DEL" ]
  nothing_left
}

@test "failure: the error's detail carries the id and the undo report, and the trace of the failed run is kept" {
  chain last error
  run api RunPodSandbox "$(run_request reported)"
  [ "$status" -ne 0 ]
  detail=$(jq -r '.details[] | select(.type == "google.protobuf.StringValue") | .debug' <<<"$output")
  id=$(jq -r .podSandboxId <<<"$detail")
  [[ $id =~ ^[0-9a-f]{64}$ ]]
  jq -e '.undo | length > 0 and all(.[]; .outcome != "failed")' <<<"$detail"
  # The value is the protobuf of the same string.
  jq -r '.details[0].value' <<<"$output" | base64 -di | grep -qF "$id"
  run api berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"$id\"}"
  [ "$status" -eq 0 ]
  jq -e '.traces[0] | .outcome == "failed" and .operation == "RunPodSandbox"
    and any(.steps[]; .step == "AttachNetworks" and .action == "do" and .outcome == "failed"
      and any(.pluginCalls[]; .plugin == "scripted" and .error.code == 107 and (.stderr | test("a word on stderr"))))
    and any(.steps[]; .action == "undo")' <<<"$output"
}

@test "failure: a result without an address for eth0" {
  conflist_berth '.plugins = [{type: "scripted", add: "no-ip"}]' | use_conflist
  refused internal 500 'eth0' RunPodSandbox "$(run_request no-ip)"
  nothing_left
  conflist_berth | use_conflist
  discard "$(runp no-ip)"
}

@test "failure: no address is left in the range" {
  conflist_berth '.plugins[0] |= (.bridge = "berth-t1" | .ipam.ranges = [[{subnet: "10.202.0.0/30"}]])' | use_conflist
  one=$(runp range-1)
  run api RunPodSandbox "$(run_request range-2)"
  [ "$status" -ne 0 ]
  grep -q 'no IP addresses available' <<<"$output"
  discard "$one"
  nothing_left
  discard "$(runp range-2)"
  ip link del berth-t1
}

@test "failure: a plugin that is not there" {
  conflist_berth '.plugins += [{type: "not-there"}]' | use_conflist
  run api RunPodSandbox "$(run_request missing)"
  [ "$status" -ne 0 ]
  jq -r .message <<<"$output" | grep -q 'not-there'
  jq -r .message <<<"$output" | grep -qF "/usr/lib/cni"
  nothing_left
}

@test "failure: a plugin type with a path in it is refused and never run" {
  printf '#!/bin/sh\ntouch %s/escaped.ran\n' "$work" >"$work/escaped"
  chmod +x "$work/escaped"
  conflist_berth '.plugins += [{type: "../escaped"}]' | use_conflist
  run api RunPodSandbox "$(run_request escape)"
  [ "$status" -ne 0 ]
  jq -r .message <<<"$output" | grep -qF '../escaped'
  [ ! -e "$work/escaped.ran" ]
  nothing_left
}

@test "failure: no CNI configuration" {
  no_conflist
  run api RunPodSandbox "$(run_request no-network)"
  [ "$status" -ne 0 ]
  jq -r .message <<<"$output" | grep -q 'cni plugin not initialized'
  jq -r .message <<<"$output" | grep -qF "$conf_dir"
  nothing_left
  run api Status '{}'
  jq -e '.status.conditions[] | select(.type == "NetworkReady") | .status != true and .reason == "NetworkPluginNotReady"
    and (.message | test("cni plugin not initialized"))' <<<"$output"
  jq -e '.status.conditions[] | select(.type == "RuntimeReady") | .status' <<<"$output"
  conflist_berth | use_conflist
  discard "$(runp no-network)"
}

@test "failure: a running pod is torn down although its configuration is gone" {
  id=$(runp orphan '.port_mappings = [{host_port: 18480, container_port: 80}]')
  no_conflist
  discard "$id"
  nothing_left
}

@test "failure: a broken configuration leaves the last good one in force and is named by Status" {
  echo '{"cniVersion": "1.0.0", "name": "berth", "plugins": [' | use_conflist
  discard "$(runp still)"
  run api Status '{"verbose": true}'
  grep -q '10-berth.conflist' <<<"$output"
}

@test "failure: Stop fails while DEL fails, with the plugin's words, and succeeds later" {
  conflist_berth ".plugins += [{type: \"scripted\", del: \"error\"}]" | use_conflist
  id=$(runp stuck)
  run stop_sandbox "$id"
  [ "$status" -ne 0 ]
  grep -q 'scripted failure' <<<"$output"
  has_state "$id" SANDBOX_NOTREADY
  # The recorded configuration is the one that counts: the plugin itself has to come to its senses.
  mv "$work/plugins/scripted" "$work/scripted" && printf '#!/bin/sh\n' >"$work/plugins/scripted"
  chmod +x "$work/plugins/scripted"
  run discard "$id"
  mv "$work/scripted" "$work/plugins/scripted"
  echo "$output"
  [ "$status" -eq 0 ]
  nothing_left
}

@test "failure: the pod's group goes while DEL is at work, unless a plugin is told its path" {
  # The first of the chain is the last to be called.
  conflist_berth '.plugins |= [{type: "scripted", del: "need-no-cgroup"}] + .' | use_conflist
  discard "$(runp group-gone)"
  nothing_left
  conflist_berth '.plugins |= [{type: "scripted", del: "need-cgroup", capabilities: {cgroupPath: true}}] + .' | use_conflist
  discard "$(runp group-there)"
  nothing_left
}

@test "failure: the netns directory has gone or cannot be written" {
  id=$(runp before)
  umount -l "$netns_dir" && mv "$netns_dir" "$netns_dir.away" && touch "$netns_dir"
  run api RunPodSandbox "$(run_request nowhere)"
  rm "$netns_dir" && mv "$netns_dir.away" "$netns_dir"
  echo "$output"
  [ "$status" -ne 0 ]
  grep -qF "$netns_dir" <<<"$output"
  berthd_stop && berthd_start
  discard "$id"
  nothing_left
}

@test "failure: a netns directory on a read-only file system" {
  berthd_stop
  mkdir -p "$work/read-only" && mount -t tmpfs -o ro tmpfs "$work/read-only"
  run berthd_refuses "$work/read-only" --netns-dir "$work/read-only/netns"
  umount "$work/read-only"
  berthd_start
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "failure: the pause program is missing, or others may not execute it" {
  berthd_stop
  mkdir -p "$work/alone" && cp "$binaries/berthd" "$work/alone/"
  BERTHD=$work/alone/berthd run berthd_refuses berth-pause
  missing="$status $output"
  cp "$binaries/berth-pause" "$work/alone/" && chmod 700 "$work/alone/berth-pause"
  BERTHD=$work/alone/berthd run berthd_refuses berth-pause
  berthd_start
  echo "$missing; $status $output"
  [[ $missing = 0\ * ]]
  [ "$status" -eq 0 ]
}

@test "failure: the client goes in mid-run: everything is undone" {
  chain last hang
  api RunPodSandbox "$(run_request left)" >/dev/null 2>&1 3>&- &
  client=$!
  wait_until 10 test -e "$marks/ADD"
  pkill -9 -P "$client" curl || true
  kill -9 "$client" 2>/dev/null || true
  wait_until 10 nothing_left
  conflist_berth | use_conflist
  discard "$(runp left)"
}

@test "failure: a deadline of the client undoes everything" {
  chain last hang
  refused deadline_exceeded 504 '.' RunPodSandbox "$(run_request hurried)" -H 'Connect-Timeout-Ms: 300'
  wait_until 10 nothing_left
}

@test "failure: a second daemon on the same directories refuses to start and harms nothing" {
  id=$(runp first-daemon)
  run berthd_refuses "$root_dir|$work/run" --socket "$work/second.sock"
  echo "$output"
  [ "$status" -eq 0 ]
  [ ! -S "$work/second.sock" ]
  has_state "$id" SANDBOX_READY
  discard "$id"
}

@test "failure: nothing is left behind" { no_leaks; }
