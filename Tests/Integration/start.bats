#!/usr/bin/env bats
# Where and how the daemon may be started: under whatever parent, as PID 1, in a chroot, on directories that are ours, and not on
# those that are not.

load common
load faults

setup_file() {
  file_setup
  ln -s "$binaries/noop-plugin" "$work/plugins/lease"
  echo '{}' >"$work/plugins/lease.debug"
}
teardown_file() { file_teardown; }

setup() { conflist_berth '.plugins += [{type: "lease"}]' | use_conflist; }

# started_by COMMAND…: the daemon as a child of that, with this file's flags; $work/berthd.pid is the daemon's.
started_by() {
  local launcher
  BERTHD_LIMIT=$* with_no_descriptors berthd_exec </dev/null >>"$work/berthd.log" 2>&1 &
  launcher=$!
  disown "$launcher"
  wait_until 20 serving_or_gone "$launcher"
  daemon_pid >"$work/berthd.pid"
  healthy
}
daemon_pid() { find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -printf '%h %l\n' 2>/dev/null | sed -n 's#^/proc/\([0-9]*\) .*/berthd$#\1#p' | head -n 1; }

# works NAME: a pod runs, its death is seen, its Stop and Remove leave nothing; a plugin's failure is told as one.
works() {
  local id
  id=$(runp "$1")
  kill -KILL "$(host_pid_of "$(pause_of "$id")")"
  wait_until 10 has_state "$id" SANDBOX_NOTREADY
  discard "$id"
  id=$(runp "$1")
  discard "$id"
  conflist_berth '.plugins += [{type: "scripted", add: "error"}]' | use_conflist
  refused internal 500 'scripted failure' RunPodSandbox "$(run_request "$1-fails")"
  nothing_owed
}

# host_pid_of PID: what a process is called here that has this pid in the daemon's pid namespace.
host_pid_of() {
  local level
  level=$(awk '/^NSpid:/ { print NF }' "/proc/$(cat "$work/berthd.pid")/status")
  cat /proc/[0-9]*/status 2>/dev/null | awk -v level="$level" -v pid="$1" '/^NSpid:/ && $level == pid { print $2 }'
}

# --- whose child it is -----------------------------------------------------------------------------------------------

@test "start: by a parent that ignores SIGCHLD" {
  berthd_stop
  started_by env --ignore-signal=CHLD
  works ignored
  [ -z "$(zombies_of "$(cat "$work/berthd.pid")")" ]
  restart
}

