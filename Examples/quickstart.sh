#!/usr/bin/env bash
# From a fresh clone on a Debian 12 with Swift 6.3 to pods that reach each other, and back to the host as it was.
#
# usage: sudo ./Examples/quickstart.sh
#
# The daemon runs on directories of its own below /run/berth-quickstart, beside any other. With BERTH_BINARIES set to a
# directory that holds berthd, berthctl and berth-pause, nothing is built.
set -euo pipefail
cd "$(dirname "$0")/.."

work=/run/berth-quickstart
export BERTH_ENDPOINT=unix://$work/run/berth.sock

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
show() {
  printf '$ %s\n' "$*"
  "$@"
}

# --- what it needs -----------------------------------------------------------------------------------------------------

[ "$(id -u)" = 0 ] || { echo "quickstart.sh: namespaces, mounts and bridges need root: sudo $0" >&2; exit 1; }
[ ! -e "$work" ] || { echo "quickstart.sh: $work is there already: is another quickstart running?" >&2; exit 1; }

say "Packages"
missing=()
for package in libmnl-dev libnftnl-dev libseccomp-dev libyaml-dev zlib1g-dev binutils pkg-config nftables iproute2 util-linux jq socat; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  show apt-get update -q
  show env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
else
  echo "all there"
fi

if [ -z "${BERTH_BINARIES:-}" ]; then
  say "Build"
  # sudo forgets where Swift is.
  for folder in /usr/local/bin /opt/swift*/usr/bin "$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)/.local/share/swiftly/bin"; do
    command -v swift >/dev/null || { [ -x "$folder/swift" ] && PATH=$PATH:$folder; } || true
  done
  command -v swift >/dev/null || { echo "quickstart.sh: Swift 6.3 is not on the PATH: see https://swift.org/install" >&2; exit 1; }
  show swift build -c release --static-swift-stdlib
  built=.build/release
else
  PATH=$BERTH_BINARIES:$PATH
fi

# --- what the host was -------------------------------------------------------------------------------------------------

conflist=etc/berth/net.d/10-berth.conflist
bridge=$(jq -r '.plugins[] | select(.type == "bridge").bridge' "$conflist")
network=$(jq -r .name "$conflist")
addresses=$(jq -r --arg network "$network" 'first(.plugins[].ipam.dataDir // empty) // "/var/lib/cni/networks" | . + "/" + $network' "$conflist")
had_bridge=$(ip link show dev "$bridge" 2>/dev/null || true)
had_addresses=$(ls -d "$addresses" 2>/dev/null || true)
had_table=$(nft list table inet berth 2>/dev/null || true)
had_directory=$(ls -d /var/lib/cni 2>/dev/null || true)
forwarding4=$(cat /proc/sys/net/ipv4/ip_forward)
forwarding6=$(cat /proc/sys/net/ipv6/conf/all/forwarding)
servers=()

