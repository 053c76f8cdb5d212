#!/usr/bin/env bats
# What is above libcni, by the numbers of section B of the reference: interface names, lo, Status, order, texts, deadlines.
# A scripted plugin says what it was given; the points that need no daemon are unit tests.

load common
load plugins-common

setup_file() {
  file_setup 30s
  for name in noop first second; do ln -s "$binaries/noop-plugin" "$work/plugins/$name"; done
  with_handlers '{"two": {"networks": ["first", "second"]}}'
  warm_up
}
teardown_file() { file_teardown; }

setup() {
  rm -f "$marks"/* "$calls" "$log"
  for name in noop first second; do script "$name" "$(recording)"; done
  chains
}

calls=$work/calls
log=$work/log

# script PLUGIN SCRIPT: what the plugin does from now on.
script() { printf '%s' "$2" >"$work/script.next" && mv "$work/script.next" "$work/plugins/$1.debug"; }

# recording [JQ-FILTER]: a script that records the calls and gives an address.
recording() {
  jq -nc --arg calls "$calls" '{record: $calls, ADD: {result: {ips: [{address: "10.99.0.2/24"}]}}} | '"${1:-.}"
}

# chains: the default network is the scripted plugin's, two more are first and second.
chains() {
  local name
  for name in first second; do chain "$name" | further_network "20-$name"; done
  chain noop | use_conflist
}

# chain NAME [VERSION] [JQ-FILTER]
chain() {
  jq -n --arg name "$1" --arg version "${2:-1.1.0}" \
    '{cniVersion: $version, name: $name, plugins: [{type: $name, capabilities: {portMappings: true, bandwidth: true}}]} | '"${3:-.}"
}

# called VERB JQ-FILTER: of each recorded call of the verb.
called() { jq -rc "select(.verb == \"$1\") | $2" "$calls"; }

# network_is PATTERN: NetworkReady is false for this reason.
network_is_down() {
  api Status | jq -e --arg pattern "$1" '.status.conditions[] | select(.type == "NetworkReady")
    | .status != true and .reason == "NetworkPluginNotReady" and (.message | test($pattern))' >/dev/null
}
network_is_ready() {
  api Status | jq -e '.status.conditions[] | select(.type == "NetworkReady")
    | .status and (.reason // "") == "" and (.message // "") == ""' >/dev/null
}

@test "CNI-B1 one network, the first file's, as eth0; of several eth0, eth1 in their order" {
  id=$(runp one)
  [ "$(called ADD .environment.CNI_IFNAME)" = eth0 ]
  [ "$(called ADD '.stdin | fromjson.name')" = noop ]
  discard "$id"
  id=$(run_with two several)
  [ "$(called ADD '[.environment.CNI_IFNAME, (.stdin | fromjson.name)] | join(" ")' | tail -n 2)" = "eth0 first"$'\n'"eth1 second" ]
  discard "$id"
}

@test "CNI-B3 lo is up, without a plugin" {
  id=$(runp loop)
  in_pod "$id" ip -j link show dev lo | jq -e '.[0].flags | index("UP")'
  in_pod "$id" ip -j addr show dev lo | jq -e '[.[0].addr_info[].local] | index("127.0.0.1")'
  [ "$(called ADD .plugin)" = "$work/plugins/noop" ]
  discard "$id"
}

@test "CNI-B5 Status tells that there is no network, and the directory's load error, in containerd's words and keys" {
  network_is_ready
  api Status '{"verbose": true}' | jq -e '.info.lastCNILoadStatus == "OK"
    and (.info.cniconfig | fromjson[0].networks | index("noop") == 0)'
  echo '{"name": "half", "plug' >"$conf_dir/30-half.conflist"
  half_is_told() { api Status '{"verbose": true}' | jq -re .info.lastCNILoadStatus | grep -q '30-half.conflist: .*invalid JSON'; }
  wait_until 10 half_is_told
  network_is_ready
  no_conflist
  network_is_down '^Network plugin returns error: cni plugin not initialized: '
}

@test "CNI-B5 the STATUS of 1.1.0 plugins decides, at once when their directory changes, later by itself" {
  network_is_ready
  script noop "$(recording '.STATUS = {error: {code: 50, msg: "the uplink is down", details: "since noon"}}')"
  wait_until 5 network_is_down '^Network plugin returns error: plugin type="noop" name="noop" failed \(status\): the uplink is down; since noon$'
  [ "$(called STATUS '.environment.CNI_CONTAINERID + .environment.CNI_IFNAME' | sort -u)" = "" ]
  # Sandboxes are run all the same: it is for whoever schedules to decide.
  discard "$(runp anyway)"
  script noop "$(recording)"
  wait_until 5 network_is_ready
  # A file that the daemon does not watch: it asks again by itself.
  chain noop 1.1.0 '.plugins[0].type = "loose" | .plugins[0].debugFile = "'"$work/loose"'"' >"$conf_dir/.next"
  ln -sf "$binaries/noop-plugin" "$work/plugins/loose"
  echo '{"STATUS": {"error": {"code": 51, "msg": "limited"}}}' >"$work/loose"
  mv "$conf_dir/.next" "$conf_dir/10-berth.conflist"
  wait_until 5 network_is_down 'type="loose".*limited'
  echo '{}' >"$work/loose"
  wait_until 20 network_is_ready
}

@test "CNI-B5 a STATUS that hangs holds no request up, and is given up" {
  script noop "$(recording ".STATUS = {mark: \"$marks/asked\", hang: true}")"
  wait_until 10 test -e "$marks/asked"
  for _ in {1..20}; do api Status '{}' --max-time 2 >/dev/null; done
  network_is_ready
  wait_until 15 network_is_down 'type="noop".*did not end within'
  script noop "$(recording)"
  wait_until 15 network_is_ready
}

@test "CNI-B5 plugins before 1.1.0 are not asked for their STATUS" {
  script noop "$(recording '.STATUS = {error: {code: 50, msg: "never asked"}}')"
  chain noop 1.0.0 | use_conflist
  rm -f "$calls"
  script noop "$(recording '.STATUS = {error: {code: 50, msg: "never asked either"}}')"
  discard "$(runp quiet)"
  network_is_ready
  [ -z "$(called STATUS .pid)" ]
}

@test "CNI-B6 a network whose file was written a moment ago is found; without any the text is ocicni's" {
  no_conflist
  network_is_down "no CNI configuration file in $conf_dir. Has your network provider started\?"
  chain noop >"$conf_dir/10-berth.conflist"
  discard "$(runp prompt)"
}

@test "CNI-B7 operations on one sandbox are serial: networks one after the other, Stop twice at once no otherwise" {
  local step='"/bin/sh", "-c", "echo +$CNI_COMMAND $CNI_IFNAME >>'"$log"'; sleep 0.1; echo -$CNI_COMMAND $CNI_IFNAME >>'"$log"'"'
  for name in first second; do script "$name" "$(recording ".ADD.run = [$step] | .DEL.run = [$step]")"; done
  id=$(run_with two serial)
  stop_sandbox "$id" >/dev/null 3>&- &
  stop_sandbox "$id" >/dev/null 3>&- &
  wait
  remove_sandbox "$id"
  # A second Stop may find nothing left to do, but never works beside the first.
  paste -d ' ' - - <"$log"
  [ "$(head -n 8 "$log" | paste -sd ' ')" = "+ADD eth0 -ADD eth0 +ADD eth1 -ADD eth1 +DEL eth1 -DEL eth1 +DEL eth0 -DEL eth0" ]
  [ -z "$(paste -d ' ' - - <"$log" | grep -vE '^\+(ADD|DEL) (eth[01]) -\1 \2$')" ]
}

@test "CNI-B9 containerd's words for what goes wrong" {
  script noop "$(recording '.ADD = {error: {code: 11, msg: "try again later"}}')"
  run api RunPodSandbox "$(run_request words)"
  jq -r .message <<<"$output" | grep -qE 'failed to setup network for sandbox "[0-9a-f]{64}": plugin type="noop" name="noop" failed \(add\): try again later'
  script noop "$(recording '.ADD = {result: {ips: []}}')"
  run api RunPodSandbox "$(run_request words)"
  jq -r .message <<<"$output" | grep -qE 'failed to find network info for sandbox "[0-9a-f]{64}": network "noop" gave no IP'
  script noop "$(recording)"
  id=$(runp words)
  script noop "$(recording '.DEL = {error: {code: 11, msg: "try again later"}}')"
  run stop_sandbox "$id"
  jq -r .message <<<"$output" | grep -qE "failed to destroy network for sandbox \"$id\": plugin type=\"noop\" name=\"noop\" failed \\(delete\\): try again later"
  script noop "$(recording)"
  discard "$id"
  nothing_left
}

@test "CNI-B12 mappings without a host port are dropped, the protocol is in lower case, bandwidth has its burst" {
  id=$(runp mapped '.port_mappings = [{host_port: 18491, container_port: 80, protocol: "UDP"}, {container_port: 81}, {host_port: 0, container_port: 82}]
    | .annotations = {"kubernetes.io/ingress-bandwidth": "1M"}')
  called ADD '.stdin | fromjson.runtimeConfig' | jq -e '. == {
    portMappings: [{hostPort: 18491, containerPort: 80, protocol: "udp"}],
    bandwidth: {ingressRate: 1000000, ingressBurst: 4294967295}}'
  discard "$id"
  # DEL without the capability is a no-op for portmap.
  called DEL '.stdin | fromjson.runtimeConfig' | jq -e '.portMappings | length == 1'
}

@test "CNI-B13 ADD and DEL have deadlines of their own, and the DEL after a late ADD has a fresh one" {
  berthd_stop
  cp "$work/berthd.json" "$work/berthd.json.before"
  jq '.pluginTimeout = "1s" | .pluginDeleteTimeout = "3s"' "$work/berthd.json.before" >"$work/berthd.json"
  berthd_start
  # Slower than an ADD may be.
  script noop "$(recording '.ADD = {hang: true} | .DEL = {delayMilliseconds: 1500}')"
  run api RunPodSandbox "$(run_request late)"
  jq -r .message <<<"$output" | grep -q 'failed (add): the plugin did not end within 1'
  [ -n "$(called DEL .pid)" ]
  nothing_left
  script noop "$(recording)"
  id=$(runp late)
  script noop "$(recording '.DEL = {hang: true}')"
  run stop_sandbox "$id"
  jq -r .message <<<"$output" | grep -q 'failed (delete): the plugin did not end within 3'
  script noop "$(recording)"
  discard "$id"
  berthd_stop
  mv "$work/berthd.json.before" "$work/berthd.json"
  berthd_start
  nothing_left
}

@test "CNI-B13 DEL is tried even when the network namespace is gone or not one" {
  id=$(runp gone)
  netns=$(netns_of "$id")
  kill -9 "$(pause_of "$id")"
  wait_until 10 has_state "$id" SANDBOX_NOTREADY
  umount -l "$netns" && rm "$netns"
  discard "$id"
  [ "$(called DEL .environment.CNI_NETNS | tail -n 1)" = "$netns" ]
  id=$(runp junk)
  netns=$(netns_of "$id")
  umount -l "$netns" && echo junk >"$netns"
  rm -f "$calls"
  discard "$id"
  [ -n "$(called DEL .pid)" ]
  nothing_left
}

@test "CNI-B: nothing is left behind" { no_leaks; }
