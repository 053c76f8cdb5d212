#!/usr/bin/env bats
# What stands in the records and when the disk is waited for, and what the next daemon makes of them.

load common
load scripted

setup_file() {
  file_setup
  script last
}
teardown_file() { file_teardown; }

setup() {
  forget
  script last
  conflist_berth '.plugins += [{type: "last"}]' | use_conflist
}

# --- syncs -----------------------------------------------------------------------------------------------------------

# watch_syncs: from now on, what the daemon and the plugins sync and execute is written down.
watch_syncs() {
  rm -f "$work/strace"
  strace -f -qq -y -s 200 -e signal=none -e trace=fsync,fdatasync,sync_file_range,syncfs,sync,execve,write,writev,sendto,sendmsg \
    -o "$work/strace" -p "$(cat "$work/berthd.pid")" >/dev/null 2>&1 3>&- &
  tracer=$!
  traced() { [ "$(awk '/^TracerPid:/ { print $2 }' "/proc/$(cat "$work/berthd.pid")/status")" = "$tracer" ]; }
  wait_until 10 traced
}

# end_of_watch: strace writes the rest and ends.
end_of_watch() {
  kill -INT "$tracer"
  wait_until 10 gone "$tracer"
}

# events: a line an event, in order: "sync PATH" when it has ended, "exec PROGRAM" when it begins, "answer" when the API gives an id.
events() {
  python3 -B - "$work/strace" <<'PYTHON'
import re, sys
begun = {}
for line in open(sys.argv[1], errors="replace"):
    pid, rest = line.split(None, 1)
    resumed = re.match(r"<\.\.\. (\w+) resumed>(.*)", rest)
    if resumed:
        rest = begun.pop(pid, "") + resumed[2]
    elif "<unfinished ...>" in rest:
        begun[pid] = rest.split("<unfinished ...>")[0]
        if not rest.startswith("execve("):
            continue
    name = rest.split("(")[0]
    if name in ("fsync", "fdatasync", "sync_file_range", "syncfs") and re.search(r"= 0\b", rest):
        path = re.search(r"<([^>]*)>", rest)
        print("sync", path[1] if path else "?")
    elif name == "sync":
        print("sync everything")
    elif name == "execve" and not resumed:
        print("exec", re.search(r'"([^"]*)"', rest)[1])
    elif name in ("write", "writev", "sendto", "sendmsg") and "podSandboxId" in rest and "HTTP/1.1 200" in rest:
        print("answer")
PYTHON
}

# record_syncs ID: those of its record, whatever that is called at the time.
record_syncs() { grep -nE "^sync $root_dir/sandboxes/(\.berth-[^/]*|$1[^/]*)$"; }
line_of() { grep -nE -m 1 "$1" "$work/events" | cut -d : -f 1; }

@test "recovery: the intent and its name are on the disk before a plugin runs, the outcome before the answer" {
  watch_syncs
  id=$(runp durable)
  end_of_watch
  events >"$work/events"
  cat "$work/events"
  directory=$(line_of "^sync $root_dir/sandboxes$")
  mapfile -t synced < <(record_syncs "$id" <"$work/events" | cut -d : -f 1)
  first_plugin=$(line_of '^exec .*/(bridge|last)$')
  last_plugin=$(grep -nE '^exec .*/last$' "$work/events" | tail -n 1 | cut -d : -f 1)
  [ "${synced[0]}" -lt "$first_plugin" ]
  [ "$directory" -lt "$first_plugin" ]
  [ "${synced[-1]}" -gt "$last_plugin" ]
  answer=$(line_of '^answer')
  [ "${synced[-1]}" -lt "$answer" ]
  discard "$id"
}

