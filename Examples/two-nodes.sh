#!/usr/bin/env bash
# Two nodes of a cluster on one machine: a berthd in a network namespace each, joined by VXLAN as flannel's daemon joins
# nodes. A pod on one reaches a pod on the other, and the server there sees the pod's own address.
#
# usage: sudo ./Examples/two-nodes.sh
#
# Everything lives below /run/berth-two-nodes and in the namespaces berth-node-a and berth-node-b; all of it is gone at
# the end. With BERTH_BINARIES set to a directory that holds berthd, berthctl and berth-pause, nothing is built; with
# CNI_PATH set, plugins come from there; with BERTH_NATIVE_PLUGINS=never all of them.
set -euo pipefail
cd "$(dirname "$0")/.."

work=/run/berth-two-nodes
# What makes a node: its place on the wire, its share of the cluster's addresses, the MAC of its end of the tunnel.
declare -A wire=([a]=192.0.2.1 [b]=192.0.2.2) subnet=([a]=10.244.1 [b]=10.244.2) mac=([a]=02:00:00:00:00:0a [b]=02:00:00:00:00:0b)
declare -A other=([a]=b [b]=a) daemon=() pod=() address=()
server=
had_directory=$(ls -d /run/netns 2>/dev/null || true)

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
show() {
  printf '$ %s\n' "$*"
  "$@"
}

# --- what it needs -----------------------------------------------------------------------------------------------------

[ "$(id -u)" = 0 ] || { echo "two-nodes.sh: namespaces, mounts and links need root: sudo $0" >&2; exit 1; }
for there in "$work" /run/netns/berth-node-a /run/netns/berth-node-b; do
  [ ! -e "$there" ] || { echo "two-nodes.sh: $there is there already: is another one running?" >&2; exit 1; }
done
for tool in ip bridge jq socat nsenter iptables; do
  command -v "$tool" >/dev/null || { echo "two-nodes.sh: $tool is missing: apt-get install iproute2 jq socat util-linux iptables" >&2; exit 1; }
done
unshare --net ip link add probe type vxlan id 1 dstport 8472 2>/dev/null ||
  { echo "two-nodes.sh: this kernel has no VXLAN (CONFIG_VXLAN)" >&2; exit 1; }
plugins=${CNI_PATH:-/opt/cni/bin:/usr/lib/cni}

if [ -z "${BERTH_BINARIES:-}" ]; then
  say "Build"
  # sudo forgets where Swift is.
  for folder in /usr/local/bin /opt/swift*/usr/bin "$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)/.local/share/swiftly/bin"; do
    command -v swift >/dev/null || { [ -x "$folder/swift" ] && PATH=$PATH:$folder; } || true
  done
  command -v swift >/dev/null || { echo "two-nodes.sh: Swift 6.3 is not on the PATH: see https://swift.org/install" >&2; exit 1; }
  show swift build -c release --static-swift-stdlib
  BERTH_BINARIES=$PWD/.build/release
fi
PATH=$(realpath "$BERTH_BINARIES"):$PATH

# --- the words it is written in ----------------------------------------------------------------------------------------

