# The leak check: what one daemon has on this machine, as lines of "kind: detail", before and after.
#
# The instance is named by BERTH_ROOT, BERTH_STATE, BERTH_NETNS_DIR, BERTH_CNI_CACHE_DIR, BERTH_IPAM_DIR, BERTH_CGROUP_PARENT,
# BERTH_PID and BERTH_BIN_DIRS (colon-separated: where pause and the plugins lie); without them by the words of common.bash.
# Links and firewall rules are those of the network namespace this runs in.
#
# What stays by design is left out: host-local's last_reserved_ip.* and lock, and the chains that all pods share, with
# the jumps to them. The bridge and the mount of the netns directory on itself are in both snapshots, because the first one is taken after a
# warm-up. A zombie whose parent is PID 1 does not count. Descriptors are counted by kind, and only more of them is a leak.

# leak_snapshot FILE: writes what there is now.
leak_snapshot() {
  # What the kernel is about to take away with a pod's namespace is no longer there, nor what the daemon is about to tidy.
  local deadline=$((SECONDS + 5))
  while {
    ip -d -o link show type veth | grep -q 'bridge_slave state disabled' ||
      leak_table | grep -qE 'berth (near|masquerade)-[0-9a-f-]*$'
  } 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do
    sleep 0.02
  done
  leak_list | LC_ALL=C sort >"$1"
}

# leak_compare BEFORE [AFTER]: prints what differs and returns 1. Without AFTER it looks at the machine, and as long as
# something differs looks again for up to BERTH_LEAK_SECONDS (10).
leak_compare() {
  local before=$1 deadline=$((SECONDS + ${BERTH_LEAK_SECONDS:-10})) after status=0
  if [ $# -gt 1 ]; then
    leak_difference "$before" "$2"
    return
  fi
  after=$(mktemp)
  leak_snapshot "$after"
  while ! leak_difference "$before" "$after" >/dev/null && [ "$SECONDS" -lt "$deadline" ]; do
    sleep 0.05
    leak_snapshot "$after"
  done
  leak_difference "$before" "$after" || status=1
  rm -f "$after"
  return "$status"
}

leak_difference() {
  local found
  found=$(
    LC_ALL=C comm -13 "$1" "$2" | sed 's/^/left behind: /'
    LC_ALL=C comm -23 "$1" "$2" | grep -v '^descriptor: ' | sed 's/^/missing: /'
  ) || true
  [ -z "$found" ] || {
    printf '%s\n' "$found"
    return 1
  }
}

leak_list() {
  # A listing that finds nothing, or loses a race with what is just going, is no failure.
  {
    leak_netns
    leak_links
    leak_cgroups
    leak_mounts
    leak_files
    leak_firewall
    leak_processes
    leak_descriptors
  } 2>/dev/null | leak_without_sanitizer || true
}

# A sanitizer that has something to say starts its symbolizer, and keeps pipes to it and the file of its report.
leak_without_sanitizer() {
  if [ -z "${BERTH_TEST_SANITIZER:-}" ]; then
    cat
  else
    grep -vE '^(process: [^ ]*llvm-symbolizer |descriptor: (pipe$|file .*\.bats\.))'
  fi
}

# --- the instance ----------------------------------------------------------------------------------------------------

leak_root() { echo "${BERTH_ROOT:-${root_dir:-/var/lib/berth}}"; }
leak_state() { echo "${BERTH_STATE:-${work:+$work/run}}"; }
leak_netns_dir() { echo "${BERTH_NETNS_DIR:-${netns_dir:-/var/run/netns}}"; }
leak_cache() { echo "${BERTH_CNI_CACHE_DIR:-${cache_dir:-/var/lib/cni}}"; }
leak_ipam() { echo "${BERTH_IPAM_DIR:-${ipam_dir:-/var/lib/cni/networks}}"; }
leak_cgroup_parent() { echo "${BERTH_CGROUP_PARENT:-${BERTH_TEST_CGROUP:-/berth}}"; }
leak_bin_dirs() { echo "${BERTH_BIN_DIRS:-${binaries:+$binaries:}${plugin_dirs:-/opt/cni/bin:/usr/lib/cni}}"; }
leak_pid() { echo "${BERTH_PID:-$(cat "${work:-/nonexistent}/berthd.pid" 2>/dev/null || true)}"; }

# leak_mounts_below DIR: the mount points below a directory, each as often as it is mounted on, with its type.
leak_mounts_below() {
  local directory
  directory=$(realpath -m "$1")
  # Octal escapes stay as they are: no path of ours has any.
  awk -v below="$directory/" 'index($5 "/", below) == 1 {
    for (i = 7; $i != "-"; i++); print $5 " " $(i + 1) }' /proc/self/mountinfo
}