@test "recovery: the same for each network's plugins, and for a pod with nothing but a plugin that makes nothing" {
  jq -n '{cniVersion: "1.0.0", name: "alone", plugins: [{type: "last"}]}' | use_conflist
  script last '{"ADD": {"result": {"interfaces": [{"name": "eth0", "sandbox": "/x"}], "ips": [{"address": "192.0.2.9/24", "interface": 0}]}}}'
  watch_syncs
  id=$(runp alone)
  end_of_watch
  events >"$work/events"
  cat "$work/events"
  mapfile -t synced < <(record_syncs "$id" <"$work/events" | cut -d : -f 1)
  plugin=$(line_of '^exec .*/last$')
  [ "${synced[0]}" -lt "$plugin" ]
  [ "$(line_of "^sync $root_dir/sandboxes$")" -lt "$plugin" ]
  [ "${synced[-1]}" -gt "$plugin" ]
  [ "${synced[-1]}" -lt "$(line_of '^answer')" ]
  discard "$id"
}

@test "recovery: Stop and Remove wait for no disk, be it of a ready or of a stopped pod" {
  first=$(runp first) second=$(runp second)
  watch_syncs
  discard "$first"
  remove_sandbox "$second"
  end_of_watch
  events >"$work/events"
  cat "$work/events"
  grep -q '^exec .*/last$' "$work/events"
  run grep "^sync $root_dir" "$work/events"
  [ "$status" -ne 0 ]
}

# --- the boot --------------------------------------------------------------------------------------------------------

# not_adopted ID: listed, not ready, with no pause; Remove finds the living pause by its group.
not_adopted() {
  has_state "$1" SANDBOX_NOTREADY
  [ "$(info_of "$1" '.pid // 0')" = 0 ]
  kill -0 "$2"
  remove_sandbox "$1"
  wait_until 10 gone "$2"
  nothing_left
}

@test "recovery: a pause of another boot is never adopted, whatever its start time" {
  id=$(runp rebooted)
  pause=$(pause_of "$id")
  berthd_stop
  records set "$(record_of "$id")" bootID '"11111111-2222-3333-4444-555555555555"'
  berthd_start
  not_adopted "$id" "$pause"
}

@test "recovery: a process with the pause's number and another start time is not the pause" {
  id=$(runp another)
  pause=$(pause_of "$id")
  berthd_stop
  record=$(record_of "$id")
  start=$(records get "$record" startTime)
  [ "$start" -gt 0 ]
  records set "$record" startTime "$((start + 1))"
  berthd_start
  not_adopted "$id" "$pause"
}

@test "recovery: nor is a process that has the recorded number now" {
  id=$(runp reused)
  pause=$(pause_of "$id")
  sleep 600 >/dev/null 2>&1 3>&- &
  other=$!
  berthd_stop
  records set "$(record_of "$id")" pid "$other"
  berthd_start
  not_adopted "$id" "$pause"
  kill -0 "$other"
  kill -KILL "$other"
}

@test "recovery: this boot's pause is adopted, with the record as it was" {
  id=$(runp adopted)
  pause=$(pause_of "$id")
  berthd_stop KILL
  cp "$(record_of "$id")" "$work/record"
  records set "$(record_of "$id")" pid "$pause"
  berthd_start
  has_state "$id" SANDBOX_READY
  [ "$(pause_of "$id")" = "$pause" ]
  discard "$id"
  nothing_left
}

# --- a plugin that the daemon's death has left behind ----------------------------------------------------------------

# looking NAME: a plugin whose ADD and DEL, as far as they are told, wait for ever, with a child in a session of its own; its DEL
# says whether they are still there.
looking() {
  cat >"$work/plugins/$1" <<'PLUGIN'
#!/usr/bin/env bash
configuration=$(cat)
marks=$(jq -r .marks <<<"$configuration")
case $CNI_COMMAND in
VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["0.4.0","1.0.0"]}' && exit ;;
DEL)
  for pid in $(cat "$marks"/held.* 2>/dev/null); do
    # A zombie is nobody who is at work.
    if grep -qE '^State:[[:space:]]+[^ZX]' "/proc/$pid/status" 2>/dev/null; then echo "alive" >>"$marks/seen"; else echo "gone" >>"$marks/seen"; fi
  done
  ;;
