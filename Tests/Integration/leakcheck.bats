# The leak check itself, without a daemon: it must see a planted leak of each kind, by its name, and nothing else.

bats_require_minimum_version 1.5.0
load leakcheck

setup() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
  place=$(mktemp -d /run/leakcheck.XXXXXX)
  export BERTH_ROOT=$place/lib BERTH_STATE=$place/run BERTH_NETNS_DIR=$place/netns BERTH_CNI_CACHE_DIR=$place/cni
  export BERTH_IPAM_DIR=$place/cni/networks BERTH_CGROUP_PARENT=$BERTH_TEST_CGROUP/leakcheck BERTH_BIN_DIRS=$place/bin
  export BERTH_LEAK_SECONDS=0
  mkdir -p "$BERTH_ROOT/sandboxes" "$BERTH_STATE" "$BERTH_NETNS_DIR" "$BERTH_CNI_CACHE_DIR/results" "$BERTH_IPAM_DIR/berth" "$place/bin"
  daemon_start
  leak_snapshot "$place/before"
}

teardown() {
  [ -z "${planted:-}" ] || { kill "$planted" && wait "$planted"; } 2>/dev/null || true
  daemon_stop
  awk -v below="$place/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | xargs -r -n 1 umount -l
  rm -rf "$place"
}

# A stand-in for the daemon, which opens (and closes again) what it is told to.
daemon_start() {
  mkfifo "$place/orders" "$place/answers"
  python3 -u -c '
import ctypes, os, select, socket, sys
libc = ctypes.CDLL(None)
makers = {
  "pipe": lambda: list(os.pipe()), "eventfd": lambda: [os.eventfd(0)], "eventpoll": lambda: [libc.epoll_create1(0)],
  "pidfd": lambda: [os.pidfd_open(os.getpid())], "inotify": lambda: [libc.inotify_init1(0)],
  "socket unix": lambda: [socket.socket(socket.AF_UNIX).detach()],
  "socket netlink": lambda: [bound_netlink()], "socket other": lambda: [socket.socket(socket.AF_INET).detach()],
  "namespace net": lambda: [os.open("/proc/self/ns/net", os.O_RDONLY)],
  "file": lambda: [os.open("/etc/passwd", os.O_RDONLY)],
}
def bound_netlink():
  opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
  opened.bind((0, 0))
  return opened.detach()
held = []
for order in sys.stdin:
  order = order.strip()
  if order == "close":
    for descriptor in held: os.close(descriptor)
    held = []
  elif order.startswith("child"):
    if os.fork() == 0: os._exit(0)
  elif order == "reap": os.wait()
  else: held += makers[order]()
  print("done")' <"$place/orders" >"$place/answers" 3>&- &
  BERTH_PID=$!
  export BERTH_PID
  exec {orders}>"$place/orders" {answers}<"$place/answers"
  daemon close
}

daemon_stop() {
  exec {orders}>&- {answers}<&-
  wait "$BERTH_PID" || true
}

# daemon ORDER: returns when it has been carried out.
daemon() {
  echo "$1" >&"$orders"
  read -r -t 10 <&"$answers"
}

# sees PATTERN: the check fails, and every line it prints matches.
sees() {
  run ! leak_compare "$place/before"
  echo "$output"
  [ -n "$output" ]
  ! grep -vE -- "$1" <<<"$output"
}

clean() { leak_compare "$place/before"; }

@test "leakcheck: an unchanged machine is clean, twice" {
  clean
  leak_snapshot "$place/after"
  leak_compare "$place/before" "$place/after"
}

@test "leakcheck: sees a netns mount and its file" {
  touch "$BERTH_NETNS_DIR/cni-0"
  sees '^left behind: netns file: .*/cni-0$'
  mount --bind /proc/self/ns/net "$BERTH_NETNS_DIR/cni-0"
  run ! leak_compare "$place/before"
  grep '^left behind: netns mount: .*/cni-0 nsfs$' <<<"$output"
  umount "$BERTH_NETNS_DIR/cni-0"
  rm "$BERTH_NETNS_DIR/cni-0"
  clean
}

@test "leakcheck: sees a netns mounted a second time over itself" {
  touch "$BERTH_NETNS_DIR/cni-0"
  mount --bind /proc/self/ns/net "$BERTH_NETNS_DIR/cni-0"
  leak_snapshot "$place/before"
  mount --bind /proc/self/ns/net "$BERTH_NETNS_DIR/cni-0"
  sees '^left behind: netns mount: .*/cni-0 nsfs$'
  umount "$BERTH_NETNS_DIR/cni-0"
  clean
}

@test "leakcheck: sees a link, and one that is missing" {
  ip link add leak0 type veth peer name leak1
  sees '^left behind: link: leak[01] veth$'
  leak_snapshot "$place/before"
  ip link delete leak0
  sees '^missing: link: leak[01] veth$'
}

@test "leakcheck: sees a cgroup in every hierarchy" {
  local hierarchies hierarchy
  hierarchies=$(awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) ~ /^cgroup2?$/) print $5 }' /proc/self/mountinfo)
  [ -n "$hierarchies" ]
  for hierarchy in $hierarchies; do
    # cpuset and the like may refuse: that is not this test's matter.
    mkdir -p "$hierarchy$BERTH_CGROUP_PARENT" || continue
    leak_snapshot "$place/before"
    mkdir "$hierarchy$BERTH_CGROUP_PARENT/sandbox"
    sees "^left behind: cgroup: $hierarchy$BERTH_CGROUP_PARENT/sandbox\$"
    rmdir "$hierarchy$BERTH_CGROUP_PARENT/sandbox"
    clean
    rmdir "$hierarchy$BERTH_CGROUP_PARENT"
  done
}

