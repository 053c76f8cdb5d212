#!/usr/bin/env bats
# A full or read-only disk under the records stops no Stop and no Remove, and loses no debt.

load common
load faults

setup_file() {
  mkdir -p "$root_dir"
  mount -t tmpfs -o mode=700,size=2m tmpfs "$root_dir"
  file_setup
  ln -s "$binaries/noop-plugin" "$work/plugins/lease"
  leak_snapshot "$work/leaks.before"
}
teardown_file() { file_teardown; }

setup() {
  lease '{}'
  mended
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
}

lease() {
  printf '%s' "$1" >"$work/lease.next" && mv "$work/lease.next" "$work/plugins/lease.debug"
}
busy() { lease '{"DEL": {"error": {"code": 11, "msg": "try again later"}}}'; }

# What follows writes to the disk in vain.
full() {
  head -c 4m /dev/zero >"$root_dir/filling" 2>/dev/null || true
  # To the last byte, a file of no block included.
  ! echo more 2>/dev/null >>"$root_dir/filling" || false
}
# The daemon holds its lock open on the file system: only the records become read-only.
read_only() { mount --bind "$root_dir/sandboxes" "$root_dir/sandboxes" && mount -o remount,ro,bind "$root_dir/sandboxes"; }
mended() {
  umount -l "$root_dir/sandboxes" 2>/dev/null || true
  rm -f "$root_dir/filling"
}

# works_on WAY: pods that are there can be stopped and removed; new ones are refused, by name, and leave nothing.
works_on() {
  local one two
  one=$(runp one) two=$(runp two)
  "$1"
  run api RunPodSandbox "$(run_request three)"
  echo "$1: $output"
  [ "$status" -ne 0 ]
  grep -q "$root_dir" <<<"$output"
  stop_sandbox "$one"
  has_state "$one" SANDBOX_NOTREADY
  [ -z "$(info_of "$one" '.drift[]?')" ]
  stop_sandbox "$two"
  [ -z "$(find "$netns_dir" -mindepth 1)" ]
}

@test "disk: full: Stop and Remove work, and what they have removed stays so" {
  works_on full
  for id in $(sandbox_ids); do remove_sandbox "$id"; done
  restart KILL
  nothing_owed
  mended
  nothing_owed
}

@test "disk: read-only: Stop works, Remove names the record that it cannot delete, and works with a writable disk" {
  works_on read_only
  for id in $(sandbox_ids); do
    run remove_sandbox "$id"
    [ "$status" -ne 0 ]
    grep -q "$root_dir/sandboxes/$id" <<<"$output"
    has_state "$id" SANDBOX_NOTREADY
  done
  mended
  berthd_stop KILL
  berthd_start
  for id in $(sandbox_ids); do
    has_state "$id" SANDBOX_NOTREADY
    remove_sandbox "$id"
  done
  nothing_owed
}

# owes_on WAY: a forced removal whose DEL fails is a debt, which the list has; the name is free.
owes_on() {
  id=$(runp debtor)
  "$1"
  busy
  run --separate-stderr berthctl rmp --force "$id"
  echo "$1: $output $stderr"
  [ "$status" -eq 0 ]
  leftover_of "$id" | jq -e '.kind == "owed"'
  [ -z "$(sandbox_ids)" ]
}

@test "disk: full: a debt is written into room that was kept for it, and outlives the daemon" {
  owes_on full
  restart KILL
  leftover_of "$id" | jq -e '.kind == "owed"'
  lease '{}'
  wait_until 30 none_left_over
  mended
  nothing_owed
}

@test "disk: full: also after a tail was torn off" {
  id=$(runp torn)
  berthd_stop KILL
  printf '{"torn' >>"$(record_of "$id")"
  berthd_start
  discard "$(runp in-between)"
  full
  busy
  berthctl rmp --force "$id"
  restart KILL
  leftover_of "$id" | jq -e '.kind == "owed"'
  lease '{}'
  wait_until 30 none_left_over
  mended
  nothing_owed
}

@test "disk: read-only: a debt lives in memory and log, and the record as it stands brings it back" {
  mark=$(log_mark)
  owes_on read_only
  said_since "$mark" "$id"
  mended
  restart KILL
  { leftovers && sandbox_ids; } | grep -q "$id"
  lease '{}'
  berthctl rmp --force "$id" || true
  wait_until 30 none_left_over
  nothing_owed
}

@test "disk: nothing is left behind" { no_leaks; }
