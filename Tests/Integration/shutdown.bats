#!/usr/bin/env bats
# TERM: what is under way is finished or undone, sandboxes live on; a second TERM ends at once, and the next start cleans up.

load common

# A plugin waits far longer than the daemon at its end.
setup_file() {
  file_setup 120s
  ln -s "$binaries/noop-plugin" "$work/plugins/slow"
}
teardown_file() { file_teardown; }

setup() {
  rm -f "$marks"/*
  slow '{}'
  conflist_berth '.plugins += [{type: "slow"}]' | use_conflist
}

# slow SCRIPT: what the plugin does from now on.
slow() {
  printf '%s' "$1" >"$work/slow.next" && mv "$work/slow.next" "$work/plugins/slow.debug"
}

# slow_until_released VERB: the plugin says that it was called, and waits for a file that never comes unless the test makes it.
slow_until_released() {
  slow "{\"$1\": {\"mark\": \"$marks/waiting\", \"hang\": {\"untilFile\": \"$marks/release\"}}}"
}

# grace DURATION: a daemon that ends within that time, and whose exit status can be waited for.
restart_with_grace() {
  local pid
  berthd_stop
  jq --arg grace "$1" '.shutdownGrace = $grace' "$work/berthd.json" >"$work/berthd.json.next"
  mv "$work/berthd.json.next" "$work/berthd.json"
  with_no_descriptors berthd_exec </dev/null >>"$work/berthd.log" 2>&1 &
  daemon=$!
  echo "$daemon" >"$work/berthd.pid"
  wait_until 20 healthy
}

# in_background METHOD BODY: asks, and leaves the answer in $work/answer; $client waits for it.
in_background() {
  api "$@" >"$work/answer" 2>&1 3>&- &
  client=$!
}

shutting_down() {
  local answer
  answer=$(api ListPodSandbox) && return 1
  grep -q '"code":"unavailable"' <<<"$answer"
}

ended_with() {
  local status=0
  wait_until 20 gone "$daemon"
  wait "$daemon" || status=$?
  echo "berthd ended with $status"
  [ "$status" -eq "$1" ]
}

no_plugin_runs() {
  run pgrep -f "^$work/plugins/slow"
  [ -z "$output" ]
}

@test "shutdown: a run in flight is finished and answered; new requests get unavailable; the sandbox lives on" {
  restart_with_grace 60s
  slow_until_released ADD
  in_background RunPodSandbox "$(run_request finished)"
  wait_until 10 test -e "$marks/waiting"
  kill "$daemon"
  wait_until 10 shutting_down
  refused unavailable 503 'shutting down' RunPodSandbox "$(run_request too-late)"
  touch "$marks/release"
  wait "$client"
  id=$(jq -er .podSandboxId "$work/answer")
  ended_with 0
  [ ! -S "$socket" ]
  berthd_start
  has_state "$id" SANDBOX_READY
  [ "$(sandbox_ids)" = "$id" ]
  slow '{}'
  discard "$id"
  nothing_left
}

@test "shutdown: a stop in flight is finished and answered" {
  restart_with_grace 60s
  id=$(runp stopping)
  slow_until_released DEL
  in_background StopPodSandbox "{\"podSandboxId\":\"$id\"}"
  wait_until 10 test -e "$marks/waiting"
  kill "$daemon"
  wait_until 10 shutting_down
  touch "$marks/release"
  wait "$client"
  ended_with 0
  slow '{}'
  berthd_start
  has_state "$id" SANDBOX_NOTREADY
  remove_sandbox "$id"
  nothing_left
}

@test "shutdown: a run that does not finish within the grace time is undone, and its client told" {
  restart_with_grace 4s
  slow_until_released ADD
  in_background RunPodSandbox "$(run_request undone)"
  wait_until 10 test -e "$marks/waiting"
  kill "$daemon"
  ended_with 0
  wait "$client" && false
  cat "$work/answer"
  grep -q '"code":"unavailable"' "$work/answer"
  grep -q 'shutting down' "$work/answer"
  # All of it before the daemon ended: no other one has run since.
  [ -z "$(ls "$root_dir/sandboxes")" ]
  [ -z "$(find "$netns_dir" -mindepth 1)" ]
  no_plugin_runs
  berthd_start
  nothing_left
}

@test "shutdown: a stop that does not finish within the grace time does not hold it up; the next start finishes it" {
  restart_with_grace 4s
  id=$(runp stuck)
  slow_until_released DEL
  in_background StopPodSandbox "{\"podSandboxId\":\"$id\"}"
  wait_until 10 test -e "$marks/waiting"
  kill "$daemon"
  ended_with 0
  wait "$client" || true
  slow '{}'
  berthd_start
  no_plugin_runs
  has_state "$id" SANDBOX_NOTREADY
  remove_sandbox "$id"
  nothing_left
}

@test "shutdown: a second TERM ends at once with status 1, and the next start cleans up" {
  restart_with_grace 120s
  slow_until_released ADD
  in_background RunPodSandbox "$(run_request cut-off)"
  wait_until 10 test -e "$marks/waiting"
  kill "$daemon"
  wait_until 10 shutting_down
  kill "$daemon"
  ended_with 1
  wait "$client" || true
  # The plugin would go on, had the next start not ended it before its DEL.
  touch "$marks/release"
  slow '{}'
  berthd_start
  no_plugin_runs
  nothing_left
  discard "$(runp cut-off)"
  nothing_left
}

@test "shutdown: a stream of events tells what happens, does not hold the end up, and says why it ends" {
  restart_with_grace 60s
  printf '\0\0\0\0\002{}' | curl -sSN --unix-socket "$socket" -H 'Content-Type: application/connect+json' --data-binary @- \
    -D "$work/events.head" -o "$work/events" http://berth/runtime.v1.RuntimeService/GetContainerEvents 3>&- &
  listener=$!
  # With the head, the daemon has begun to listen for the client.
  wait_until 10 grep -qi 'content-type: application/connect+json' "$work/events.head"
  id=$(runp watched)
  kill -9 "$(pause_of "$id")"
  told() { grep -aqE "\"containerId\":\"$id\",\"containerEventType\":\"CONTAINER_$1_EVENT\"" "$work/events"; }
  wait_until 10 told STOPPED
  told CREATED
  told STARTED
  discard "$id"
  wait_until 10 told DELETED
  kill "$daemon"
  wait "$listener"
  ended_with 0
  grep -aq '{"error":{"code":"unavailable"' "$work/events"
  berthd_start
  nothing_left
}

@test "shutdown: with nothing under way it ends by itself" {
  restart_with_grace 60s
  id=$(runp calm)
  kill "$daemon"
  ended_with 0
  berthd_start
  has_state "$id" SANDBOX_READY
  discard "$id"
  nothing_left
}

@test "shutdown: nothing is left behind" { no_leaks; }