leave_as_it_was() {
  local server id status=$?
  trap - EXIT
  say "Back to the host as it was"
  for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
  for id in $(berthctl pods --quiet --no-trunc 2>/dev/null); do berthctl rmp --force "$id" || true; done
  if [ -n "${daemon:-}" ] && kill "$daemon" 2>/dev/null; then wait "$daemon" || true; fi
  [ -n "$had_bridge" ] || ip link del "$bridge" 2>/dev/null || true
  [ -n "$had_addresses" ] || rm -rf "$addresses"
  [ -n "$had_directory" ] || rmdir /var/lib/cni/networks /var/lib/cni 2>/dev/null || true
  [ -n "$had_table" ] || nft delete table inet berth 2>/dev/null || true
  echo "$forwarding4" >/proc/sys/net/ipv4/ip_forward
  echo "$forwarding6" >/proc/sys/net/ipv6/conf/all/forwarding
  [ "$status" -eq 0 ] || { echo "The daemon's last words:" && tail -n 20 "$work/berthd.log"; } || true
  umount -l "$work/netns" 2>/dev/null || true
  rm -rf "$work"
  rmdir /sys/fs/cgroup/berth-quickstart /sys/fs/cgroup/*/berth-quickstart 2>/dev/null || true
  exit "$status"
}
trap leave_as_it_was EXIT

# until_it_does COMMAND…: a fresh IPv6 address of a bridge takes a second until it may be used.
until_it_does() {
  local deadline=$((SECONDS + 10))
  until "$@" 2>/dev/null; do [ "$SECONDS" -lt "$deadline" ] || return 1; sleep 0.1; done
}

# --- the tour ----------------------------------------------------------------------------------------------------------

mkdir -p "$work"
if [ -n "${built:-}" ]; then
  say "Install, without symbols"
  show install -s -D -m 755 "$built/berthd" "$built/berthctl" -t "$work/bin"
  show install -D -m 755 "$built/berth-pause" -t "$work/bin"
  PATH=$work/bin:$PATH
fi

say "The daemon, on directories of its own, with the network of $conflist; no CNI plugin is installed for it"
berthd --socket "$work/run/berth.sock" --root "$work/lib" --state "$work/run" --netns-dir "$work/netns" \
  --cni-conf-dir "$PWD/etc/berth/net.d" --cni-bin-dir "$work/plugins" --cni-cache-dir "$work/cni" \
  --cgroup-parent /berth-quickstart >"$work/berthd.log" 2>&1 &
daemon=$!
until_it_does berthctl version >/dev/null
show berthctl version

say "Two pods"
show berthctl runp Examples/pod.yaml | tee "$work/hello"
show berthctl runp Examples/pod.json | tee "$work/neighbour"
hello=$(tail -n 1 "$work/hello") neighbour=$(tail -n 1 "$work/neighbour")
show berthctl pods

netns() { berthctl inspectp "$1" | jq -r .info.netnsPath; }
say "What is known of the first one"
berthctl inspectp "$hello" | jq '{state: .status.state, network: .status.network, pid: .info.pid, netns: .info.netnsPath}'
hello4=$(berthctl inspectp "$hello" | jq -r .status.network.ip)
hello6=$(berthctl inspectp "$hello" | jq -r '.status.network.additionalIps[0].ip')

say "They reach each other over TCP, v4 and v6, and see each other's own address"
serve() {
  nsenter --net="$(netns "$1")" socat "TCP6-LISTEN:$2,fork,reuseaddr,ipv6only=0" SYSTEM:'echo "hello, $SOCAT_PEERADDR"' &
  servers+=("$!")
}
serve "$hello" 80
from_neighbour() { nsenter --net="$(netns "$neighbour")" socat -t2 - "TCP:$1:80,connect-timeout=2" </dev/null; }
for address in "$hello4" "[$hello6]"; do
  echo "neighbour -> $address port 80:"
  until_it_does from_neighbour "$address"
done

say "A port of the host reaches a pod"
show berthctl runp Examples/pod-portmap.yaml | tee "$work/web"
web=$(tail -n 1 "$work/web")
serve "$web" 80
from_host() { socat -t2 - TCP:127.0.0.1:18080,connect-timeout=2 </dev/null; }
echo "host -> 127.0.0.1 port 18080:"
until_it_does from_host

say "Where the time of that run went: every plugin of the network is the daemon's own"
show berthctl trace "$web"

say "What it has of the pods in nf_tables: a port is an element, whatever their number"
show nft list map inet berth ports4

say "Its namespaces, held by one small process"
printf '$ lsns -t net\n'
lsns -t net -o NS,PID,COMMAND,NSFS | grep -E 'NSFS|/pause' | sed 's/  */ /g' | column -t

say "The end of all three"
for server in "${servers[@]}"; do kill "$server" || true; done
servers=()
show berthctl stopp "$hello" "$neighbour" "$web"
show berthctl rmp "$hello" "$neighbour" "$web"
show berthctl pods
