#!/usr/bin/env bats
# The daemon dies, in whatever moment, and the next one finds everything, or nothing.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

start_ten() {
  local i
  for i in {0..9}; do runp "ten-$i"; done
}

snapshot() { for id in "$@"; do status_of "$id" | jq -c '[.status.id, .status.state, .status.network, .status.createdAt, (.info.info | fromjson | .pid, .netnsPath)]'; done; }

@test "restart: SIGKILL with 10 sandboxes: all are READY with their addresses afterwards, stop and remove leave nothing" {
  mapfile -t ids < <(start_ten)
  [ "${#ids[@]}" = 10 ]
  before=$(snapshot "${ids[@]}")
  berthd_stop KILL
  for id in "${ids[@]}"; do [ -e "$netns_dir/cni-${id:0:8}-${id:8:4}-${id:12:4}-${id:16:4}-${id:20:12}" ]; done
  berthd_start
  [ "$(snapshot "${ids[@]}")" = "$before" ]
  [ "$(sandbox_ids | sort)" = "$(printf '%s\n' "${ids[@]}" | sort)" ]
  [ "$(runp ten-0)" = "${ids[0]}" ]
  discard "${ids[@]}"
  nothing_left
}

@test "restart: SIGTERM is graceful: sandboxes stay, the socket goes, exit status 0" {
  id=$(runp stays)
  pid=$(cat "$work/berthd.pid")
  kill "$pid"
  wait_until 20 gone "$pid"
  [ ! -S "$socket" ]
  [ -d "/proc/$(pgrep -f '^/pause')" ]
  berthd_start
  has_state "$id" SANDBOX_READY
  discard "$id"
}

@test "restart: a pause that died while no daemon ran is NOTREADY, and Remove releases its network" {
  id=$(runp died-meanwhile)
  pause=$(pause_of "$id") ip=$(ip_of "$id")
  berthd_stop KILL
  kill -9 "$pause"
  wait_until 10 gone "$pause"
  berthd_start
  has_state "$id" SANDBOX_NOTREADY
  discard "$id"
  [ ! -e "$ipam_dir/berth/$ip" ]
  nothing_left
}

@test "restart: an exit is still watched after the restart" {
  id=$(runp watched)
  berthd_stop KILL
  berthd_start
  kill -9 "$(pause_of "$id")"
  wait_until 10 has_state "$id" SANDBOX_NOTREADY
  discard "$id"
  nothing_left
}

# killed_in_add ROUND: SIGKILL while portmap's ADD waits; it could go on at any moment.
killed_in_add() {
  rm -f "$marks"/*
  conflist_berth ".plugins[1] |= (.type = \"slow-portmap\" | .marks = \"$marks\")" | use_conflist
  api RunPodSandbox "$(run_request "hanging-$1" '.port_mappings = [{host_port: 18490, container_port: 80}]')" >/dev/null 2>&1 3>&- &
  client=$!
  wait_until 10 test -e "$marks/waiting"
  berthd_stop KILL
  wait "$client" || true
}

after_the_restart() {
  [ -z "$(sandbox_ids)" ]
  run pgrep -af slow-portmap
  [ -z "$output" ]
  nothing_left
}

@test "restart: SIGKILL while a plugin hangs in ADD: the plugin is gone before the DEL, and nothing of the pod is left" {
  killed_in_add held
  berthd_start
  touch "$marks/release"
  after_the_restart
  conflist_berth | use_conflist
  discard "$(runp hanging-held '.port_mappings = [{host_port: 18490, container_port: 80}]')"
  nothing_left
}

@test "restart: SIGKILL, and the plugin goes on while the next daemon recovers: no firewall rule stays" {
  rounds=5
  [ -z "${BERTH_TEST_LONG:-}" ] || rounds=50
  for ((round = 0; round < rounds; round++)); do
    killed_in_add "$round"
    touch "$marks/release"
    berthd_start
    after_the_restart
  done
  conflist_berth | use_conflist
}

@test "restart: SIGKILL in the midst of many runs: what remains is whole" {
  for i in {1..12}; do
    api RunPodSandbox "$(run_request "midst-$i")" >/dev/null 2>&1 3>&- &
    clients="$clients $!"
  done
  some_pinned() { [ "$(find "$netns_dir" -mindepth 1 | wc -l)" -ge 4 ]; }
  wait_until 10 some_pinned
  berthd_stop KILL
  for client in $clients; do wait "$client" || true; done
  berthd_start
  mapfile -t ids < <(sandbox_ids)
  for id in "${ids[@]}"; do
    has_state "$id" SANDBOX_READY
    ip_of "$id"
  done
  [ "$(find "$netns_dir" -mindepth 1 | wc -l)" = "${#ids[@]}" ]
  discard "${ids[@]}"
  nothing_left
}

@test "restart: a record that cannot be read does not stop the daemon" {
  id=$(runp readable)
  spoilt=$(runp spoilt)
  berthd_stop
  record=$(grep -rl "$spoilt" "$root_dir" | head -n 1)
  cp "$record" "$work/record" && echo '{"half":' >"$record"
  berthd_start
  has_state "$id" SANDBOX_READY
  grep -q "$spoilt" "$work/berthd.log"
  berthd_stop
  find "$root_dir" -name "*$spoilt*" -delete && cp "$work/record" "$record"
  berthd_start
  discard "$id" "$spoilt"
  nothing_left
}

@test "restart: nothing is left behind" { no_leaks; }