# --- what is listed --------------------------------------------------------------------------------------------------

leak_netns() {
  leak_mounts_below "$(leak_netns_dir)" | sed 's/^/netns mount: /'
  find "$(leak_netns_dir)/" -mindepth 1 -printf 'netns file: %p\n'
}

leak_links() {
  ip -details -json link show | jq -r '.[] | "link: \(.ifname) \(.linkinfo.info_kind // .link_type)"'
}

# Every hierarchy that is mounted, by its mount point.
leak_cgroups() {
  awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) ~ /^cgroup2?$/) print $5 }' /proc/self/mountinfo | LC_ALL=C sort -u |
    while read -r hierarchy; do
      find "$hierarchy$(leak_cgroup_parent)" -mindepth 1 -type d -printf 'cgroup: %p\n'
    done
}

# The shm mounts of sandboxes lie below the state directory; whatever else is mounted there or on the records is ours too.
leak_mounts() {
  local directory
  for directory in "$(leak_state)" "$(leak_root)"; do
    [ -z "$directory" ] || leak_mounts_below "$directory" | sed 's/^/shm mount: /'
  done
}

leak_files() {
  local ipam
  ipam=$(realpath -m "$(leak_ipam)")
  # The traces of failed runs stay by design, bounded in number.
  [ -z "$(leak_state)" ] || find "$(leak_state)" -mindepth 1 ! -name '*.failed' -printf 'state: %p\n'
  find "$(leak_root)" -mindepth 1 -printf 'record: %p\n'
  find "$(realpath -m "$(leak_cache)")" -path "$ipam" -prune -o -type f -printf 'CNI cache: %p\n'
  find "$ipam" -type f ! -name 'last_reserved_ip.*' ! -name lock -printf 'IPAM reservation: %p\n'
}

# Both back ends of iptables, then nftables' own tables (of which iptables has the classic five names in ip and ip6).
leak_firewall() {
  local tool
  for tool in iptables-nft iptables-legacy ip6tables-nft ip6tables-legacy; do
    "$tool-save" | awk -v tool="$tool" '/^\*/ { table = substr($0, 2) } /^(-A|:[^ ]+ -)/ { sub(/ \[[0-9:]*\]$/, ""); print "firewall: " tool " " table " " $0 }'
  done | grep -vE -- "$leak_shared_chains"
  nft list tables | grep -vE '^table (ip6? (filter|nat|mangle|raw|security)|inet berth)$' | while read -r _ family name; do
    nft list table "$family" "$name" | sed "s/^[[:space:]]*/firewall: nft $family $name /"
  done
  leak_table
}

