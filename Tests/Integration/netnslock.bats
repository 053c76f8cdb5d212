#!/usr/bin/env bats
# Anybody who may read the netns directory can lock it; that keeps no daemon from starting, and no pod from running.

load common
load faults

setup_file() { file_setup; }
teardown_file() { file_teardown; }

setup() { conflist_berth | use_conflist; }

# locked_by UID DIRECTORY: a process of the user holds the directory's flock until the test ends; $holder is it.
locked_by() {
  setpriv --reuid "$1" --regid "$1" --clear-groups bash -c 'exec 9<"$1" && flock 9 && echo locked && exec sleep 600' - "$2" \
    >"$work/locked" 3>&- &
  holder=$!
  echo "$holder" >>"$work/servers"
  has_lock() { grep -q locked "$work/locked"; }
  wait_until 10 has_lock
}

# starts_on DIRECTORY: a daemon with that netns directory serves within seconds, and a pod runs there.
starts_on() {
  local begin id failed
  begin=$SECONDS
  berthd_start --netns-dir "$1" || failed=yes
  echo "it took $((SECONDS - begin)) s"
  [ -n "${failed:-}" ] || { id=$(runp locked) && [ "$(netns_of "$id")" = "$(realpath "$1")/$(basename "$(netns_of "$id")")" ] && discard "$id"; } || failed=yes
  took=$((SECONDS - begin))
  kill "$holder"
  berthd_stop KILL
  grep -o "$(realpath "$1")[^ ]*" /proc/self/mountinfo | tac | while read -r mount; do umount -l "$mount"; done
  rm -rf "$1"
  berthd_start
  [ -z "${failed:-}" ]
  [ "$took" -lt 10 ]
}

@test "netns lock: held by a user that is not root while the directory is yet to be made a mount point" {
  berthd_stop
  mkdir -m 755 "$work/other-netns"
  locked_by 1000 "$work/other-netns"
  starts_on "$work/other-netns"
  nothing_owed
}

@test "netns lock: held by root, as a hung ip netns add would" {
  berthd_stop
  mkdir -m 755 "$work/other-netns"
  locked_by 0 "$work/other-netns"
  starts_on "$work/other-netns"
  nothing_owed
}

@test "netns lock: held on the directory that is a mount point already" {
  berthd_stop
  locked_by 1000 "$netns_dir"
  berthd_start
  id=$(runp mounted)
  discard "$id"
  kill "$holder"
  nothing_owed
}

@test "netns lock: nothing is left behind" { no_leaks; }