@test "leakcheck: sees a shm mount and the state directory" {
  mkdir -p "$BERTH_STATE/sandboxes/1/shm"
  sees '^left behind: state: .*/sandboxes(/1(/shm)?)?$'
  leak_snapshot "$place/before"
  mount -t tmpfs shm "$BERTH_STATE/sandboxes/1/shm"
  sees '^left behind: shm mount: .*/1/shm tmpfs$'
  umount "$BERTH_STATE/sandboxes/1/shm"
  clean
}

@test "leakcheck: sees a record" {
  touch "$BERTH_ROOT/sandboxes/0123"
  sees '^left behind: record: .*/0123$'
}

@test "leakcheck: sees a CNI cache entry" {
  touch "$BERTH_CNI_CACHE_DIR/results/berth-0123-eth0"
  sees '^left behind: CNI cache: .*/berth-0123-eth0$'
}

@test "leakcheck: sees an IPAM reservation, not the files that stay" {
  touch "$BERTH_IPAM_DIR/berth/lock" "$BERTH_IPAM_DIR/berth/last_reserved_ip.0"
  clean
  touch "$BERTH_IPAM_DIR/berth/10.201.0.7"
  sees '^left behind: IPAM reservation: .*/10.201.0.7$'
}

@test "leakcheck: sees firewall rules of every back end, not the shared chains" {
  local tool
  for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
    "$tool" -t nat -L -n >/dev/null 2>&1 || { echo "no $tool here" && continue; }
    "$tool" -t nat -N CNI-HOSTPORT-DNAT
    "$tool" -t nat -N CNI-HOSTPORT-SETMARK
    "$tool" -t nat -A CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000
    "$tool" -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
    clean
    "$tool" -t nat -N CNI-DN-0123
    sees "^left behind: firewall: $tool nat :CNI-DN-0123 -\$"
    "$tool" -t nat -A CNI-HOSTPORT-DNAT -p tcp --dport 80 -j CNI-DN-0123
    "$tool" -t nat -A POSTROUTING -m comment --comment "name: berth" -j MASQUERADE
    run ! leak_compare "$place/before"
    grep "^left behind: firewall: $tool nat -A CNI-HOSTPORT-DNAT .*CNI-DN-0123" <<<"$output"
    grep "^left behind: firewall: $tool nat -A POSTROUTING .*berth" <<<"$output"
    "$tool" -t nat -F
    "$tool" -t nat -X
    clean
  done
}

@test "leakcheck: sees a table of nftables' own" {
  nft add table inet cni_leak
  sees '^left behind: firewall: nft inet cni_leak '
  nft delete table inet cni_leak
}

@test "leakcheck: sees what the native plugins' table has of a pod, not what it has of itself and of bridges" {
  nft -f - <<'END'
table inet berth {
  set localnet { type ifname; elements = { "cni0" comment "cni0" } }
  set near-0123456789abcdef { type ipv4_addr; elements = { 10.0.0.1 comment "0123456789abcdef/id/eth0" } }
  map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; elements = { tcp . 80 comment "0123456789abcdef/id/eth0" : 10.0.0.1 . 80 } }
  chain masquerade-0123456789abcdef-0123456789abcdef { }
  chain prerouting { type nat hook prerouting priority dstnat; }
}
END
  sees '^left behind: firewall: inet berth ((near-[0-9a-f]*|ports4).*10\.0\.0\.1|near-|masquerade-)'
  [ "$(wc -l <<<"$output")" = 4 ]
  nft delete table inet berth
  clean
}

@test "leakcheck: sees a process in our cgroup" {
  local group
  group=$(findmnt -n -o TARGET -t cgroup2,cgroup | grep -E '/(pids|memory|unified|cgroup)$' | head -n 1)$BERTH_CGROUP_PARENT
  mkdir -p "$group/1/pause"
  leak_snapshot "$place/before"
  sleep 1000 3>&- &
  planted=$!
  clean
  echo "$planted" >"$group/1/pause/cgroup.procs"
  sees "^left behind: process: sleep 1000 +\(pid $planted\)\$"
  kill "$planted"
  wait "$planted" || true
  clean
  rmdir "$group/1/pause" "$group/1" "$group"
}

@test "leakcheck: sees a process of our binaries" {
  cp "$(command -v sleep)" "$place/bin/plugin"
  "$place/bin/plugin" 1000 3>&- &
  planted=$!
  # The shell's child is this binary only after its exec.
  until [ "$(readlink "/proc/$planted/exe")" = "$place/bin/plugin" ]; do sleep 0.01; done
  sees "^left behind: process: $place/bin/plugin 1000 +\(pid $planted\)\$"
}

@test "leakcheck: sees a zombie of the daemon" {
  daemon child
  until grep -q '^State:.Z' /proc/"$(cat "/proc/$BERTH_PID/task/$BERTH_PID/children" | tr -d ' ')"/status; do sleep 0.01; done
  sees "^left behind: process: zombie .*parent $BERTH_PID\)\$"
  daemon reap
  clean
}

@test "leakcheck: sees a descriptor of each kind, and does not mind fewer" {
  local kind
  for kind in pipe eventfd eventpoll pidfd inotify 'socket unix' 'socket netlink' 'socket other' 'namespace net' file; do
    daemon "$kind"
    sees "^left behind: descriptor: $kind( /etc/passwd)?\$"
    leak_snapshot "$place/more"
    daemon close
    clean
    leak_compare "$place/more"
  done
}

@test "leakcheck: waits for what is just going" {
  touch "$BERTH_ROOT/sandboxes/0123"
  BERTH_LEAK_SECONDS=20 leak_compare "$place/before" 3>&- &
  local check=$!
  rm "$BERTH_ROOT/sandboxes/0123"
  wait "$check"
}
