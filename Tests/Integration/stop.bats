#!/usr/bin/env bats
# Stop and Remove where something holds on to the pod, and what becomes of a pause that dies at an odd moment.

load common
load scripted
eval "$(declare -f teardown | sed '1s/teardown/teardown_of_all/')"

setup_file() {
  file_setup
  berthd_with '{"stepTimeout": "2s"}'
  warm_up
}
teardown_file() { file_teardown; }

# Whatever a failed test holds, it lets go of.
teardown() {
  local freezer=/sys/fs/cgroup/freezer$BERTH_TEST_CGROUP-frozen
  [ ! -d "$freezer" ] || echo THAWED >"$freezer/freezer.state"
  if [ -e "$work/holder" ]; then kill -KILL "$(cat "$work/holder")" 2>/dev/null || true; fi
  [ ! -d "$freezer" ] || wait_until 10 rmdir "$freezer" || true
  mountpoint -q "$root_dir/sandboxes" && umount "$root_dir/sandboxes"
  if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
    script last
    berthd_stop && berthd_start || true
  fi
  teardown_of_all
}

setup() {
  forget
  script last
  conflist_berth '.plugins += [{type: "last"}]' | use_conflist
}

# --- held open -------------------------------------------------------------------------------------------------------

held_by() { holder=$1 && echo "$1" >"$work/holder"; }

# hold_pod ID: a process that has them open, stays in the shm mount and in the pod's network; its number is $holder.
hold_pod() {
  local netns shm
  netns=$(netns_of "$1") shm=$work/run/sandboxes/$1/shm
  echo kept >"$shm/file"
  nsenter --net="$netns" bash -c 'exec 7<"$1" 8<>"$2/file" 9<"$3"; cd "$2"; touch "$4"; exec sleep 600' \
    bash "$netns" "$shm" "$work/run/sandboxes/$1/hosts" "$marks/held" >/dev/null 2>&1 3>&- &
  held_by $!
  wait_until 10 test -e "$marks/held"
}

@test "stop: a process that holds the netns, a file in the pod's shm and its directory holds up neither Stop nor Remove" {
  id=$(runp held-open)
  hold_pod "$id"
  stop_sandbox "$id"
  remove_sandbox "$id"
  nothing_left
  kill -0 "$holder"
  kill -KILL "$holder"
}

@test "stop: nor does it hold up a Remove of a ready pod, or one by force, or one whose pause has died" {
  for way in RemovePodSandbox berth.v1.BerthService/ForceRemovePodSandbox dead; do
    forget
    id=$(runp held-open)
    hold_pod "$id"
    if [ "$way" = dead ]; then
      kill -KILL "$(pause_of "$id")"
      wait_until 10 has_state "$id" SANDBOX_NOTREADY
      way=RemovePodSandbox
    fi
    api "$way" "{\"podSandboxId\":\"$id\"}"
    nothing_left
    kill -KILL "$holder"
  done
}

@test "stop: a copy of the pod's mounts in another mount namespace holds up neither" {
  id=$(runp copied)
  unshare --mount --propagation private bash -c 'touch "$1"; exec sleep 600' bash "$marks/held" >/dev/null 2>&1 3>&- &
  held_by $!
  wait_until 10 test -e "$marks/held"
  grep -q "$id/shm" "/proc/$holder/mountinfo"
  discard "$id"
  nothing_left
  kill -KILL "$holder"
}

# --- a pause that does not end ---------------------------------------------------------------------------------------

# hold_pause ID KIND: a process of the pod's PID namespace keeps pause from ending: one that is frozen, or one whose parent, which
# is outside, does not reap it.
hold_pause() {
  local pause member
  pause=$(pause_of "$1")
  nsenter --target "$pause" --pid sleep 600 >/dev/null 2>&1 3>&- &
  held_by $!
  member_there() { [ -n "$(cat "/proc/$holder/task/$holder/children")" ]; }
  wait_until 10 member_there
  member=$(tr -d ' ' <"/proc/$holder/task/$holder/children")
  if [ "$2" = frozen ]; then
    freezer=/sys/fs/cgroup/freezer$BERTH_TEST_CGROUP-frozen
    mkdir -p "$freezer"
    echo "$member" >"$freezer/cgroup.procs"
    echo FROZEN >"$freezer/freezer.state"
    is_frozen() { grep -qx FROZEN "$freezer/freezer.state"; }
    wait_until 10 is_frozen
  else
    kill -STOP "$holder"
  fi
}

let_go() {
  [ "$1" != frozen ] || echo THAWED >"$freezer/freezer.state"
  kill -CONT "$holder" 2>/dev/null || true
  wait_until 10 gone "$holder"
  [ "$1" != frozen ] || wait_until 10 rmdir "$freezer"
}

