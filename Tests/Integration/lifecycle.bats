#!/usr/bin/env bats
# A pod's life: run, status, list, stop, remove.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "lifecycle: a pod gets an id, namespaces, a pinned netns and an address of its network on eth0" {
  id=$(runp life)
  [[ $id =~ ^[0-9a-f]{64}$ ]]
  has_state "$id" SANDBOX_READY
  ip=$(ip_of "$id")
  [[ $ip =~ ^10\.201\. ]]
  netns=$(netns_of "$id")
  [ "$netns" = "$netns_dir/cni-${id:0:8}-${id:8:4}-${id:12:4}-${id:16:4}-${id:20:12}" ]
  [ "$(in_pod "$id" ip -j addr show dev eth0 | jq -r '.[0].addr_info[] | select(.family == "inet").local')" = "$ip" ]
  [ "$(in_pod "$id" ip -j addr show dev eth0 | jq -r '.[0].addr_info[] | select(.scope == "global" and .family == "inet6").local')" = "$(ip6_of "$id")" ]
  in_pod "$id" ip -j link show dev lo | jq -e '.[0].flags | index("UP")'
  pid=$(pause_of "$id")
  [ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = "/pause " ]
  [ "$(stat -Lc %i "$netns")" = "$(stat -Lc %i "/proc/$pid/ns/net")" ]
  [ "$(nsenter --uts="/proc/$pid/ns/uts" hostname)" = life ]
  for namespace in net uts ipc pid mnt cgroup; do
    [ "$(readlink "/proc/$pid/ns/$namespace")" != "$(readlink "/proc/self/ns/$namespace")" ]
  done
  discard "$id"
  gone "$pid"
  nothing_left
}

@test "lifecycle: pause has no privilege: no capability, no_new_privs, a seccomp filter, its own user" {
  id=$(runp bare)
  pid=$(pause_of "$id")
  run cat "/proc/$pid/status"
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    grep -qE "^$set:[[:space:]]+0000000000000000$" <<<"$output"
  done
  grep -qE '^NoNewPrivs:[[:space:]]+1$' <<<"$output"
  grep -qE '^Seccomp:[[:space:]]+2$' <<<"$output"
  grep -qE '^Uid:[[:space:]]+65535[[:space:]]+65535' <<<"$output"
  [ "$(cat "/proc/$pid/oom_score_adj")" = -998 ] || grep -q oom_score_adj "$work/berthd.log"
  [ -z "$(ls -A "/proc/$pid/root")" ]
  discard "$id"
}

@test "lifecycle: pause costs at most 12 kB" {
  [ -z "${BERTH_TEST_SANITIZER:-}" ] || skip "memory is measured on a build without a sanitizer"
  id=$(runp small)
  pss=$(awk '/^Pss:/ { print $2 }' "/proc/$(pause_of "$id")/smaps_rollup")
  echo "PSS $pss kB"
  [ "$pss" -le 12 ]
  discard "$id"
}

@test "lifecycle: pause sits in its own cgroup below the parent" {
  id=$(runp grouped)
  grep -qF ":$BERTH_TEST_CGROUP/$id/pause" "/proc/$(pause_of "$id")/cgroup"
  discard "$id"
  [ -z "$(find /sys/fs/cgroup -type d -name "$id*")" ]
}

@test "lifecycle: Status tells what Run was told" {
  id=$(runp told '.labels = {app: "web"} | .annotations = {note: "kept"} | .metadata.attempt = 3')
  run status_of "$id"
  jq -e '.status | .metadata == {name: "told", namespace: "default", uid: "uid-told", attempt: 3}
    and .labels == {app: "web"} and .annotations == {note: "kept"} and .state == "SANDBOX_READY"
    and (.createdAt | type == "string" and test("^[0-9]{19}$"))' <<<"$output"
  jq -e '.info.info | fromjson | .pid > 0 and (.netnsPath | type == "string") and .config != null and .cniResult != null and .trace != null' \
    <<<"$output"
  discard "$id"
}