# on NODE COMMAND…: in the node's network; all else is the machine's.
on() { nsenter --net="/run/netns/berth-node-$1" "${@:2}"; }
# berthctl_on NODE ARGUMENT…: asks the node's daemon; a Unix socket needs no network.
berthctl_on() { BERTH_ENDPOINT=unix://$work/$1/run/berth.sock berthctl "${@:2}"; }
# in_pod NODE COMMAND…: in the network of the node's pod.
in_pod() { nsenter --net="$(berthctl_on "$1" inspectp "${pod[$1]}" | jq -r .info.netnsPath)" "${@:2}"; }

until_it_does() {
  local deadline=$((SECONDS + 20))
  until "$@" >/dev/null 2>&1; do [ "$SECONDS" -lt "$deadline" ] || { echo "in vain: $*" >&2 && return 1; }; sleep 0.05; done
}

leave_as_it_was() {
  local node id status=$?
  trap - EXIT
  say "Back to the machine as it was"
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  for node in a b; do
    for id in $(berthctl_on "$node" pods --quiet --no-trunc 2>/dev/null); do berthctl_on "$node" rmp --force "$id" || true; done
    if [ -n "${daemon[$node]:-}" ] && kill "${daemon[$node]}" 2>/dev/null; then wait "${daemon[$node]}" || true; fi
    [ "$status" -eq 0 ] || [ ! -e "$work/$node.log" ] || { echo "Node $node's last words:" && tail -n 20 "$work/$node.log"; }
    umount -l "$work/$node/netns" 2>/dev/null || true
    rmdir "/sys/fs/cgroup/berth-node-$node" /sys/fs/cgroup/*/"berth-node-$node" 2>/dev/null || true
    # With its network namespace go a node's links, addresses, routes, rules and forwarding.
    ip netns del "berth-node-$node" 2>/dev/null || true
  done
  # The first namespace that is named leaves its directory, mounted on itself.
  [ -n "$had_directory" ] || { umount /run/netns && rmdir /run/netns; } 2>/dev/null || true
  rm -rf "$work"
  exit "$status"
}
trap leave_as_it_was EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- two machines on a wire --------------------------------------------------------------------------------------------

say "Two nodes, each a network namespace, on one wire"
mkdir -p "$work"
show ip netns add berth-node-a
show ip netns add berth-node-b
show ip link add wire netns berth-node-a type veth peer name wire netns berth-node-b
for node in a b; do
  on "$node" ip link set lo up
  show on "$node" ip addr add "${wire[$node]}/24" dev wire
  on "$node" ip link set wire up
done

say "The tunnel: what flannel's daemon would set up on each node"
for node in a b; do
  peer=${other[$node]}
  show on "$node" ip link add flannel.1 address "${mac[$node]}" mtu 1450 type vxlan id 1 dev wire local "${wire[$node]}" dstport 8472 nolearning
  show on "$node" ip addr add "${subnet[$node]}.0/32" dev flannel.1
  on "$node" ip link set flannel.1 up
  # The other node's pods lie behind the other end of the tunnel; its MAC is known, and so is the machine it is on.
  show on "$node" ip route replace "${subnet[$peer]}.0/24" via "${subnet[$peer]}.0" dev flannel.1 onlink
  show on "$node" ip neigh replace "${subnet[$peer]}.0" lladdr "${mac[$peer]}" dev flannel.1 nud permanent
  show on "$node" bridge fdb replace "${mac[$peer]}" dev flannel.1 dst "${wire[$peer]}" self permanent
done

# --- a daemon on each --------------------------------------------------------------------------------------------------

say "The network of each node: what flannel's plugin would hand to bridge"
for node in a b; do
  mkdir -p "$work/$node/net.d"
  jq -n --arg subnet "${subnet[$node]}.0/24" --arg addresses "$work/$node/addresses" '{cniVersion: "1.0.0", name: "cluster", plugins: [
    {type: "bridge", bridge: "cni0", mtu: 1450, isDefaultGateway: true, hairpinMode: true, ipMasq: false,
      ipam: {type: "host-local", dataDir: $addresses, ranges: [[{subnet: $subnet}]], routes: [{dst: "10.244.0.0/16"}]}}]}' \
    >"$work/$node/net.d/10-cluster.conflist"
done
show jq -c '.plugins[0]' "$work/a/net.d/10-cluster.conflist" "$work/b/net.d/10-cluster.conflist"

say "A berthd on each node, on directories of its own"
for node in a b; do
  # In a session of its own, so that Ctrl-C ends the example and leaves the daemon to take the pods down.
  setsid nsenter --net="/run/netns/berth-node-$node" berthd --socket "$work/$node/run/berth.sock" --root "$work/$node/lib" --state "$work/$node/run" \
    --netns-dir "$work/$node/netns" --cni-conf-dir "$work/$node/net.d" --cni-bin-dir "$plugins" \
    --native-plugins "${BERTH_NATIVE_PLUGINS:-auto}" --cni-cache-dir "$work/$node/cni" --cgroup-parent "/berth-node-$node" >"$work/$node.log" 2>&1 &
  daemon[$node]=$!
done
for node in a b; do
  until_it_does berthctl_on "$node" version
  echo "node $node: berthd is process ${daemon[$node]}, in network namespace $(readlink "/proc/${daemon[$node]}/ns/net")"
done

# --- a pod on each, and a word between them ----------------------------------------------------------------------------

say "A pod on each node"
for node in a b; do
  jq -n --arg name "pod-$node" '{metadata: {name: $name, namespace: "default", uid: "", attempt: 0}, hostname: $name, linux: {}}' >"$work/$node/pod.json"
  pod[$node]=$(berthctl_on "$node" runp "$work/$node/pod.json")
  address[$node]=$(berthctl_on "$node" inspectp "${pod[$node]}" | jq -r .status.network.ip)
  echo "node $node: pod-$node has ${address[$node]}"
done

say "pod-a asks pod-b, by way of both nodes and the tunnel"
nsenter --net="$(berthctl_on b inspectp "${pod[b]}" | jq -r .info.netnsPath)" \
  socat TCP4-LISTEN:8080,fork,reuseaddr SYSTEM:'echo "hello, $SOCAT_PEERADDR, this is $SOCAT_SOCKADDR"' &
server=$!
listening() { in_pod b ss -Hltn "sport = :8080" | grep -q .; }
until_it_does listening
printf '$ pod-a: socat - TCP:%s:8080\n' "${address[b]}"
answer=$(in_pod a socat -T5 -t5 - "TCP:${address[b]}:8080,connect-timeout=10" </dev/null)
echo "$answer"
[ "$answer" = "hello, ${address[a]}, this is ${address[b]}" ] || { echo "two-nodes.sh: the server did not see pod-a's own address" >&2; exit 1; }
echo "The server saw pod-a's own address: no node stands in for its pods."

say "Where it went: what the tunnel carried, and no address translated on the way"
for node in a b; do
  on "$node" ip -j -s link show dev flannel.1 | jq -r --arg node "$node" '.[0].stats64 | "node \($node): flannel.1 sent \(.tx.packets) packets, received \(.rx.packets)"'
  echo "node $node: $(on "$node" iptables -t nat -S 2>/dev/null | grep -c '^-A' || true) rules translate addresses"
done
show in_pod a ip route

say "The end of both"
for node in a b; do
  show berthctl_on "$node" stopp "${pod[$node]}"
  show berthctl_on "$node" rmp "${pod[$node]}"
done