# stuck_at METHOD KIND: the answer names the pause; with the hold gone the pod goes.
stuck_at() {
  local id pause
  id=$(runp "stuck-$2")
  pause=$(pause_of "$id")
  hold_pause "$id" "$2"
  for _ in first again; do
    run api "$1" "{\"podSandboxId\":\"$id\"}"
    echo "$output"
    [ "$status" -ne 0 ]
    jq -r .message <<<"$output" | grep -q "pause $pause was killed but has not ended"
    kill -0 "$pause"
    has_state "$id" SANDBOX_NOTREADY
  done
  # Others are served.
  discard "$(runp beside)"
  let_go "$2"
  api "$1" "{\"podSandboxId\":\"$id\"}"
  discard "$id"
  nothing_left
}

@test "stop: a pause that cannot end, because a process of its PID namespace does not, is named at the deadline" {
  stuck_at StopPodSandbox unreaped
  stuck_at RemovePodSandbox unreaped
}

@test "stop: a frozen process of the pod's PID namespace is the same" {
  [ -d /sys/fs/cgroup/freezer ] || skip "no freezer of cgroup v1 (v2's lets a frozen process be killed)"
  stuck_at StopPodSandbox frozen
  stuck_at RemovePodSandbox frozen
}

@test "stop: what is told of such a pause is that a deadline has passed" {
  id=$(runp late)
  hold_pause "$id" unreaped
  refused deadline_exceeded 504 "pause $(pause_of "$id") " StopPodSandbox "{\"podSandboxId\":\"$id\"}"
  let_go unreaped
  discard "$id"
  nothing_left
}

@test "stop: a forced removal frees no name while its pause cannot end" {
  id=$(runp forced-stuck)
  hold_pause "$id" unreaped
  pause=$(pause_of "$id")
  run berthctl rmp --force "$id"
  echo "$output"
  [ "$status" -ne 0 ]
  grep -q "pause $pause was killed" <<<"$output"
  [ "$(sandbox_ids)" = "$id" ]
  berthctl leftovers -o json | jq -e '[.leftovers[].kind] == ["sandbox"]'
  let_go unreaped
  discard "$id"
  nothing_left
}

# --- the exit is watched ---------------------------------------------------------------------------------------------

has_no_pause() { [ "$(info_of "$1" '.pid // 0')" = 0 ]; }

@test "stop: after a Stop that failed, a pause that lives on is watched: its death is seen at once" {
  berthd_stop
  BERTH_FAILPOINT=undo.StartPause.before=error berthd_start
  id=$(runp watched)
  pause=$(pause_of "$id")
  # The step before says on the disk that a stop has begun, and kills pause where the netns is mounted.
  umount "$netns_dir/$(basename "$(netns_of "$id")")"
  run stop_sandbox "$id"
  echo "$output"
  [ "$status" -ne 0 ]
  kill -0 "$pause"
  [ "$(pause_of "$id")" = "$pause" ]
  kill -KILL "$pause"
  wait_until 5 has_no_pause "$id"
  has_state "$id" SANDBOX_NOTREADY
  discard "$id"
  berthd_stop
  berthd_start
  nothing_left
}

@test "stop: an exit is watched after a Stop that could not even begin" {
  berthd_stop
  BERTH_FAILPOINT=undo.StartPause.before=error berthd_start
  id=$(runp unwritten)
  pause=$(pause_of "$id")
  read_only "$root_dir/sandboxes"
  umount "$netns_dir/$(basename "$(netns_of "$id")")"
  run stop_sandbox "$id"
  writable "$root_dir/sandboxes"
  echo "$output"
  [ "$status" -ne 0 ]
  kill -0 "$pause"
  kill -KILL "$pause"
  wait_until 5 has_no_pause "$id"
  wait_until 5 has_state "$id" SANDBOX_NOTREADY
  discard "$id"
  berthd_stop
  berthd_start
  nothing_left
}

@test "stop: an exit is watched after a Stop whose DEL failed" {
  script last "{\"DEL\": $(refusing)}"
  id=$(runp half-stopped)
  pause=$(pause_of "$id")
  run stop_sandbox "$id"
  [ "$status" -ne 0 ]
  wait_until 5 has_no_pause "$id"
  gone "$pause"
  has_state "$id" SANDBOX_NOTREADY
  script last
  discard "$id"
  nothing_left
}

# --- the address -----------------------------------------------------------------------------------------------------

no_address() { status_of "$1" | jq -e '(.status.network.ip // "") == "" and (.status.network.additionalIps // []) == []'; }

@test "stop: a sandbox that is not ready has no address: stopped, half stopped, dead, and after a restart" {
  stopped=$(runp stopped) dead=$(runp dead) half=$(runp half)
  for id in "$stopped" "$dead" "$half"; do status_of "$id" | jq -e '.status.network.ip != "" and (.status.network.additionalIps | length) == 1'; done
  stop_sandbox "$stopped"
  kill -KILL "$(pause_of "$dead")"
  wait_until 10 has_state "$dead" SANDBOX_NOTREADY
  script last "{\"DEL\": $(refusing)}"
  run stop_sandbox "$half"
  [ "$status" -ne 0 ]
  for id in "$stopped" "$dead" "$half"; do no_address "$id"; done
  berthd_stop
  berthd_start
  for id in "$stopped" "$dead" "$half"; do
    has_state "$id" SANDBOX_NOTREADY
    no_address "$id"
  done
  script last
  discard "$stopped" "$dead" "$half"
  nothing_left
}