@test "lifecycle: List filters by id prefix, state and labels" {
  a=$(runp list-a '.labels = {app: "a", tier: "x"}')
  b=$(runp list-b '.labels = {app: "b", tier: "x"}')
  stop_sandbox "$b"
  list() { api ListPodSandbox "{\"filter\":$1}" | jq -r '.items[]?.id' | sort; }
  both=$(printf '%s\n' "$a" "$b" | sort)
  [ "$(list '{}')" = "$both" ]
  [ "$(list "{\"id\":\"${a:0:12}\"}")" = "$a" ]
  [ "$(list '{"state":{"state":"SANDBOX_READY"}}')" = "$a" ]
  [ "$(list '{"state":{"state":"SANDBOX_NOTREADY"}}')" = "$b" ]
  [ "$(list '{"labelSelector":{"tier":"x"}}')" = "$both" ]
  [ "$(list '{"labelSelector":{"tier":"x","app":"b"}}')" = "$b" ]
  [ -z "$(list '{"labelSelector":{"app":"c"}}')" ]
  discard "$a" "$b"
}

@test "lifecycle: Stop ends pause and frees the address, and only the record stays" {
  id=$(runp stopped)
  ip=$(ip_of "$id") pid=$(pause_of "$id") netns=$(netns_of "$id")
  stop_sandbox "$id"
  gone "$pid"
  [ ! -e "$netns" ]
  [ ! -e "$ipam_dir/berth/$ip" ]
  has_state "$id" SANDBOX_NOTREADY
  [ "$(sandbox_ids)" = "$id" ]
  remove_sandbox "$id"
  nothing_left
}

@test "lifecycle: Stop and Remove are idempotent, and an unknown id is a success" {
  id=$(runp twice)
  stop_sandbox "$id"
  stop_sandbox "$id"
  remove_sandbox "$id"
  remove_sandbox "$id"
  stop_sandbox "$id"
  unknown=$(printf '%064d' 0)
  stop_sandbox "$unknown"
  remove_sandbox "$unknown"
}

@test "lifecycle: the same configuration twice is the same sandbox" {
  id=$(runp same)
  [ "$(runp same)" = "$id" ]
  [ "$(sandbox_ids)" = "$id" ]
  discard "$id"
}

@test "lifecycle: hostname, hosts and resolv.conf are written" {
  id=$(runp files '.dns_config = {servers: ["192.0.2.53"], searches: ["example.org"], options: ["ndots:2"]}')
  directory=$(find "$work/run" -type d -name "$id")
  [ "$(cat "$directory/hostname")" = files ]
  grep -q '^nameserver 192.0.2.53$' "$directory/resolv.conf"
  grep -q '^search example.org$' "$directory/resolv.conf"
  grep -q '^options ndots:2$' "$directory/resolv.conf"
  discard "$id"
  [ ! -e "$directory" ]
}

@test "lifecycle: a sysctl is the pod's own" {
  before=$(cat /proc/sys/net/core/somaxconn)
  id=$(runp tuned '.linux.sysctls = {"net.core.somaxconn": "777"}')
  [ "$(in_pod "$id" cat /proc/sys/net/core/somaxconn)" = 777 ]
  [ "$(cat /proc/sys/net/core/somaxconn)" = "$before" ]
  discard "$id"
}

@test "lifecycle: a sysctl that cannot be set fails the run by name, and nothing is left" {
  run -1 runp misset '.linux.sysctls = {"net.core.nothing": "1"}'
  [[ $output == *invalid_argument* && $output == *net.core.nothing* ]]
  run -1 runp misset '.linux.sysctls = {"kernel.shmmax": "words"}'
  [[ $output == *invalid_argument* && $output == *kernel.shmmax*words* ]]
  nothing_left
}

@test "lifecycle: a pod in a user namespace has its sysctls, lo and its network there" {
  map='[{host_id: 200000, container_id: 0, length: 65536}]'
  id=$(runp mapped ".linux.security_context.namespace_options.userns_options = {mode: \"POD\", uids: $map, gids: $map}
    | .linux.sysctls = {\"net.core.somaxconn\": \"778\", \"kernel.shmmni\": \"79\"}")
  [ "$(readlink "/proc/$(pause_of "$id")/ns/user")" != "$(readlink /proc/self/ns/user)" ]
  [ "$(in_pod "$id" cat /proc/sys/net/core/somaxconn)" = 778 ]
  [ "$(nsenter -t "$(pause_of "$id")" -i cat /proc/sys/kernel/shmmni)" = 79 ]
  in_pod "$id" ip -j link show lo | jq -e '.[0].flags | index("UP")'
  discard "$id"
}

@test "lifecycle: a pod on the host's network has no netns and no address of its own" {
  id=$(runp on-host '.linux.security_context.namespace_options.network = "NODE" | .hostname = ""')
  has_state "$id" SANDBOX_READY
  [ "$(status_of "$id" | jq -r '.status.network.ip // ""')" = "" ]
  [ -z "$(find "$netns_dir" -mindepth 1)" ]
  [ "$(readlink "/proc/$(pause_of "$id")/ns/net")" = "$(readlink /proc/self/ns/net)" ]
  discard "$id"
}

@test "lifecycle: nothing is left behind" { no_leaks; }
