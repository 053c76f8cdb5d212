#!/usr/bin/env bats
# berthctl cni: cnitool's job on any network namespace, without a daemon, with Debian's plugins.

load common

netns_dir=/run/netns
export NETCONFPATH=$conf_dir CNI_PATH=$plugin_dirs

setup_file() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
  mkdir -p "$work" "$conf_dir" "$marks"
  cp -R "$BATS_TEST_DIRNAME/plugins" "$work/plugins"
  ln -s "$binaries/noop-plugin" "$work/plugins/noop"
  networks
  ip netns add warm
  CAP_ARGS=$(mapping 18600) cni add berth /run/netns/warm
  cni del berth /run/netns/warm
  ip netns del warm
  leak_snapshot "$work/leaks.before"
}

setup() {
  networks
  rm -f "$marks"/* "$work/plugins/noop.debug"
  namespace=/run/netns/x
  ip netns add x
}

teardown() {
  local file
  end_servers
  ip netns del x 2>/dev/null || true
  [ -z "${BATS_TEST_COMPLETED:-}" ] || return 0
  networks
  for file in "$conf_dir"/*; do cni del "$file" "$namespace" || true; done
  rm -f "$cache_dir"/results/*
}

# cni SUBCOMMAND …: with this file's cache.
cni() { berthctl cni "$@" --cache-dir "$cache_dir"; }

mapping() { printf '{"portMappings":[{"hostPort":%d,"containerPort":80,"protocol":"tcp"}]}' "$1"; }
rules() { iptables-save -t nat | grep -c -- "--dport $1 " || true; }
answers() { ask "$1" "$2" 2>/dev/null | grep -q '^peer='; }
addresses() { find "$ipam_dir" -type f ! -name 'last_reserved_ip.*' ! -name lock; }

# networks: berth (dual stack, port mappings), plain (bridge only), and those of the scripted plugins.
networks() {
  rm -f "$conf_dir"/*
  conflist_berth >"$conf_dir/10-berth.conflist"
  conflist_berth '.name = "plain" | del(.plugins[1])' >"$conf_dir/20-plain.conflist"
  conflist_berth '.name = "failing" | .plugins[1] = {type: "scripted", add: "error", marks: "'"$marks"'"}' >"$conf_dir/30-failing.conflist"
  conflist_berth '.name = "hanging" | .plugins[1] = {type: "scripted", add: "hang", marks: "'"$marks"'"}' >"$conf_dir/40-hanging.conflist"
  jq -n '{cniVersion: "1.1.0", name: "newest", plugins: [{type: "noop", debugFile: "'"$work/noop.script"'"}]}' >"$conf_dir/50-newest.conflist"
  echo '{}' >"$work/noop.script"
}

@test "cni list, validate and version on Debian's plugins" {
  echo '{"cniVersion": ' >"$conf_dir/60-half.conf"
  run --separate-stderr cni_list -o json
  [ "$status" -eq 0 ]
  jq -e '[.networks[].name] == ["berth", "plain", "failing", "hanging", "newest"] and (.failures | length) == 1' <<<"$output"
  run --separate-stderr cni validate berth
  [ "$status" -eq 0 ]
  grep -qE '^berth +1\.0\.0 +bridge,portmap +portMappings$' <<<"$output"
  run --separate-stderr cni validate "$BATS_TEST_DIRNAME/../../etc/berth/net.d/10-berth.conflist"
  [ "$status" -eq 0 ]
  run --separate-stderr cni validate "$conf_dir/60-half.conf"
  [ "$status" -eq 1 ]
  jq -e '.code == 6' <<<"$output"
  run --separate-stderr cni version berth -o json
  jq -e '[.[].plugin] == ["bridge", "portmap"] and all(.[].supportedVersions; index("1.0.0"))' <<<"$output"
}

cni_list() { berthctl cni list "$@"; }

@test "cni add, check and del: result, effect, verdict, and nothing left" {
  run --separate-stderr cni add plain "$namespace"
  [ "$status" -eq 0 ]
  address=$(jq -er '.ips[0].address | split("/")[0]' <<<"$output")
  jq -e --arg netns "$namespace" '[.interfaces[] | select(.sandbox == $netns).name] == ["eth0"]' <<<"$output"
  ip netns exec x socat TCP4-LISTEN:8080,fork,reuseaddr SYSTEM:'echo peer=$SOCAT_PEERADDR' 3>&- &
  echo "$!" >>"$work/servers"
  wait_until 10 answers "$address" 8080
  id=cnitool-$(printf %s "$namespace" | sha512sum | cut -c 1-20)
  jq -e --arg id "$id" '.kind == "cniCacheV1" and .containerId == $id and .ifName == "eth0" and .networkName == "plain"' \
    "$cache_dir/results/plain-$id-eth0"
  cni check plain "$namespace"

  ip -n x addr flush dev eth0
  run --separate-stderr cni check plain "$namespace"
  [ "$status" -eq 1 ]
  jq -e '.cniVersion == "1.0.0" and .code > 0 and (.msg | length) > 0' <<<"$output"
  grep -q 'plugin type="bridge" name="plain" failed (check)' <<<"$stderr"

  run cni del plain "$namespace"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  cni del plain "$namespace"
  [ -z "$(addresses)" ]
  [ -z "$(ls "$cache_dir/results")" ]
}

@test "cni add: CNI_IFNAME, CNI_ARGS and CAP_ARGS, and flags over them" {
  CNI_IFNAME=net7 cni add plain "$namespace"
  ip -n x link show net7
  run --separate-stderr env CNI_IFNAME=net7 berthctl cni add plain "$namespace" --ifname net8 --cache-dir "$cache_dir"
  [ "$status" -eq 0 ]
  ip -n x link show net8
  CNI_IFNAME=net7 cni del plain "$namespace"
  cni del plain "$namespace" --ifname net8
  run --separate-stderr cni add plain "$namespace" --ifname 'a/b'
  [ "$status" -eq 1 ]
  jq -e '.code == 4' <<<"$output"
  [ -z "$(addresses)" ]
}

@test "cni add --explain: what every plugin got and said, beside the result" {
  run --separate-stderr env CAP_ARGS="$(mapping 18601)" berthctl cni add berth "$namespace" --explain --cache-dir "$cache_dir"
  [ "$status" -eq 0 ]
  jq -e '.ips | length == 2' <<<"$output"
  printf '%s\n' "$stderr"
  [ "$(grep -cE '^> ADD (bridge|portmap) of berth: /usr/lib/cni/' <<<"$stderr")" -eq 2 ]
  [ "$(grep -cE '^< ADD (bridge|portmap): exit status 0 after [0-9.]+ (ms|s)$' <<<"$stderr")" -eq 2 ]
  grep -q '"hostPort": 18601' <<<"$stderr"
  [ "$(rules 18601)" -ge 1 ]
  cni del berth "$namespace"
  [ "$(rules 18601)" -eq 0 ]
}

@test "cni del takes configuration and capabilities of the ADD, whatever is configured by then" {
  CAP_ARGS=$(mapping 18602) cni add berth "$namespace"
  [ "$(rules 18602)" -ge 1 ]
  rm -f "$conf_dir"/*
  cni del berth "$namespace"
  [ "$(rules 18602)" -eq 0 ]
  [ -z "$(addresses)" ]
}

@test "cni add: a failure is the plugin's error document, and what was done is undone" {
  run --separate-stderr cni add failing "$namespace"
  [ "$status" -eq 1 ]
  jq -e '. == {cniVersion: "1.0.0", code: 107, msg: "scripted failure", details: "as it was told"}' <<<"$output"
  grep -q 'a word on stderr' <<<"$stderr"
  [ -e "$marks/DEL" ]
  [ -z "$(addresses)" ]
  run ip -n x link show eth0
  [ "$status" -ne 0 ]

  run --separate-stderr cni add failing "$namespace" --keep-failed
  [ "$status" -eq 1 ]
  ip -n x link show eth0
  [ -n "$(addresses)" ]
  cni del failing "$namespace"
  [ -z "$(addresses)" ]
}

@test "cni --dry-run: every request is shown, nothing runs and nothing changes" {
  run --separate-stderr cni add failing "$namespace" --dry-run -o json
  [ "$status" -eq 0 ]
  jq -e '[.[].plugin] == ["bridge", "scripted"] and .[1].stdin.prevResult.dryRun == "what bridge answers"' <<<"$output"
  jq -e --arg netns "$namespace" 'all(.[]; .environment.CNI_NETNS == $netns and .environment.CNI_COMMAND == "ADD")' <<<"$output"
  [ -z "$(ls "$marks")" ]
  [ -z "$(addresses)" ]

  cni add plain "$namespace"
  run --separate-stderr cni del plain "$namespace" --dry-run
  grep -q '^> DEL bridge of plain: /usr/lib/cni/bridge$' <<<"$output"
  grep -q '"prevResult"' <<<"$output"
  ip -n x link show eth0
  cni del plain "$namespace"
  [ -z "$(ls -d /tmp/berthctl-cni.* 2>/dev/null)" ]
}

@test "cni --dry-run: works in TMPDIR, and says so where it cannot" {
  TMPDIR="$work/none" run -1 cni del plain "$namespace" --dry-run
  [[ $output == *"$work/none"*TMPDIR*"No such file"* ]]
  mkdir "$work/temporary"
  TMPDIR="$work/temporary" run -0 cni del plain "$namespace" --dry-run
  [ -z "$(ls "$work/temporary")" ]
}

@test "cni status: the plugin's own code; before 1.1.0 nobody is asked" {
  run --separate-stderr cni status plain
  [ "$status" -eq 0 ]
  grep -q 'no STATUS' <<<"$stderr"
  run cni status newest
  [ "$status" -eq 0 ]
  echo '{"STATUS": {"error": {"code": 51, "msg": "the uplink is down"}}}' >"$work/noop.script"
  run --separate-stderr cni status newest
  [ "$status" -eq 1 ]
  jq -e '.cniVersion == "1.1.0" and .code == 51 and .msg == "the uplink is down"' <<<"$output"
}

@test "cni gc releases what was leaked, with the plugins of 1.0.0 and 1.1.0, and leaves others' attachments alone" {
  cni add plain "$namespace"
  cni add plain "$namespace" --ifname eth1 --container-id somebody-elses
  ip netns del x
  ip netns add x
  [ "$(addresses | wc -l)" -eq 4 ]
  run --separate-stderr cni gc plain
  [ "$status" -eq 0 ]
  [ "$(addresses | wc -l)" -eq 2 ]
  grep -q 'released cnitool-' <<<"$stderr"
  [ "$(ls "$cache_dir/results")" = plain-somebody-elses-eth1 ]
  cni gc plain --valid somebody-elses:eth1 --all
  [ "$(addresses | wc -l)" -eq 2 ]
  cni gc plain --all
  [ -z "$(addresses)" ]

  echo '{"record": "'"$work/noop.calls"'"}' >"$work/noop.script"
  cni add newest "$namespace"
  cni gc newest --valid "cnitool-kept:eth0"
  jq -se '[.[].verb] == ["ADD", "DEL", "GC"]' "$work/noop.calls"
  [ -z "$(ls "$cache_dir/results")" ]
}

@test "cni add: an interrupt ends the plugin and undoes the rest" {
  for signal in INT TERM; do
    rm -f "$marks"/*
    berthctl cni add hanging "$namespace" --cache-dir "$cache_dir" >"$work/answer" 2>"$work/words" 3>&- &
    command=$!
    wait_until 20 test -e "$marks/ADD"
    kill "-$signal" "$command"
    status=0
    wait "$command" || status=$?
    cat "$work/answer" "$work/words"
    [ "$status" -eq 1 ]
    jq -e '.msg | test("cancelled")' "$work/answer"
    [ -e "$marks/DEL" ]
    [ -z "$(addresses)" ]
    run pgrep -f "$work/plugins/scripted"
    [ "$status" -ne 0 ]
  done
}

@test "cni: nothing is left behind" {
  ip netns del x
  no_leaks
}
