#!/usr/bin/env bats
# What gc takes and what it tells the plugins, and what may be owed.

load common
load scripted

pair_dir=$work/pair.d

setup_file() {
  mkdir -p "$pair_dir"
  file_setup
  script last
  script one "$(gives 10.203.0.2)"
  script two "$(gives 10.203.0.3)"
  for name in one two; do
    jq -n --arg name "$name" '{cniVersion: "1.1.0", name: $name, plugins: [{type: $name}]}' >"$pair_dir/10-$name.conflist"
  done
  berthd_with "{\"runtimeHandlers\": {\"pair\": {\"cniConfDir\": \"$pair_dir\", \"networks\": [\"one\", \"two\"]}}}"
  warm_up
}
teardown_file() { file_teardown; }

setup() {
  forget
  script last
  script one "$(gives 10.203.0.2)"
  script two "$(gives 10.203.0.3)"
  conflist_berth '.plugins += [{type: "last"}]' | use_conflist
}

# gives ADDRESS [MORE]: a plugin whose ADD's result has it; MORE is put over that.
gives() {
  jq -nc --arg address "$1/24" --argjson more "${2:-{\}}" \
    '{ADD: {result: {interfaces: [{name: "eth0", sandbox: "/pod"}, {name: "eth1", sandbox: "/pod"}], ips: [{address: $address}]}}} * $more'
}

# --- what the plugins' GC is told ------------------------------------------------------------------------------------

pair_request() { run_request "$1" | jq -c '.runtime_handler = "pair"'; }

# valid_of NAME: what the network's GC was told last.
valid_of() {
  jq -c --arg name "$1" 'select(.verb == "GC") | .stdin | if type == "string" then fromjson else . end | select(.name == $name)
    | .["cni.dev/valid-attachments"]' "$calls" 2>/dev/null | tail -n 1
}
was_told() { [ -n "$(valid_of "$1")" ]; }

# told ID NAME…: the GC of these networks was told of both attachments of the sandbox.
told() {
  local id=$1 name interface
  shift
  for name in "$@"; do
    wait_until 10 was_told "$name"
    echo "$name: $(valid_of "$name")"
    for interface in eth0 eth1; do
      valid_of "$name" | jq -e --arg id "$id" --arg interface "$interface" 'any(.[]; .containerID == $id and .ifname == $interface)'
    done
  done
}

told_both() {
  rm -f "$calls"
  api berth.v1.BerthService/CollectGarbage '{}'
  told "$1" one two
}

held_id() { cut -d ' ' -f 2 "$marks/waiting" | tail -n 1; }

# told_while_held: of the network whose plugin is held no GC runs meanwhile (CNI); of the other it does, and knows both.
told_while_held() {
  rm -f "$calls"
  in_background collection berth.v1.BerthService/CollectGarbage '{}'
  collection=$!
  told "$(held_id)" one
  release
  wait "$collection"
}

@test "gc: a run on two networks that is held in ADD: GC is told of both its attachments" {
  script two "$(gives 10.203.0.3 "{\"ADD\": $(held)}")"
  in_background answer RunPodSandbox "$(pair_request held-add)"
  client=$!
  wait_until 10 is_held
  told_while_held
  wait "$client"
  id=$(jq -r .podSandboxId "$work/answer")
  told_both "$id"
  discard "$id"
  nothing_left
}

@test "gc: a run on two networks that is held in its undo, a pod held in Stop or in Remove: the same" {
  for way in undo StopPodSandbox RemovePodSandbox; do
    echo "$way"
    forget
    id=
    if [ "$way" = undo ]; then
      script two "{\"ADD\": $(refusing), \"DEL\": $(held)}"
      in_background answer RunPodSandbox "$(pair_request held-undo)"
    else
      script two "$(gives 10.203.0.3 "{\"DEL\": $(held)}")"
      id=$(api RunPodSandbox "$(pair_request "held-$way")" | jq -r .podSandboxId)
      in_background answer "$way" "{\"podSandboxId\":\"$id\"}"
    fi
    client=$!
    wait_until 10 is_held
    told_while_held
    wait "$client" || [ "$way" = undo ]
    script two "$(gives 10.203.0.3)"
    [ -z "$id" ] || discard "$id"
  done
  nothing_left
}

@test "gc: pods that are ready, half stopped and after a restart: the same" {
  id=$(api RunPodSandbox "$(pair_request steady)" | jq -r .podSandboxId)
  told_both "$id"
  berthd_stop KILL
  berthd_start
  told_both "$id"
  script one "$(gives 10.203.0.2 "{\"DEL\": $(refusing)}")"
  run stop_sandbox "$id"
  [ "$status" -ne 0 ]
  told_both "$id"
  has_state "$id" SANDBOX_NOTREADY
  script one "$(gives 10.203.0.2)"
  discard "$id"
  nothing_left
}

# --- a trace alone ---------------------------------------------------------------------------------------------------