# zombies_of PID: its children that have ended and were not reaped.
zombies_of() {
  local child
  for child in $(cat "/proc/$1"/task/*/children); do
    grep -q '^State:.Z' "/proc/$child/status" 2>/dev/null && echo "$child"
  done
  return 0
}
no_zombies() { [ -z "$(zombies_of "$1")" ]; }

@test "start: as PID 1 of a pid namespace it reaps what loses its parent" {
  berthd_stop
  started_by unshare --pid --fork --kill-child --mount-proc
  pid=$(cat "$work/berthd.pid")
  [ "$(sed -n 's/^NSpid:.*\t//p' "/proc/$pid/status")" = 1 ]
  # Helpers that plugins leave behind, in a session of their own, and that end after a moment.
  echo '{"ADD": {"child": {"stdout": "closed", "seconds": 1, "session": true}}}' >"$work/plugins/lease.debug"
  for number in 1 2 3; do orphans+=("$(runp "orphan-$number")"); done
  [ -n "$(cat "/proc/$pid"/task/*/children)" ]
  # Only pauses are left of its children, and they live.
  only_pauses() {
    local child
    for child in $(cat "/proc/$pid"/task/*/children); do grep -qa '^/pause' "/proc/$child/cmdline" || return 1; done
  }
  wait_until 10 only_pauses
  echo '{}' >"$work/plugins/lease.debug"
  discard "${orphans[@]}"
  works first
  wait_until 10 no_zombies "$pid"
  kill "$pid"
  wait_until 20 gone "$pid"
  berthd_start
}

# --- the host's files ------------------------------------------------------------------------------------------------

@test "start: the host's /etc/hosts has 2 MiB" {
  { echo '127.0.0.1 localhost' && yes '0.0.0.0 advertisement.example' | head -c 2097152; } >"$work/hosts"
  mount --bind "$work/hosts" /etc/hosts
  id=$(runp hosts) || failed=yes
  umount /etc/hosts
  [ -z "${failed:-}" ]
  has_state "$id" SANDBOX_READY
  file=$(info_of "$id" '.hostsPath // empty' 2>/dev/null || echo "$work/run/sandboxes/$id/hosts")
  grep -q localhost "$file"
  discard "$id"
  nothing_owed
}

@test "start: the CNI cache's results lie on a file system of their own" {
  berthd_stop
  rm -rf "$cache_dir/results"
  mkdir -p "$cache_dir/results"
  mount -t tmpfs -o mode=700 tmpfs "$cache_dir/results"
  berthd_start
  id=$(runp cached) || failed=yes
  found=$(find "$cache_dir/results" -type f | wc -l)
  [ -n "${failed:-}" ] || discard "$id"
  left=$(find "$cache_dir" -type f)
  berthd_stop
  umount "$cache_dir/results"
  berthd_start
  [ -z "${failed:-}" ]
  [ "$found" -eq 1 ]
  [ -z "$left" ]
  nothing_owed
}

# --- whose directories they are --------------------------------------------------------------------------------------

# stays_as_it_is FLAG DIRECTORY PATTERN [FLAG…]: the daemon refuses the directory, names it, and leaves it alone.
stays_as_it_is() {
  local flag=$1 directory=$2 pattern=$3 before after refused=0
  shift 3
  before=$(stat -c '%a %U:%G' "$directory" && ls -A "$directory")
  berthd_refuses "$pattern" "$flag" "$directory" "$@" || refused=$?
  after=$(stat -c '%a %U:%G' "$directory" && ls -A "$directory")
  [ "$before" = "$after" ] || {
    printf '%s became\n%s\n' "$before" "$after"
    return 1
  }
  [ "$refused" -eq 0 ]
}

@test "start: a root or a state directory that is others' is refused by name, and its mode stays" {
  berthd_stop
  others=$work/others
  for flag in --root --state; do
    mkdir -m 1777 "$others" && touch "$others/a-file-of-somebody"
    stays_as_it_is "$flag" "$others" "$others"
    rm -rf "$others"
    # Nothing in it, but anybody may put something there.
    mkdir -m 1777 "$others"
    stays_as_it_is "$flag" "$others" "$others"
    rmdir "$others" && mkdir -m 770 "$others"
    stays_as_it_is "$flag" "$others" "$others"
    # Root's alone, but somebody has things there.
    rmdir "$others" && mkdir -m 755 "$others" && touch "$others/a-file-of-somebody"
    stays_as_it_is "$flag" "$others" "$others"
    rm -rf "$others" && mkdir -m 700 "$others" && chown 1000:1000 "$others"
    stays_as_it_is "$flag" "$others" "$others"
    # What makes it look like berthd's, somebody else has put there.
    mkdir "$others/sandboxes"
    stays_as_it_is "$flag" "$others" "$others"
    chown 0:0 "$others" && chmod 1777 "$others"
    stays_as_it_is "$flag" "$others" "$others"
    rm -rf "$others"
  done
  berthd_start
}

@test "start: an empty directory of root's is taken, also one that is a file system of its own with lost+found" {
  berthd_stop
  others=$work/empty
  mkdir -m 755 "$others" && mkdir -m 700 "$others/lost+found"
  with_no_descriptors berthd_exec --root "$others" </dev/null >>"$work/berthd.log" 2>&1 &
  pid=$!
  wait_until 20 serving_or_gone "$pid"
  served=$(healthy && echo yes) || true
  mode=$(stat -c %a "$others")
  kill "$pid" && wait_until 20 gone "$pid"
  rm -rf "$others"
  berthd_start
  [ "$served" = yes ]
  [ "$mode" = 700 ]
}

@test "start: the socket's directory is others': it serves there, and the directory's mode and files stay" {
  berthd_stop
  others=$work/sockets
  mkdir -m 1777 "$others" && touch "$others/a-file-of-somebody"
  before=$(stat -c '%a %U:%G' "$others")
  with_no_descriptors berthd_exec --socket "$others/berth.sock" </dev/null >>"$work/berthd.log" 2>&1 &
  pid=$!
  wait_until 20 test -S "$others/berth.sock"
  during=$(stat -c '%a %U:%G' "$others")
  kill "$pid" && wait_until 20 gone "$pid"
  [ "$during" = "$before" ]
  [ "$(stat -c '%a %U:%G' "$others")" = "$before" ]
  [ -e "$others/a-file-of-somebody" ]
  rm -rf "$others"
  berthd_start
}

# mistake STATUS PATTERN FLAG…: the daemon does not start, ends with this status, and says words that match.
mistake() {
  local wanted=$1 pattern=$2 said status=0
  shift 2
  said=$(BERTHD_LIMIT='timeout 20' berthd_exec "$@" 2>&1) || status=$?
  printf 'exit %s: %s\n' "$status" "$said"
  [ "$status" -eq "$wanted" ] && grep -qE -- "$pattern" <<<"$said"
}

@test "start: a group that is asked for and does not exist is told, and that starting again does not help" {
  berthd_stop
  printf '{"group": "nobody-has-this"}' >"$work/group.json"
  mistake 78 '^berthd: .*no group "nobody-has-this".*groupadd' --config "$work/group.json"
  printf '{"group": ""}' >"$work/group.json"
  berthd_start --config "$work/group.json"
  [ "$(stat -c '%a %G' "$socket")" = '660 root' ]
  restart
}

@test "start: a mistake has one prefix, and for the journal its priority and none" {
  mistake 64 '^Error: Unknown option' --no-such-flag
  mistake 78 '^berthd: configuration: ' --config /nonexistent
  mistake 78 '^berthd: configuration: ' --cgroup-parent relative
  # The journal is known by the file behind standard error, here a plain one.
  : >"$work/journal"
  export JOURNAL_STREAM
  JOURNAL_STREAM=$(stat -c '%d:%i' "$work/journal")
  ! (berthd_exec --config /nonexistent 2>"$work/journal")
  cat "$work/journal"
  grep -q '^<3>configuration: ' "$work/journal"
}

# --- a log that nobody reads -----------------------------------------------------------------------------------------

@test "start: a reader of the log that stops reading holds up nobody, and is told what it missed" {
  berthd_stop
  mkfifo "$work/log.fifo"
  # Opened for both, so that it has a reader that does not read.
  exec 8<>"$work/log.fifo"
  (exec 2>&8 8>&-; with_no_descriptors berthd_exec </dev/null >/dev/null) 3>&- &
  pid=$!
  echo "$pid" >"$work/berthd.pid"
  wait_until 20 healthy
  id=$(runp unread)
  # A megabyte waits, and a pipe holds 64 kB: some 12,000 lines of 200 bytes are more than both.
  python3 - "$socket" <<'PYTHON'
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
connection.settimeout(20)
request = b"POST /nowhere/" + b"x" * 180 + b" HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n"
for _ in range(6000):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    connection.settimeout(20)
    connection.sendall(request)
    assert connection.recv(65536).startswith(b"HTTP/1.1 501"), "an answer"
PYTHON
  has_state "$id" SANDBOX_READY
  dropped=$(curl -sf --unix-socket "$socket" http://b/metrics | sed -n 's/^berth_log_lines_dropped_total //p')
  echo "dropped: $dropped"
  [ "$dropped" -gt 0 ]
  discard "$id"
  timeout 10 cat <&8 >"$work/log.read" &
  reader=$!
  told() { grep -q 'lines of this log were dropped.* dropped=[0-9]' "$work/log.read"; }
  wait_until 10 told
  kill "$reader"
  # And again with nobody there: the end does not wait for it either.
  kill "$pid"
  wait_until 10 gone "$pid"
  exec 8>&-
  rm "$work/log.fifo"
  berthd_start
}

@test "start: one path for root and state is told as that, not as another daemon" {
  berthd_stop
  mkdir "$work/link" && ln -s "$work/both" "$work/link/both"
  for state in "$work/both" "$work/link/both" "$work/./both"; do
    run berthd_refuses 'same|both|--root.*--state|--state.*--root' --root "$work/both" --state "$state" --socket "$work/both.sock"
    told+="$state: $status $output"$'\n'
    [ "$status" -eq 0 ] || failed=yes
    ! grep -qi 'another' <<<"$output" || failed=yes
  done
  rm -rf "$work/both" "$work/link"
  berthd_start
  echo "$told"
  [ -z "${failed:-}" ]
}

# --- where it stands -------------------------------------------------------------------------------------------------

@test "start: in a chroot whose root is no mount point" {
  berthd_stop
  jail=$work/jail/root
  mkdir -p "$jail"
  mount -t tmpfs tmpfs "$work/jail" && mkdir "$jail"
  for entry in /*; do
    if [ -L "$entry" ]; then
      cp -a "$entry" "$jail/"
    elif [ -d "$entry" ]; then
      mkdir "$jail$entry" && mount --rbind "$entry" "$jail$entry"
    fi
  done
  # The plugins that are links of this file's lead out of the jail.
  conflist_berth >"$conf_dir/10-berth.conflist"
  started_by chroot "$jail" || failed=yes
  [ -n "${failed:-}" ] || id=$(runp jailed) || failed=yes
  [ -n "${failed:-}" ] || discard "$id" || failed=yes
  tail -n 5 "$work/berthd.log"
  berthd_stop || true
  umount -l "$work/jail"
  berthd_start
  [ -z "${failed:-}" ]
  nothing_owed
}

@test "start: nothing is left behind" { no_leaks; }
