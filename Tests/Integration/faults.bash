# Loaded after common.bash by the files that walk faults which were once there: words for what is refused, warned of and left over.

# shell_plugin NAME: a plugin of a few lines of /bin/sh, read from standard input; $configuration is what it was given.
shell_plugin() {
  {
    cat <<'SHELL'
#!/bin/sh
configuration=$(cat)
if [ "$CNI_COMMAND" = VERSION ]; then
  echo '{"cniVersion":"1.0.0","supportedVersions":["0.3.1","0.4.0","1.0.0"]}'
  exit
fi
SHELL
    cat
  } >"$work/plugins/$1.next"
  chmod +x "$work/plugins/$1.next"
  mv "$work/plugins/$1.next" "$work/plugins/$1"
}

# answering_plugin: the plugin "answering", which prints the document in $work/answering.json at ADD, as it stands.
answering_plugin() {
  shell_plugin answering <<SHELL
[ "\$CNI_COMMAND" != ADD ] || exec cat $work/answering.json
SHELL
}

# run_headers NAME [JQ-FILTER]: runs a pod; its id is printed, the answer's head is in $work/head.
run_headers() {
  local answer
  answer=$(api RunPodSandbox "$(run_request "$@")" -D "$work/head") || {
    printf '%s\n' "$answer" >&2
    return 1
  }
  jq -er .podSandboxId <<<"$answer"
}

# warning_headers: those of the last answer, as people read them.
warning_headers() {
  local line
  sed -n 's/\r$//; s/^berth-warning: *//Ip' "$work/head" | while read -r line; do
    line=${line//\\/\\\\}
    printf '%b\n' "${line//%/\\x}"
  done
}

# warnings_of ID: those that its status tells, a line each.
warnings_of() {
  status_of "$1" | jq -r '[., (.info.info | fromjson)] | .. | objects | .warnings? // empty | .[] | if type == "string" then . else tojson end'
}

leftovers() { berthctl leftovers -o json | jq -c '.leftovers[]'; }
leftover_of() { leftovers | jq -ce --arg id "$1" 'select(.podSandboxId == $id)'; }
none_left_over() { [ -z "$(leftovers)" ]; }

# nothing_owed: no pod, no debt, nothing of either on the host.
nothing_owed() {
  [ -z "$(leftovers)" ] || {
    leftovers
    return 1
  }
  nothing_left
}

# record_of ID: the file of its record.
record_of() { find "$root_dir/sandboxes" -name "$1*" ! -name '.*' | head -n 1; }

# restart [SIGNAL]: the daemon ends and another one begins.
restart() {
  berthd_stop "${1:-TERM}"
  berthd_start
}

# said_since MARK PATTERN: the log has the words after the place that log_mark gave.
log_mark() { wc -c <"$work/berthd.log"; }
said_since() { tail -c "+$(($1 + 1))" "$work/berthd.log" | grep -qiE -- "$2"; }

# --- after a failure -------------------------------------------------------------------------------------------------

# teardown: a failed test tells what the daemon said last, and leaves nothing at all to those that follow: what a fault has left
# cannot always be removed in the regular way.
teardown() {
  end_servers
  [ -z "${BATS_TEST_COMPLETED:-}" ] || return 0
  echo "--- the daemon's last words:"
  tail -n 200 "$work/berthd.log" | grep -vE ' debug .*request code=ok' | tail -n 12
  wipe
  conflist_berth >"$conf_dir/10-berth.conflist"
  berthd_start
}

# wipe: ends the daemon and takes away, by hand, all that any pod of this file has.
wipe() {
  local path
  berthd_stop KILL || true
  pgrep -f '^/pause' | xargs -r kill -KILL || true
  grep -o "$netns_dir/[^ ]*" /proc/self/mountinfo | while read -r path; do umount -l "$path"; done
  find "$netns_dir" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
  awk '{ print $5 }' /proc/self/mountinfo | grep -E "^($work/run|$root_dir)/" | tac | while read -r path; do umount -l "$path"; done
  rm -rf "$root_dir"/sandboxes/* "$work"/run/sandboxes/* "$cache_dir"/results/* "$ipam_dir"/* "$conf_dir"/*
  for path in $(ip -o link show | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }'); do
    case $path in lo | berth-t0 | tunl0 | sit0 | gre0 | ip6tnl0) ;; *) ip link del "$path" 2>/dev/null || true ;; esac
  done
  for path in iptables ip6tables; do
    "$path" -t nat -F && "$path" -t nat -X && "$path" -F && "$path" -X
  done
  find /sys/fs/cgroup -depth -type d -path "*$BERTH_TEST_CGROUP/*" -exec rmdir {} + 2>/dev/null || true
}