digits() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
hierarchies() { for path in /sys/fs/cgroup /sys/fs/cgroup/*; do [ ! -d "$path$BERTH_TEST_CGROUP" ] || echo "$path"; done; }

# collected ID PATH: gc names it, and takes it.
collected() {
  [ -e "$2" ]
  run berthctl gc --dry-run
  echo "$output"
  grep -qF -- "$2" <<<"$output"
  [ -e "$2" ]
  berthctl gc | grep -qx "$1  removed"
  [ ! -e "$2" ]
  nothing_left
}

@test "gc: one trace of an id of ours, whichever it is and with no other beside it, is found and goes" {
  tag=$(runp donor)
  donor=$tag tag=${tag:24:8}
  new_id() { echo "$(digits 12)$tag$(digits 16)"; }
  entry=$(grep -rl "\"$donor\"" "$cache_dir/results" | head -n 1)
  cp "$entry" "$work/entry"
  discard "$donor"
  for hierarchy in $(hierarchies); do
    id=$(new_id)
    mkdir "$hierarchy$BERTH_TEST_CGROUP/$id"
    collected "$id" "$hierarchy$BERTH_TEST_CGROUP/$id"
    id=$(new_id)
    mkdir -p "$hierarchy$BERTH_TEST_CGROUP/$id/pause"
    collected "$id" "$hierarchy$BERTH_TEST_CGROUP/$id"
  done
  # Plugins have a group in one hierarchy alone, the unified one if there is one.
  id=$(new_id)
  mkdir "$hierarchy$BERTH_TEST_CGROUP/$id.cni"
  collected "$id" "$hierarchy$BERTH_TEST_CGROUP/$id.cni"
  id=$(new_id)
  mkdir "$work/run/sandboxes/$id"
  collected "$id" "$work/run/sandboxes/$id"
  id=$(new_id)
  mkdir -p "$work/run/sandboxes/$id/shm" && mount -t tmpfs tmpfs "$work/run/sandboxes/$id/shm"
  collected "$id" "$work/run/sandboxes/$id"
  id=$(new_id)
  printf '%s\r\neth0' "$id" >"$ipam_dir/berth/10.201.250.9"
  collected "$id" "$ipam_dir/berth/10.201.250.9"
  id=$(new_id)
  sed "s/$donor/$id/g" "$work/entry" >"${entry//$donor/$id}"
  berthctl gc --dry-run | grep -qx "$id  would be removed"
  berthctl gc | grep -qx "$id  removed"
  [ ! -e "${entry//$donor/$id}" ]
  nothing_left
}

@test "gc: a group of plugins with a process that somebody has left in it" {
  id=$(runp donor)
  ours=$(digits 12)${id:24:8}$(digits 16)
  hierarchy=$(hierarchies | tail -n 1)
  mkdir "$hierarchy$BERTH_TEST_CGROUP/$ours.cni"
  sleep 600 >/dev/null 2>&1 3>&- &
  left=$!
  echo "$left" >"$hierarchy$BERTH_TEST_CGROUP/$ours.cni/cgroup.procs"
  berthctl gc | grep -qx "$ours  removed"
  wait_until 10 gone "$left"
  has_state "$id" SANDBOX_READY
  discard "$id"
  nothing_left
}

# --- what is owed ----------------------------------------------------------------------------------------------------

leftover_kinds() { berthctl leftovers -o json | jq -r '.leftovers[] | "\(.kind) \(.podSandboxId)"'; }

# attempts: when DEL was called for the sandbox, in tenths of a second; what belongs to one attempt counts once.
attempts() {
  jq -r --arg id "$1" 'select(.verb == "DEL" and .environment.CNI_CONTAINERID == $id) | .nanoseconds / 1e8 | floor' "$calls" 2>/dev/null |
    awk 'NR == 1 || $1 - last > 5 { print; } { last = $1 }'
}
attempted() { [ "$(attempts "$1" | wc -l)" -ge "$2" ]; }

@test "owed: a DEL that fails for ever is tried again ever more seldom, also after a restart" {
  id=$(runp debtor)
  script last "{\"DEL\": $(refusing)}"
  berthctl rmp --force "$id"
  for life in first second; do
    rm -f "$calls"
    [ "$life" = first ] || { berthd_stop && berthd_start; }
    wait_until 30 attempted "$id" 3
    attempts "$id"
    # Between one and the next: two seconds, four, and so on.
    attempts "$id" | awk 'NR > 1 && $1 - last < 15 * 2 ^ (NR - 2) { exit 1 } { last = $1 }'
  done
  script last
  berthctl gc
  [ -z "$(leftover_kinds)" ]
  nothing_left
}

@test "owed: nothing but networks may be: a forced removal that fails elsewhere fails, whatever the step" {
  for step in PrepareFiles CreateCgroup PinNetworkNamespace WriteIntent; do
    echo "$step"
    berthd_stop
    BERTH_FAILPOINT=undo.$step.before=error berthd_start
    id=$(runp "forced-$step")
    run berthctl rmp --force "$id"
    echo "$output"
    [ "$status" -ne 0 ]
    grep -q "$step" <<<"$output"
    [ "$(sandbox_ids)" = "$id" ]
    [ "$(leftover_kinds)" = "sandbox $id" ]
    refused already_exists 409 "$id" RunPodSandbox "$(run_request "forced-$step")"
    discard "$id"
    nothing_left
  done
  berthd_stop
  berthd_start
}

@test "owed: on read-only records a forced removal says so, and the sandbox stays listed" {
  id=$(runp read-only)
  read_only "$root_dir/sandboxes"
  run berthctl rmp --force "$id"
  writable "$root_dir/sandboxes"
  echo "$output"
  [ "$status" -ne 0 ]
  grep -q 'Read-only file system' <<<"$output"
  grep -q "$root_dir/sandboxes" <<<"$output"
  [ "$(sandbox_ids)" = "$id" ]
  [ "$(leftover_kinds | cut -d ' ' -f 1)" = sandbox ]
  discard "$id"
  nothing_left
}

@test "gc: nothing is left behind" { no_leaks; }