esac
if [ -e "$marks/hold-$CNI_COMMAND" ]; then
  rm -f "$marks/hold-$CNI_COMMAND"
  trap '' TERM INT HUP
  setsid bash -c 'trap "" TERM INT HUP; echo $$ >"$1/held.child"; while :; do sleep 1; done' bash "$marks" </dev/null >/dev/null 2>&1 &
  until [ -s "$marks/held.child" ]; do sleep 0.02; done
  echo $$ >"$marks/held.plugin"
  while :; do sleep 1; done
fi
[ "$CNI_COMMAND" != ADD ] || jq '.prevResult // {cniVersion, ips: []}' <<<"$configuration"
PLUGIN
  chmod +x "$work/plugins/$1"
}

# with_looking INDEX: the default network with it in this place.
with_looking() {
  looking looking
  conflist_berth ".plugins |= .[:$1] + [{type: \"looking\", marks: \"$marks\"}] + .[$1:]" | use_conflist
}

# killed_while_held: the daemon dies while the plugin and its child are at work; the next one's DEL finds neither.
killed_while_held() {
  wait_until 10 test -s "$marks/held.plugin"
  berthd_stop KILL
  for pid in $(cat "$marks"/held.*); do kill -0 "$pid"; done
  berthd_start
}
both_were_gone() {
  cat "$marks/seen"
  [ "$(sort "$marks/seen" | uniq)" = gone ]
  [ "$(wc -l <"$marks/seen")" -ge 2 ]
}

@test "recovery: the daemon is killed in a plugin's ADD: the plugin and its children are gone before any DEL begins" {
  for index in 0 1 2; do
    forget
    with_looking "$index"
    touch "$marks/hold-ADD"
    in_background answer RunPodSandbox "$(run_request "orphan-$index")"
    client=$!
    killed_while_held
    wait "$client" && false
    both_were_gone
    [ -z "$(sandbox_ids)" ]
    nothing_left
  done
}

@test "recovery: the same in a DEL of Stop, of Remove, and of the undo of a run" {
  for verb in StopPodSandbox RemovePodSandbox run; do
    echo "$verb"
    forget
    with_looking 2
    touch "$marks/hold-DEL"
    if [ "$verb" = run ]; then
      script last "{\"ADD\": $(refusing)}"
      jq '.plugins += [{type: "last"}]' "$conf_dir/10-berth.conflist" >"$work/next" && use_conflist <"$work/next"
      in_background answer RunPodSandbox "$(run_request "orphan-$verb")"
    else
      id=$(runp "orphan-$verb")
      in_background answer "$verb" "{\"podSandboxId\":\"$id\"}"
    fi
    client=$!
    killed_while_held
    wait "$client" && false
    both_were_gone
    case $verb in
    run) [ -z "$(sandbox_ids)" ] ;;
    *) has_state "$id" SANDBOX_NOTREADY && discard "$id" ;;
    esac
    nothing_left
    script last
  done
}

@test "recovery: the same in the DEL of what is owed" {
  with_looking 2
  script last "{\"DEL\": $(refusing)}"
  # The first of the chain is the last to be called.
  jq '.plugins |= [{type: "last"}] + .' "$conf_dir/10-berth.conflist" >"$work/next" && use_conflist <"$work/next"
  id=$(runp debtor)
  berthctl rmp --force "$id"
  : >"$marks/hold-DEL"
  in_background answer berth.v1.BerthService/CollectGarbage '{}'
  client=$!
  killed_while_held
  wait "$client" && false
  script last
  paid() { [ "$(berthctl leftovers -o json | jq '.leftovers | length')" = 0 ]; }
  wait_until 20 paid
  both_were_gone
  nothing_left
}

@test "recovery: nothing is left behind" { no_leaks; }
