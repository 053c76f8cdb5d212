#!/usr/bin/env bats
# What a pod, its pause and its plugins find around them, whatever the daemon was started in; who may look into the daemon.

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

# started_in SCRIPT: restarts the daemon; the shell script runs before it in the same process, and ends with: exec "$@".
started_in() {
  berthd_stop
  printf '#!/bin/bash\n%s\nexec "$@"\n' "$1" >"$work/starter"
  chmod +x "$work/starter"
  BERTHD_LIMIT=$work/starter berthd_start
}
started_plainly() { berthd_stop && berthd_start; }

descriptors_of() { find "/proc/$1/fd" -mindepth 1 -printf '%f %l\n' | sort -n | sed -E 's/\[[0-9]+\]//'; }
last_call() { jq -c --arg verb "$1" 'select(.verb == $verb)' "$calls" | tail -n 1; }

# --- the daemon's surroundings ---------------------------------------------------------------------------------------

@test "surroundings: descriptors that the daemon was started with reach neither pause nor plugins" {
  id=$(runp plain)
  plain=$(descriptors_of "$(pause_of "$id")")
  discard "$id"
  started_in 'exec 3</etc/passwd 5</etc/passwd 9</etc/passwd 200</etc/passwd 1000< <(sleep 0)'
  descriptors_of "$(cat "$work/berthd.pid")" | grep -q /etc/passwd
  forget
  id=$(runp burdened)
  [ "$(descriptors_of "$(pause_of "$id")")" = "$plain" ]
  [ "$(last_call ADD | jq -c '.descriptors | map(tostring | split(" ")[0] | tonumber? // .)')" = '[0,1,2]' ] ||
    { last_call ADD | jq -c .descriptors && false; }
  discard "$id"
  [ "$(last_call DEL | jq '.descriptors | length')" = 3 ]
  started_plainly
  nothing_left
}

@test "surroundings: what the service manager says to the daemon is not said to plugins" {
  started_in 'export NOTIFY_SOCKET=@nobody-listens WATCHDOG_PID=$$ WATCHDOG_USEC=60000000 BERTH_SEEN=yes'
  forget
  id=$(runp told)
  discard "$id"
  for verb in ADD DEL; do
    last_call "$verb" | jq -c '.environment | keys'
    last_call "$verb" | jq -e '.environment | (has("NOTIFY_SOCKET") | not) and .CNI_COMMAND != null'
  done
  started_plainly
}

@test "surroundings: under a narrow umask, files for others are for others, and the daemon's own for root alone" {
  # A bridge that looks for duplicates is executed, and is to have a usual one.
  conflist_berth '.plugins[0].enabledad = true' | use_conflist
  berthd_stop
  rm -rf "$ipam_dir/berth" "$cache_dir"
  started_in 'umask 077'
  id=$(runp narrow)
  mode() { stat -c %a "$1"; }
  [ "$(mode "$ipam_dir/berth/$(ip_of "$id")")" = 644 ]
  [ "$(mode "$ipam_dir/berth")" = 755 ]
  for file in hostname hosts resolv.conf; do [ "$(mode "$work/run/sandboxes/$id/$file")" = 644 ]; done
  [ "$(mode "$work/run/sandboxes/$id")" = 700 ]
  [ "$(mode "$(record_of "$id")")" = 600 ]
  [ "$(mode "$netns_dir")" = 755 ]
  [ "$(mode "$socket")" = 660 ]
  discard "$id"
  started_in 'umask 000'
  id=$(runp wide)
  [ "$(mode "$ipam_dir/berth/$(ip_of "$id")")" = 644 ]
  [ "$(mode "$work/run/sandboxes/$id")" = 700 ]
  [ "$(mode "$(record_of "$id")")" = 600 ]
  [ "$(mode "$socket")" = 660 ]
  discard "$id"
  started_plainly
}

@test "surroundings: plugins get the limit of open files that the daemon was started with, and the daemon the hard one" {
  started_in 'ulimit -Sn 300; ulimit -Hn 4000'
  [ "$(awk '/^Max open files/ { print $4 }' "/proc/$(cat "$work/berthd.pid")/limits")" = 4000 ]
  script last "{\"ADD\": {\"run\": [\"sh\", \"-c\", \"ulimit -Sn >$marks/soft; ulimit -Hn >$marks/hard\"]}}"
  id=$(runp limited)
  [ "$(cat "$marks/soft")" = 300 ]
  [ "$(cat "$marks/hard")" = 4000 ]
  discard "$id"
  started_plainly
}

