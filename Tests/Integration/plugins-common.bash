# Loaded after common.bash by the plugins-*.bats files: networks of one plugin each, a machine outside, a plugin's own
# verdict, and what a plugin keeps.

# --- networks --------------------------------------------------------------------------------------------------------

# conflist NAME PLUGINS: a network; PLUGINS are jq objects with commas between, $ipam is host-local's directory.
conflist() { jq -n --arg name "$1" --arg ipam "$ipam_dir" "{cniVersion: \"1.0.0\", name: \$name, plugins: [$2]}"; }

# bridge_plug [JQ-FILTER]: a bridge plug0 with addresses from 10.202.0.0/24, as a jq object for `conflist`.
bridge_plug() {
  echo '({type: "bridge", bridge: "plug0", isGateway: true, ipam: {type: "host-local", dataDir: $ipam,
    ranges: [[{subnet: "10.202.0.0/24"}]], routes: [{dst: "0.0.0.0/0"}]}} | '"${1:-.}"')'
}

# second_bridge [JQ-FILTER]: the same for a network plug1, with addresses from 10.203.0.0/24.
second_bridge() { bridge_plug ".bridge = \"plug1\" | .ipam.ranges = [[{subnet: \"10.203.0.0/24\"}]] | ${1:-.}"; }

# further_network FILE: standard input is one more network of the directory; the daemon has read it after the next
# use_conflist.
further_network() { cat >"$conf_dir/.further" && mv "$conf_dir/.further" "$conf_dir/$1.conflist"; }

# with_handlers JSON: the daemon anew, with these runtime handlers.
with_handlers() {
  berthd_stop
  jq --argjson handlers "$1" '.runtimeHandlers = $handlers' "$work/berthd.json" >"$work/berthd.json.next"
  mv "$work/berthd.json.next" "$work/berthd.json"
  berthd_start
}

# run_with HANDLER NAME [JQ-FILTER]: starts a pod under a runtime handler and prints its id.
run_with() {
  local handler=$1 answer
  shift
  answer=$(api RunPodSandbox "$(run_request "$@" | jq -c --arg handler "$handler" '.runtimeHandler = $handler')") || {
    printf '%s\n' "$answer" >&2
    return 1
  }
  jq -er .podSandboxId <<<"$answer"
}

# calls_of ID VERB: the plugin calls of the sandbox's traces, in order, as "plugin network interface outcome".
calls_of() {
  api berth.v1.BerthService/GetPodSandboxTrace "{\"podSandboxId\":\"$1\"}" | jq -r --arg verb "$2" '
    [.traces[].steps[].pluginCalls[]? | select(.verb == $verb)][] | "\(.plugin) \(.network) \(.interface) \(.outcome)"'
}

# --- what the kernel and the plugins can -----------------------------------------------------------------------------

