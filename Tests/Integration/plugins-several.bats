#!/usr/bin/env bats
# Several networks on one pod: a runtime handler names them, the pod gets eth0, eth1 in their order, and loses them in reverse.

load common
load plugins-common

setup_file() {
  file_setup
  with_handlers '{"both": {"networks": ["plug", "plug1"]}, "swapped": {"networks": ["plug1", "plug"]},
    "twice": {"networks": ["plug", "plug"]}, "lost": {"networks": ["plug", "nowhere"]}}'
  warm_up
}
teardown_file() { file_teardown; }

# Two bridges; the second chain goes on with the plugins in $1, as ", {…}".
two_networks() {
  conflist plug1 "$(second_bridge 'del(.ipam.routes)')${1:-}" | further_network 20-second
  conflist plug "$(bridge_plug)" | use_conflist
}

address_on() { in_pod "$1" ip -j -4 addr show dev "$2" | jq -r '.[0].addr_info[0].local'; }

@test "plugins: several networks: eth0 and eth1 in the handler's order, undone in reverse" {
  two_networks
  before_plugin
  id=$(run_with both two)
  [[ $(address_on "$id" eth0) == 10.202.0.* ]]
  [[ $(address_on "$id" eth1) == 10.203.0.* ]]
  # The pod's address is eth0's.
  [ "$(ip_of "$id")" = "$(address_on "$id" eth0)" ]
  serve "$id" 7461
  [ "$(ask "$(address_on "$id" eth0)" 7461)" = peer=10.202.0.1 ]
  [ "$(ask "$(address_on "$id" eth1)" 7461)" = peer=10.203.0.1 ]
  says '^ok$' "$id" bridge plug eth0
  says '^ok$' "$id" bridge plug1 eth1
  [ "$(calls_of "$id" ADD)" = "bridge plug eth0 ok"$'\n'"bridge plug1 eth1 ok" ]
  end_servers
  stop_sandbox "$id"
  [ "$(calls_of "$id" DEL)" = "bridge plug1 eth1 ok"$'\n'"bridge plug eth0 ok" ]
  remove_sandbox "$id"
  other=$(run_with swapped two)
  [[ $(ip_of "$other") == 10.203.0.* ]]
  [[ $(address_on "$other" eth1) == 10.202.0.* ]]
  discard "$other"
  keeps "${kept_by_both[@]}"
}

@test "plugins: several networks: one network twice" {
  two_networks
  before_plugin
  id=$(run_with twice doubled)
  [[ $(address_on "$id" eth1) == 10.202.0.* ]]
  [ "$(address_on "$id" eth0)" != "$(address_on "$id" eth1)" ]
  [ "$(ls "$ipam_dir/plug" | grep -c '^10\.')" = 2 ]
  discard "$id"
  keeps "${kept_by_bridge[@]}" "${kept_by_host_local[@]}"
}

@test "plugins: several networks: a failing second network undoes the first" {
  two_networks ', {type: "scripted", add: "error"}'
  before_plugin
  refused internal 500 'plugin type="scripted" name="plug1" failed \(add\): scripted failure; as it was told' \
    RunPodSandbox "$(run_request half | jq -c '.runtimeHandler = "both"')"
  id=$(jq -r '.details[0].debug | fromjson.podSandboxId' <<<"$output")
  [ "$(calls_of "$id" ADD)" = "$(printf '%s\n' 'bridge plug eth0 ok' 'bridge plug1 eth1 ok' 'scripted plug1 eth1 failed')" ]
  # The last network first; in it the plugin that failed too, as the specification wants.
  [ "$(calls_of "$id" DEL)" = "$(printf '%s\n' 'scripted plug1 eth1 ok' 'bridge plug1 eth1 ok' 'bridge plug eth0 ok')" ]
  keeps "${kept_by_both[@]}"
}

@test "plugins: several networks: when the second cannot be let go of, the first is let go of all the same" {
  two_networks ', {type: "scripted", del: "error"}'
  before_plugin
  id=$(run_with both clinging)
  first=$(address_on "$id" eth0)
  refused internal 500 'plugin type="scripted" name="plug1" failed \(delete\)' StopPodSandbox "{\"podSandboxId\":\"$id\"}"
  [ ! -e "$ipam_dir/plug/$first" ]
  # DEL goes by what was recorded at ADD: only the plugin can change its mind.
  printf '#!/bin/sh\nexit 0\n' >"$work/plugins/scripted"
  discard "$id"
  cp "$BATS_TEST_DIRNAME/plugins/scripted" "$work/plugins/scripted"
  keeps "${kept_by_both[@]}"
}

@test "plugins: several networks: both go when the daemon was killed and the pod is removed by the next one" {
  two_networks
  before_plugin
  id=$(run_with both survivor)
  berthd_stop KILL
  berthd_start
  [[ $(address_on "$id" eth1) == 10.203.0.* ]]
  discard "$id"
  keeps "${kept_by_both[@]}"
}

@test "plugins: several networks: a handler whose second network is not there, and a handler that is not there" {
  two_networks
  before_plugin
  refused unavailable 503 'cni plugin not initialized: .*"nowhere"' RunPodSandbox "$(run_request lost | jq -c '.runtimeHandler = "lost"')"
  refused invalid_argument 400 'handler' RunPodSandbox "$(run_request stray | jq -c '.runtimeHandler = "stray"')"
  keeps
}

@test "plugins: nothing is left behind (several)" { no_leaks; }