# --- a pause that dies in mid-run ------------------------------------------------------------------------------------

# pause_killer: a plugin's program that kills the pause of the pod that it is called for.
pause_killer() {
  cat >"$work/kill-pause" <<'KILLER'
#!/bin/sh
cat /sys/fs/cgroup/*/"$BERTH_TEST_CGROUP/$CNI_CONTAINERID"/pause/cgroup.procs /sys/fs/cgroup/"$BERTH_TEST_CGROUP/$CNI_CONTAINERID"/pause/cgroup.procs 2>/dev/null |
  sort -u | xargs -r kill -KILL
KILLER
  chmod +x "$work/kill-pause"
}

@test "stop: a pause that dies in the midst of its run, wherever: the run fails or the pod is not ready, and nothing stays" {
  pause_killer
  for index in 0 1 2; do
    conflist_berth ".plugins |= .[:$index] + [{type: \"last\"}] + .[$index:]" | use_conflist
    script last "{\"ADD\": {\"run\": [\"env\", \"BERTH_TEST_CGROUP=$BERTH_TEST_CGROUP\", \"$work/kill-pause\"]}}"
    run api RunPodSandbox "$(run_request "dies-$index")"
    echo "at $index: $output"
    if [ "$status" -eq 0 ]; then
      id=$(jq -r .podSandboxId <<<"$output")
      wait_until 10 has_state "$id" SANDBOX_NOTREADY
      discard "$id"
    fi
    nothing_left
    script last
    discard "$(runp "dies-$index")"
  done
}

@test "stop: a pause that is killed as soon as it is there: the same" {
  script last "$(jq -nc '{ADD: {delayMilliseconds: 20}}')"
  # It kills what comes into any group for a pause, as fast as it can look.
  python3 -B - "$BERTH_TEST_CGROUP" "$marks/enough" >/dev/null 2>&1 3>&- <<'PYTHON' &
import glob, os, sys
while not os.path.exists(sys.argv[2]):
    for path in [path for root in ("", "/pids") for path in glob.glob(f"/sys/fs/cgroup{root}{sys.argv[1]}/*/pause/cgroup.procs")]:
        try:
            for pid in open(path).read().split():
                os.kill(int(pid), 9)
        except OSError:
            pass
PYTHON
  killer=$!
  for round in {1..12}; do
    run api RunPodSandbox "$(run_request "shot-$round")"
    [ "$status" -ne 0 ] || discard "$(jq -r .podSandboxId <<<"$output")"
  done
  touch "$marks/enough"
  wait_until 10 gone "$killer"
  nothing_left
  script last
  discard "$(runp unharmed)"
}

# --- a device of the host --------------------------------------------------------------------------------------------

host_device() {
  ip link add spare0 type veth peer name spare-peer
  jq -n --arg ipam "$ipam_dir" '{cniVersion: "1.0.0", name: "device", plugins: [{type: "host-device", device: "spare0",
    ipam: {type: "host-local", dataDir: $ipam, subnet: "10.204.0.0/24"}}]}' | use_conflist
}
links() { ip -j link show | jq -r '.[].ifname' | sort | tr '\n' ' '; }

# no_stand_in WAY: with the device dealt with in this way, no link is on the host that was not there before.
no_stand_in() {
  local id before
  before=$(links)
  host_device
  id=$(runp "device-$1")
  case $1 in
  moved) in_pod "$id" ip link set eth0 netns $$ name spare1 ;;
  deleted) in_pod "$id" ip link del eth0 ;;
  renamed) in_pod "$id" ip link set eth0 down name other ;;
  dead) kill -KILL "$(pause_of "$id")" && wait_until 10 has_state "$id" SANDBOX_NOTREADY ;;
  esac
  run stop_sandbox "$id"
  echo "$1: $output"
  run berthctl rmp --force "$id"
  echo "$output"
  ip link del spare-peer 2>/dev/null || true
  # Its other end took the device with it, wherever that was by then.
  echo "before: $before; after: $(links)"
  same_links() { [ "$(links)" = "$before" ]; }
  wait_until 5 same_links
  # The plugin does not find its interface and never will: only somebody's word ends that debt.
  run berthctl rmp --force --forgive "$id"
  echo "$output"
  nothing_left
}

@test "stop: a host's device that somebody has taken out of the pod gets no stand-in on the host" {
  for way in moved deleted renamed dead; do no_stand_in "$way"; done
}

@test "stop: nothing is left behind" { no_leaks; }