# --- who may look into the daemon ------------------------------------------------------------------------------------

# without_ptrace COMMAND…: as root, without the right to look into what is not dumpable. What has more rights than it cannot be
# looked into either, so the daemon is started in the same way.
without_ptrace() { setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$@"; }

# looks_into PID: prints what it can see of the process. (Newer kernels show environ, maps and auxv all the same.)
looks_into() {
  local link
  for link in fd/0 exe cwd root ns/net; do
    if without_ptrace readlink "/proc/$1/$link" >/dev/null 2>&1; then printf '%s ' "$link"; fi
  done
}

@test "surroundings: root without CAP_SYS_PTRACE cannot look into the daemon, before a pod and after it" {
  berthd_stop
  BERTHD_LIMIT='setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace' berthd_start
  pid=$(cat "$work/berthd.pid")
  # Another process of root's it can look into.
  setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace sleep 600 >/dev/null 2>&1 3>&- &
  other=$!
  wait_until 10 grep -qx sleep "/proc/$other/comm"
  [ "$(looks_into "$other")" = 'fd/0 exe cwd root ns/net ' ]
  kill -KILL "$other"
  [ "$(looks_into "$pid")" = '' ]
  # Whatever becomes of the pod where that right is missing.
  for filter in . '.linux.security_context = {run_as_user: {value: 1000}, run_as_group: {value: 1000}}'; do
    if id=$(runp looked-at "$filter"); then
      [ "$(looks_into "$pid")" = '' ]
      discard "$id"
    fi
    [ "$(looks_into "$pid")" = '' ]
  done
  started_plainly
}

# --- files -----------------------------------------------------------------------------------------------------------

@test "surroundings: /dev/shm of the pod is for everybody: 1777, 64 MiB, nosuid, nodev, noexec" {
  for filter in . '.linux.security_context = {run_as_user: {value: 1000}}'; do
    id=$(runp shm "$filter")
    shm=$work/run/sandboxes/$id/shm
    [ "$(stat -c %a "$shm")" = 1777 ]
    findmnt -n -o FSTYPE,OPTIONS,SIZE --mountpoint "$shm"
    [ "$(findmnt -n -o FSTYPE --mountpoint "$shm")" = tmpfs ]
    for option in nosuid nodev noexec; do findmnt -n -o OPTIONS --mountpoint "$shm" | grep -qw "$option"; done
    [ "$(findmnt -n -b -o SIZE --mountpoint "$shm" | tr -d ' ')" = $((64 << 20)) ]
    discard "$id"
  done
  id=$(runp no-shm '.linux.security_context.namespace_options.ipc = "NODE"')
  [ ! -e "$work/run/sandboxes/$id/shm" ]
  discard "$id"
}

# --- limits ----------------------------------------------------------------------------------------------------------

# limit_of ID FILE…: what the pod's group says in the first of these files that there is.
limit_of() {
  local id=$1 file
  shift
  for file in "$@"; do
    find /sys/fs/cgroup -path "*$BERTH_TEST_CGROUP/$id/$file" -exec cat {} + 2>/dev/null | grep . && return
  done
  return 1
}

@test "surroundings: the limits of a pod's memory, memory and swap, and processor stand in its group" {
  id=$(runp limited '.linux.resources = {memory_limit_in_bytes: 67108864, memory_swap_limit_in_bytes: 134217728,
    cpu_period: 50000, cpu_quota: 25000, cpu_shares: 512}')
  [ "$(limit_of "$id" memory.limit_in_bytes memory.max)" = 67108864 ]
  if find /sys/fs/cgroup -path "*$BERTH_TEST_CGROUP/$id/memory.limit_in_bytes" | grep -q .; then
    [ "$(limit_of "$id" memory.memsw.limit_in_bytes)" = 134217728 ]
  else
    [ "$(limit_of "$id" memory.swap.max)" = 67108864 ]
  fi
  case $(limit_of "$id" cpu.cfs_quota_us cpu.max) in
  25000) [ "$(limit_of "$id" cpu.cfs_period_us)" = 50000 ] && [ "$(limit_of "$id" cpu.shares)" = 512 ] ;;
  '25000 50000') [ "$(limit_of "$id" cpu.weight)" = 20 ] ;;
  *) false ;;
  esac
  discard "$id"
  nothing_left
}

