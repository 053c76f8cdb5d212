#!/usr/bin/env bats
# A pause that dies without being asked.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "exitwatch: a pause killed from outside is NOTREADY at once, and Remove still releases its network" {
  id=$(runp killed '.port_mappings = [{host_port: 18491, container_port: 80}]')
  ip=$(ip_of "$id") pause=$(pause_of "$id")
  kill -9 "$pause"
  wait_until 5 has_state "$id" SANDBOX_NOTREADY
  [ -e "$ipam_dir/berth/$ip" ]
  remove_sandbox "$id"
  [ ! -e "$ipam_dir/berth/$ip" ]
  nothing_left
}

@test "exitwatch: TERM ends a pause as well" {
  id=$(runp termed)
  kill -TERM "$(pause_of "$id")"
  wait_until 5 has_state "$id" SANDBOX_NOTREADY
  discard "$id"
  nothing_left
}

@test "exitwatch: no zombie stays" {
  id=$(runp zombie)
  pause=$(pause_of "$id")
  kill -9 "$pause"
  wait_until 5 gone "$pause"
  discard "$id"
}

@test "exitwatch: the name of a dead sandbox is taken until it is removed" {
  id=$(runp dead)
  kill -9 "$(pause_of "$id")"
  wait_until 5 has_state "$id" SANDBOX_NOTREADY
  refused already_exists 409 "$id" RunPodSandbox "$(run_request dead)"
  remove_sandbox "$id"
  again=$(runp dead)
  [ "$again" != "$id" ]
  discard "$again"
}

@test "exitwatch: zombies of a shared pid namespace are reaped by pause" {
  id=$(runp reaper)
  pause=$(pause_of "$id")
  # An orphan in the pod's pid namespace ends: its parent is pause then.
  nsenter --target "$pause" --pid -- bash -c '(sleep 0.05 & echo $BASHPID >/dev/null) & wait' 3>&-
  no_zombies() { [ -z "$(ps --ppid "$pause" -o stat= | grep Z)" ] && [ -z "$(ps --ppid "$pause" -o pid=)" ]; }
  wait_until 5 no_zombies
  discard "$id"
}

@test "exitwatch: nothing is left behind" { no_leaks; }