# The table of the native plugins: what it has of networks and pods. What it has of itself stays, and of a link, as the bridge.
leak_table() {
  nft -j list table inet berth | jq -r '.nftables[]
    | (.chain // .rule // empty | "\(.chain // .name) \(.comment // "")" | select(test("masquerade-"))),
      (.set // .map // empty | .name as $name
        | (select($name | test("^(masquerade|near)-")) | $name),
          (.elem[]? | select(($name | IN("localnet", "guarded", "together", "isolated")) and ((.elem.comment // "") | contains("/") | not) | not)
            | "\($name) \(tojson)"))
    | "firewall: inet berth \(.)"'
}

# The chains that portmap (CNI-HOSTPORT-*) and firewall (CNI-FORWARD, CNI-ADMIN, CNI-ISOLATION-*) make once for all pods: their
# declarations, the jumps to them, and what the mark and masquerade chains hold. A pod's own rule in them stays visible.
leak_shared_chains='(:(CNI-HOSTPORT-(DNAT|SETMARK|MASQ)|CNI-FORWARD|CNI-ADMIN|CNI-ISOLATION-STAGE-[12]) -'
leak_shared_chains+='|-A (PREROUTING|OUTPUT|POSTROUTING|FORWARD|CNI-FORWARD) .*-j (CNI-HOSTPORT-(DNAT|MASQ)|CNI-FORWARD|CNI-ADMIN)'
leak_shared_chains+='|-A CNI-HOSTPORT-(SETMARK|MASQ) ).*$'

# Who is in one of our cgroups, runs one of our binaries or is the daemon's child; the daemon itself is not meant.
leak_processes() {
  local daemon found pid
  daemon=$(leak_pid)
  found=$(
    grep -lE ":$(leak_cgroup_parent)/" /proc/[0-9]*/cgroup | cut -d/ -f3
    find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -printf '%h %l\n' | leak_of_binaries
    [ -z "$daemon" ] || cat "/proc/$daemon"/task/*/children | tr ' ' '\n'
  ) || true
  for pid in $(LC_ALL=C sort -un <<<"$found"); do
    [ "$pid" = "$daemon" ] || leak_process "$pid"
  done
}

# Reads "/proc/PID EXE", prints the pids whose executable lies in one of our directories.
leak_of_binaries() {
  local directories=() directory
  while read -r -d : directory; do
    [ -z "$directory" ] || directories+=("$(realpath -m "$directory")/")
  done <<<"$(leak_bin_dirs):"
  awk -v list="${directories[*]}" 'BEGIN { count = split(list, directory, " ") }
    { for (i = 1; i <= count; i++) if (index($2, directory[i]) == 1) { print substr($1, 7); next } }'
}

leak_process() {
  local status state parent
  status=$(cat "/proc/$1/status") || return 0
  state=$(sed -n 's/^State:\t\(.\).*/\1/p' <<<"$status")
  parent=$(sed -n 's/^PPid:\t//p' <<<"$status")
  if [ "$state" = Z ]; then
    [ "$parent" = 1 ] || echo "process: zombie $(sed -n 's/^Name:\t//p' <<<"$status") (pid $1, parent $parent)"
  else
    echo "process: $(tr '\0' ' ' <"/proc/$1/cmdline" | cut -c 1-80) (pid $1)"
  fi
}

# One line a descriptor, named for its kind; what differs from one descriptor of a kind to the next is taken out.
leak_descriptors() {
  local pid
  pid=$(leak_pid)
  [ -n "$pid" ] && [ -d "/proc/$pid/fd" ] || return 0
  find "/proc/$pid/fd" -mindepth 1 -printf '%l\n' | awk -v pid="$pid" '
    BEGIN {
      while ((getline line < ("/proc/" pid "/net/unix")) > 0) {
        split(line, field, " "); name[field[7]] = field[4] == "00010000" ? "unix listening" : "unix"
      }
      while ((getline line < ("/proc/" pid "/net/netlink")) > 0) { count = split(line, field, " "); name[field[count]] = "netlink" }
    }
    /^socket:/ { inode = substr($0, 9, length($0) - 9); print "socket " (inode in name ? name[inode] : "other"); next }
    /^pipe:/ { print "pipe"; next }
    /^(net|mnt|pid|user|uts|ipc|cgroup|time):\[/ { sub(/:.*/, ""); print "namespace " $0; next }
    /^anon_inode:/ { sub(/^anon_inode:/, ""); gsub(/[][]/, ""); print $0; next }
    { print "file " $0 }' |
    sed -E 's/[0-9a-f]{64}/ID/g; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g; s/^file \/proc\/[0-9]+/file \/proc\/PID/; s/^/descriptor: /'
}
