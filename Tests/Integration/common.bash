# Loaded by every .bats file: one daemon per file on directories of its own, and the words the tests are written in.
# Everything of a test lives below $work; the namespaces around it are isolated.sh's.

work=/run/berth-test
binaries=${BERTH_BINARIES:-$(realpath "$BATS_TEST_DIRNAME/../../.build/debug")}
socket=$work/run/berth.sock
conf_dir=$work/net.d
netns_dir=$work/netns
root_dir=$work/lib
cache_dir=$work/cni
ipam_dir=$work/ipam
marks=$work/marks
plugin_dirs=$work/plugins:/usr/lib/cni
export BERTH_ENDPOINT=unix://$socket
PATH=$binaries:$PATH

bats_require_minimum_version 1.5.0

# --- waiting ---------------------------------------------------------------------------------------------------------

# wait_until SECONDS COMMAND…: polls until the command succeeds.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      echo "waited in vain for: $*"
      return 1
    fi
    sleep 0.02
  done
}

gone() { ! kill -0 "$1" 2>/dev/null; }
healthy() { curl -sf --unix-socket "$socket" http://berth/healthz >/dev/null 2>&1; }
serving_or_gone() { healthy || gone "$1"; }

# --- the daemon ------------------------------------------------------------------------------------------------------

# berthd_start [FLAG…]: starts the daemon and returns when its API answers.
berthd_start() {
  local pid
  with_no_descriptors berthd_exec "$@" </dev/null >>"$work/berthd.log" 2>&1 &
  pid=$!
  disown "$pid"
  echo "$pid" >"$work/berthd.pid"
  wait_until 20 serving_or_gone "$pid"
  if ! healthy; then
    echo "berthd did not come up:"
    tail -n 20 "$work/berthd.log"
    return 1
  fi
}

# with_no_descriptors COMMAND…: without what bats has open here, which a daemon would keep.
with_no_descriptors() {
  local descriptor
  for descriptor in /proc/self/fd/*; do
    descriptor=${descriptor##*/}
    [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
  done
  "$@"
}

# berthd_exec [FLAG…]: this (sub)shell becomes the daemon, on this file's directories unless a flag says otherwise.
berthd_exec() {
  exec ${BERTHD_LIMIT:-} "${BERTHD:-$binaries/berthd}" --socket "$socket" --root "$root_dir" --state "$work/run" --netns-dir "$netns_dir" \
    --cni-conf-dir "$conf_dir" --cni-bin-dir "$plugin_dirs" --cni-cache-dir "$cache_dir" \
    --cgroup-parent "$BERTH_TEST_CGROUP" --config "$work/berthd.json" --log-level debug \
    ${BERTH_TEST_NATIVE:+--native-plugins "$BERTH_TEST_NATIVE"} "$@"
}

# berthd_refuses PATTERN [FLAG…]: the daemon does not start, and says why in words that match.
berthd_refuses() {
  local pattern=$1 said status=0
  shift
  said=$(BERTHD_LIMIT='timeout 20' berthd_exec "$@" 2>&1) || status=$?
  printf 'exit %s: %s\n' "$status" "$said"
  [ "$status" -ne 0 ] && [ "$status" -ne 124 ] && grep -qE -- "$pattern" <<<"$said"
}

# berthd_stop [SIGNAL]: ends the daemon and waits until it is gone.
berthd_stop() {
  local pid
  pid=$(cat "$work/berthd.pid") || return 0
  kill "-${1:-TERM}" "$pid" 2>/dev/null || true
  wait_until 20 gone "$pid"
}

# file_setup [PLUGIN-TIMEOUT]: for setup_file; the daemon with the default network, and the leak check's snapshot after
# a warm-up.
file_setup() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
  mkdir -p "$work" "$conf_dir" "$marks"
  cp -R "$BATS_TEST_DIRNAME/plugins" "$work/plugins"
  conflist_berth >"$conf_dir/10-berth.conflist"
  printf '{"pluginTimeout": "%s", "pluginDeleteTimeout": "%s"}' "${1:-30s}" "${1:-30s}" >"$work/berthd.json"
  berthd_start
  warm_up
}

# warm_up: one sandbox is made and removed, so that what stays by design (bridge, last IP, shared chains) is there.
warm_up() {
  local id
  id=$(runp warm-up '.port_mappings = [{host_port: 18000, container_port: 80}]')
  discard "$id"
  leak_snapshot "$work/leaks.before"
}