@test "surroundings: without a limit of memory and swap, memory alone is limited; without any, nothing is" {
  id=$(runp memory-alone '.linux.resources = {memory_limit_in_bytes: 67108864}')
  [ "$(limit_of "$id" memory.limit_in_bytes memory.max)" = 67108864 ]
  case $(limit_of "$id" memory.memsw.limit_in_bytes memory.swap.max || echo none) in 67108864 | 134217728) false ;; esac
  discard "$id"
  id=$(runp unlimited)
  case $(limit_of "$id" memory.limit_in_bytes memory.max) in max | 9223372036854771712) ;; *) false ;; esac
  discard "$id"
}

@test "surroundings: a sysctl that is none is refused at once, also where the pod's root is another user" {
  users='.linux.security_context.namespace_options.userns_options = ({mode: "POD", uids: [{host_id: 100000, container_id: 0, length: 65536}]}
    | .gids = .uids)'
  for filter in . "$users"; do
    for name in fs.mqueue.nope kernel.shmnope net.ipv4.conf net.ipv4.nope; do
      refused invalid_argument 400 "sysctls\\[$name\\]" RunPodSandbox "$(run_request none "$filter | .linux.sysctls = {\"$name\": \"1\"}")"
    done
  done
  nothing_left
}

# --- bodies ----------------------------------------------------------------------------------------------------------

# body LENGTH: a request for the version of so many bytes.
body() { printf '{}%*s' $(($1 - 2)) ''; }

@test "surroundings: a body of as many bytes as may be is served, one byte more is not, chunked or not, on every route" {
  limit=4096
  berthd_with "{\"maxRequestBodyBytes\": $limit}"
  for method in Version ListPodSandbox Status berth.v1.BerthService/ListLeftovers; do
    for framing in 'Transfer-Encoding: chunked' 'X-Framing: length'; do
      echo "$method, $framing"
      api "$method" "$(body $limit)" -H "$framing" >/dev/null
      refused resource_exhausted 429 "$limit" "$method" "$(body $((limit + 1)))" -H "$framing"
      refused resource_exhausted 429 "$limit" "$method" "$(body $((limit * 8)))" -H "$framing"
    done
  done
  # The last byte in a chunk of its own.
  { printf 'POST /runtime.v1.RuntimeService/Version HTTP/1.1\r\nHost: berth\r\nContent-Type: application/json\r\nConnection: close\r\n'
    printf 'Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n1\r\n \r\n0\r\n\r\n' "$limit" "$(body $limit)"; } |
    timeout 20 socat -t 10 - "UNIX-CONNECT:$socket" | tee "$work/raw"
  grep -q '429' "$work/raw"
  grep -q resource_exhausted "$work/raw"
  berthd_with '{"maxRequestBodyBytes": 1048576}'
}

@test "surroundings: of failed runs the last traces are kept, as many as are kept, and no others" {
  kept=200
  conflist_berth '.plugins = [{type: "not-there"}]' | use_conflist
  PYTHONPATH=$BATS_TEST_DIRNAME/trials python3 -B - "$socket" $((kept + 3)) >"$work/failed" <<'PYTHON'
import json, sys
from berth import UnixConnection, pod
for number in range(int(sys.argv[2])):
    connection = UnixConnection(sys.argv[1], 60)
    body = json.dumps({"config": pod(f"failed-{number}")})
    connection.request("POST", "/runtime.v1.RuntimeService/RunPodSandbox", body, {"Content-Type": "application/json"})
    print(json.loads(json.loads(connection.getresponse().read())["details"][0]["debug"])["podSandboxId"])
    connection.close()
PYTHON
  mapfile -t ids <"$work/failed"
  [ "${#ids[@]}" = $((kept + 3)) ]
  for run in 0 1 2; do
    refused not_found 404 . berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"${ids[run]}\"}"
  done
  for run in 3 4 100 $((kept + 1)) $((kept + 2)); do
    api berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"${ids[run]}\"}" |
      jq -e --arg id "${ids[run]}" '.traces | length == 1 and .[0].podSandboxId == $id'
  done
  nothing_left
}

@test "surroundings: rmp of all pods where there are none says that there is nothing to remove" {
  run berthctl rmp -a
  echo "$output"
  [ "$status" -eq 0 ]
  grep -qi 'nothing to remove\|no pods to remove' <<<"$output"
}

@test "surroundings: nothing is left behind" { no_leaks; }