# needs_link TYPE [ARGUMENT…]: skips the test when the kernel has no such links.
needs_link() {
  local problem
  problem=$(unshare --net sh -c 'ip link add upper type bridge
    ip link add link upper name probe type "$@" 2>/dev/null || ip link add name probe type "$@"' - "$@" 2>&1) && return
  skip "the kernel has no links of type $1: $problem"
}

# needs_plugin NAME: skips the test when none is installed.
needs_plugin() {
  local directory
  for directory in ${plugin_dirs//:/ }; do [ ! -x "$directory/$1" ] || return 0; done
  skip "no plugin \"$1\" in $plugin_dirs"
}

# The version of Debian's plugins, as in 1.1.1: what is known to be wrong in it is expected of it alone. They do not say it
# themselves, and the package's status is out of sight below the empty /var/lib.
plugins_version() { zcat /usr/share/doc/containernetworking-plugins/changelog.Debian.gz | sed -n '1s/.*(\([0-9.]*\).*/\1/p'; }

# verdict ID PLUGIN [NETWORK [INTERFACE]]: what CHECK of this plugin alone says of a pod's attachment, or of the whole
# chain where PLUGIN is "all": "ok", or the error, which names the plugin. By the record that berthd left in the cache.
verdict() {
  local id=$1 plugin=$2 network=${3:-plug} interface=${4:-eth0} entry error netns
  entry=$cache_dir/results/$network-$id-$interface
  netns=$(jq -r .netns "$entry")
  if [ "$plugin" != all ]; then
    jq --arg plugin "$plugin" '.config | @base64d | fromjson | .plugins |= map(select(.type == $plugin))' "$entry" >"$work/one.conflist"
    network=$work/one.conflist
  fi
  error=$(berthctl cni check "$network" "$netns" --container-id "$id" --ifname "$interface" --conf-dir "$conf_dir" \
    --bin-dir "$plugin_dirs" --cache-dir "$cache_dir" 2>&1 >/dev/null) && echo ok || echo "$error"
}

# says VERDICT ID PLUGIN [NETWORK [INTERFACE]]: CHECK's verdict matches this.
says() {
  local expected=$1 said
  shift
  said=$(verdict "$@")
  echo "CHECK of $2: $said"
  grep -qE -- "$expected" <<<"$said"
}

# --- a machine outside -----------------------------------------------------------------------------------------------

# machine NAME ADDRESS [PEER-ADDRESS]: a netns NAME behind a veth: its end is "uplink" with ADDRESS, ours is to-NAME.
machine() {
  ip netns add "$1"
  ip link add "to-$1" type veth peer name uplink netns "$1"
  ip -n "$1" link set lo up
  ip -n "$1" addr add "$2" dev uplink
  ip -n "$1" link set uplink up
  [ -z "${3:-}" ] || ip addr add "$3" dev "to-$1"
  ip link set "to-$1" up
}

machine_gone() {
  ip link del "to-$1" 2>/dev/null || true
  ip netns del "$1" 2>/dev/null || true
}

inside() { nsenter --net="/run/netns/$1" "${@:2}"; }

# serve_on NAME PORT: as `serve`, on a machine.
serve_on() {
  nsenter --net="/run/netns/$1" socat "TCP4-LISTEN:$2,fork,reuseaddr" SYSTEM:'echo peer=$SOCAT_PEERADDR' 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 listening_on "$1" "$2"
}

listening_on() { inside "$1" ss -Hltn "sport = :$2" | grep -q .; }
ask_on() { inside "$1" socat -T5 -t5 - "TCP:$2:$3,connect-timeout=${4:-5}" </dev/null; }

# --- what is left ----------------------------------------------------------------------------------------------------

# What plugins can leave here, as lines of "kind: detail": what the leak check lists, and what it need not look at.
plugin_state() {
  leak_list | grep -v '^descriptor: '
  ip -o addr show | awk '{ print "address: " $2 " " $4 }'
  { ip -o route show table all && ip -6 -o route show table all; } | sed 's/^/route: /; s/ linkdown//'
  ip rule show | sed 's/^/rule: /'
  tc qdisc show | grep -v noqueue | sed 's/^/qdisc: /'
  iptables-save | sed -nE 's/^:(CNI-(HOSTPORT|FORWARD|ADMIN|ISOLATION)[^ ]*).*/shared chain: \1/p'
  ip6tables-save | sed -nE 's/^:(CNI-(HOSTPORT|FORWARD|ADMIN|ISOLATION)[^ ]*).*/shared chain: \1/p'
  find /run/cni /var/lib/cni "$ipam_dir" -type f -printf 'file: %p\n' 2>/dev/null
  return 0
}

# before_plugin: remembers what is there now.
before_plugin() { plugin_state | LC_ALL=C sort -u >"$work/before-plugin"; }

# keeps [PATTERN…]: what is there now and was not before is what the patterns say, each of them something; nothing else
# is new and nothing is missing.
keeps() {
  wait_until 10 kept_are "$@" >/dev/null || kept_are "$@"
}

kept_are() {
  local found pattern all
  plugin_state | LC_ALL=C sort -u >"$work/after-plugin"
  found=$(LC_ALL=C comm -13 "$work/before-plugin" "$work/after-plugin")
  all=$(printf '|%s' "$@")
  if grep -vxE -- "${all:1}" <<<"$found" | grep . || LC_ALL=C comm -23 "$work/before-plugin" "$work/after-plugin" | sed 's/^/missing: /' | grep .; then
    return 1
  fi
  for pattern in "$@"; do
    grep -qxE -- "$pattern" <<<"$found" || { echo "not there: $pattern" && return 1; }
  done
}

# What bridge keeps: the bridge with its addresses and the routes that come with them. host-local: where it goes on, its lock.
kept_by_bridge=('link: plug0 bridge' '(address|route): .*plug0.*')
kept_by_host_local=("file: $ipam_dir/plug/last_reserved_ip\.0" "file: $ipam_dir/plug/lock")

kept_by_both=("${kept_by_bridge[@]}" "${kept_by_host_local[@]}" 'link: plug1 bridge' '(address|route): .*plug1.*'
  "file: $ipam_dir/plug1/last_reserved_ip\.0" "file: $ipam_dir/plug1/lock")

# Before each test, the leak check included, everything that the one before kept or left is taken away.
setup() {
  local name
  for name in $(ip netns list | cut -d' ' -f1); do machine_gone "$name"; done
  for name in plug0 plug1; do ip link del "$name" 2>/dev/null || true; done
  rm -rf "$ipam_dir/plug" "$ipam_dir/plug1" "$conf_dir"/2*
  iptables -t mangle -F PREROUTING
  iptables -P FORWARD ACCEPT
  iptables-save -t filter | sed -nE 's/^-A (FORWARD .*CNI-ISOLATION-STAGE-1)$/-D \1/p' | xargs -rL 1 iptables
  for name in CNI-ISOLATION-STAGE-1 CNI-ISOLATION-STAGE-2; do iptables -F "$name" 2>/dev/null || true; done
  for name in CNI-ISOLATION-STAGE-1 CNI-ISOLATION-STAGE-2; do iptables -X "$name" 2>/dev/null || true; done
}