file_teardown() {
  berthd_stop
  if [ -n "${BERTH_TEST_VERBOSE:-}" ]; then sed 's/^/# /' "$work/berthd.log" >&3; fi
}

# no_leaks: the leak check, as the last test of a file.
no_leaks() { leak_compare "$work/leaks.before"; }

# A failed test shows what the daemon said last, and leaves no sandbox to those that follow.
teardown() {
  local id
  end_servers
  [ -z "${BATS_TEST_COMPLETED:-}" ] || return 0
  echo "--- the daemon's last words:"
  tail -n 15 "$work/berthd.log"
  conflist_berth | use_conflist
  for id in $(sandbox_ids 2>/dev/null); do discard "$id" || true; done
}

# --- the API ---------------------------------------------------------------------------------------------------------

# api METHOD [BODY] [CURL-ARGUMENT…]: prints the answer; fails unless it is a 200. The HTTP status is in $(http_status).
api() {
  local method=$1 body=${2:-{\}} answer
  case $method in */*) ;; *) method=runtime.v1.RuntimeService/$method ;; esac
  shift "$(($# < 2 ? $# : 2))"
  answer=$(mktemp "$BATS_TEST_TMPDIR/answer.XXXXXX" 2>/dev/null || mktemp)
  printf '%s' "$body" | curl -sS --unix-socket "$socket" -H 'Content-Type: application/json' --data-binary @- \
    -o "$answer" -w '%{http_code}' "$@" "http://berth/$method" >"$answer.status"
  cp "$answer.status" "$work/http-status"
  cat "$answer"
  [ "$(cat "$answer.status")" = 200 ]
}

http_status() { cat "$work/http-status"; }

# pod NAME [JQ-FILTER]: a PodSandboxConfig.
pod() {
  jq -nc --arg name "$1" \
    "{metadata: {name: \$name, namespace: \"default\", uid: \"uid-\(\$name)\", attempt: 0}, hostname: \$name, linux: {}} | ${2:-.}"
}

# run_request NAME [JQ-FILTER]: a RunPodSandboxRequest.
run_request() { pod "$@" | jq -c '{config: .}'; }

# runp NAME [JQ-FILTER]: starts a pod and prints its id.
runp() {
  local answer
  answer=$(api RunPodSandbox "$(run_request "$@")") || {
    printf '%s\n' "$answer" >&2
    return 1
  }
  jq -er .podSandboxId <<<"$answer"
}

stop_sandbox() { api StopPodSandbox "{\"podSandboxId\":\"$1\"}"; }
remove_sandbox() { api RemovePodSandbox "{\"podSandboxId\":\"$1\"}"; }

# discard ID…: stops and removes.
discard() {
  local id
  for id in "$@"; do
    stop_sandbox "$id" >/dev/null && remove_sandbox "$id" >/dev/null || return 1
  done
}

status_of() { api PodSandboxStatus "{\"podSandboxId\":\"$1\",\"verbose\":true}"; }
state_of() { status_of "$1" | jq -r .status.state; }
has_state() { [ "$(state_of "$1")" = "$2" ]; }
ip_of() { status_of "$1" | jq -er .status.network.ip; }
ip6_of() { status_of "$1" | jq -er '.status.network.additionalIps[0].ip'; }
info_of() { status_of "$1" | jq -er ".info.info | fromjson | $2"; }
pause_of() { info_of "$1" .pid; }
netns_of() { info_of "$1" .netnsPath; }
in_pod() { nsenter --net="$(netns_of "$1")" "${@:2}"; }
sandbox_ids() { api ListPodSandbox | jq -r '.items[]?.id'; }

# refused CODE HTTP-STATUS PATTERN METHOD [BODY] [CURL-ARGUMENT…]: the answer is this Connect error, its words match.
refused() {
  local code=$1 http=$2 pattern=$3
  shift 3
  run api "$@"
  echo "HTTP $(http_status): $output"
  [ "$(http_status)" = "$http" ]
  [ "$(jq -r .code <<<"$output")" = "$code" ]
  jq -r .message <<<"$output" | grep -qE -- "$pattern"
}

# --- networks --------------------------------------------------------------------------------------------------------

# conflist_berth [JQ-FILTER]: the default network of these tests, dual stack, with port mappings.
conflist_berth() {
  jq -n --arg ipam "$ipam_dir" '{cniVersion: "1.0.0", name: "berth", plugins: [
    {type: "bridge", bridge: "berth-t0", isGateway: true, ipam: {type: "host-local", dataDir: $ipam,
      ranges: [[{subnet: "10.201.0.0/16"}], [{subnet: "fd00:201::/64"}]], routes: [{dst: "0.0.0.0/0"}, {dst: "::/0"}]}},
    {type: "portmap", capabilities: {portMappings: true}}]} | '"${1:-.}"
}

# use_conflist: puts standard input in the place of the network configuration, as a whole, and waits until the daemon has
# read the directory: a second network, which no pod uses, is there to be seen in Status.
use_conflist() {
  local marker
  marker=marker-$(date +%s%N)
  cat >"$conf_dir/.next" && mv "$conf_dir/.next" "$conf_dir/10-berth.conflist"
  rm -f "$conf_dir"/99-*
  jq -n --arg name "$marker" '{cniVersion: "1.0.0", name: $name, plugins: [{type: "loopback"}]}' >"$conf_dir/.next"
  mv "$conf_dir/.next" "$conf_dir/99-marker.conflist"
  wait_until 10 knows_network "$marker"
}

# no_conflist: takes every network configuration away.
no_conflist() {
  rm -f "$conf_dir"/*
  wait_until 10 knows_no_network
}

known_networks() { api Status '{"verbose": true}' | jq -r '.info.cniconfig | fromjson | .[].networks[]'; }
knows_network() { known_networks | grep -qx "$1"; }
knows_no_network() { [ -z "$(known_networks)" ]; }

# serve ID PORT [tcp4|tcp6]: a server in the pod that answers each connection with its peer's address; it ends with the test.
serve() {
  local family=${3:-tcp4} netns
  netns=$(netns_of "$1")
  nsenter --net="$netns" socat "${family^^}-LISTEN:$2,fork,reuseaddr" SYSTEM:'echo peer=$SOCAT_PEERADDR' 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 listening "$1" "$2"
}

listening() { in_pod "$1" ss -Hltn "sport = :$2" | grep -q .; }

# ask ADDRESS PORT: what a server of `serve` answers to this namespace; ask_from ID …: to that pod.
ask() { socat -T5 -t5 - "TCP:$1:$2,connect-timeout=5" </dev/null; }
ask_from() { in_pod "$1" socat -T5 -t5 - "TCP:$2:$3,connect-timeout=5" </dev/null; }

end_servers() {
  [ -e "$work/servers" ] || return 0
  xargs -r -a "$work/servers" kill 2>/dev/null || true
  rm -f "$work/servers"
}

# --- what must be gone -----------------------------------------------------------------------------------------------

# veths_gone: the kernel takes a pod's pair away a moment after its namespace was dropped.
veths_gone() { [ -z "$(ip -o link show type veth)" ]; }

# nothing_left: with no sandbox alive, nothing of any is on the machine.
nothing_left() {
  local found
  wait_until 5 veths_gone >/dev/null || true
  found=$(
    sandbox_ids | sed 's/^/listed: /'
    find "$netns_dir" -mindepth 1 2>/dev/null | sed 's/^/netns file: /'
    grep -o "$netns_dir/[^ ]*" /proc/self/mountinfo | sed 's/^/netns mount: /'
    ip -o link show type veth | sed 's/^/link: /'
    find "$ipam_dir" -type f ! -name 'last_reserved_ip.*' ! -name lock 2>/dev/null | sed 's/^/IP: /'
    find "$cache_dir/results" -type f 2>/dev/null | sed 's/^/CNI cache: /'
    find /sys/fs/cgroup"$BERTH_TEST_CGROUP" /sys/fs/cgroup/*"$BERTH_TEST_CGROUP" -mindepth 1 -type d 2>/dev/null | sed 's/^/cgroup: /'
    pgrep -af '^/pause' | sed 's/^/process: /'
    find "$root_dir" "$work/run" -name '[0-9a-f]*' -regextype posix-extended -regex '.*/[0-9a-f]{64}[^/]*' | sed 's/^/file: /'
    nft list table inet berth 2>/dev/null | grep -E 'comment "[0-9a-f]*/' | sed 's/^/element: /'
    iptables-save 2>/dev/null | grep -E '^-A.*CNI-(DN|SN)-' | sed 's/^/rule: /'
    ip6tables-save 2>/dev/null | grep -E '^-A.*CNI-(DN|SN)-' | sed 's/^/rule: /'
  )
  [ -z "$found" ] || {
    printf '%s\n' "left behind:" "$found"
    return 1
  }
}

load leakcheck
