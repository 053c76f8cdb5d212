#!/usr/bin/env bats
# Whatever a plugin prints, or leaves behind: an error that names plugin, network, verb and what came; the daemon's memory
# stays bounded, and it keeps serving.

load common

setup_file() {
  file_setup 5s
  ln -s "$binaries/noop-plugin" "$work/plugins/bad"
}
teardown_file() { file_teardown; }

setup() {
  plugin_does '{}'
  conflist_berth '.plugins += [{type: "bad"}]' | use_conflist
  daemon=$(cat "$work/berthd.pid")
  # The peak of the resident memory from here on.
  echo 5 >"/proc/$daemon/clear_refs"
}

# plugin_does SCRIPT: what the plugin at the end of the chain does from now on.
plugin_does() {
  printf '%s' "$1" >"$work/bad.next" && mv "$work/bad.next" "$work/plugins/bad.debug"
}

# answer BEHAVIOUR: the plugin's ADD behaves so.
answer() { plugin_does "{\"ADD\": $1}"; }

has_not_grown() {
  local peak
  peak=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$daemon/status")
  echo "peak $peak kB"
  # A sanitizer keeps what is freed.
  [ -n "${BERTH_TEST_SANITIZER:-}" ] || [ "$peak" -lt 150000 ]
}

# refuses PATTERN…: Run fails with the plugin, the network and the verb named and these words, in an answer of bearable
# length; nothing is left of it; the same daemon has not grown and runs the pod when the plugin has come to its senses.
refuses() {
  local pattern message
  run api RunPodSandbox "$(run_request bad)"
  [ "$status" -ne 0 ]
  [ "${#output}" -lt 100000 ]
  message=$(jq -r .message <<<"$output")
  echo "$message"
  grep -qF 'plugin type="bad" name="berth" failed (add): ' <<<"$message"
  for pattern in "$@"; do grep -qE -- "$pattern" <<<"$message"; done
  nothing_left
  plugin_does '{}'
  discard "$(runp bad)"
  ! gone "$daemon"
  has_not_grown
}

# --- standard output -------------------------------------------------------------------------------------------------

@test "bad plugins: 100 MB on standard output" {
  answer '{"stdoutBytes": 104857600}'
  refuses 'printed more than 1114112 bytes'
}

@test "bad plugins: standard output without end" {
  answer '{"endless": true}'
  refuses 'printed more than 1114112 bytes'
}

@test "bad plugins: 100 MB on standard error, of which the ends are kept" {
  answer '{"stderr": "the first word ", "stderrBytes": 104857600, "stdout": "", "exit": 1}'
  refuses 'the first word'
}

@test "bad plugins: invalid UTF-8" {
  # {"cniVersion":"1.0.0","ips":[{"address":"…"}]}
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"", "stdoutHex": "fffec0af", "stdoutEnd": "\"}]}"}'
  refuses 'invalid UTF-8'
}

@test "bad plugins: nested 10000 deep" {
  local deep
  deep=$(printf '[%.0s' {1..10000})
  answer "{\"stdout\": \"$deep\"}"
  refuses 'nested more than [0-9]+ deep'
  answer "{\"stdout\": \"{\\\"cniVersion\\\":\\\"1.0.0\\\",\\\"x\\\":$deep${deep//[/]}}\"}"
  refuses 'nested more than [0-9]+ deep'
}

@test "bad plugins: the wrong cniVersion" {
  answer '{"result": {"cniVersion": "9.9.9", "ips": [{"address": "10.99.0.2/24"}]}}'
  refuses '9\.9\.9'
  answer '{"result": {"cniVersion": 1, "ips": 7}}'
  refuses "'ips' is a number"
}

@test "bad plugins: exit status 0 with an error document" {
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\",\"code\":107,\"msg\":\"the lease is gone\",\"details\":\"since noon\"}"}'
  refuses 'the lease is gone' 'since noon' 'exited with status 0'
}

@test "bad plugins: two documents, and half of one" {
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\"}\n{\"code\":8,\"msg\":\"twice\"}"}'
  refuses 'no result' 'twice'
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\",\"ips\":["}'
  refuses 'no result' 'unexpected end'
}

@test "bad plugins: an address that is none, and one that only C would take for one" {
  answer '{"result": {"ips": [{"address": "10.99.0.256/24"}], "cniVersion": "1.0.0"}}'
  refuses 'invalid CIDR address' '10\.99\.0\.256'
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.99.0.2\\u0000x/24\"}]}"}'
  refuses 'invalid CIDR address'
}

@test "bad plugins: indexes out of range do no harm, the address is the pod's" {
  local index
  for index in 7 -1 9007199254740991; do
    answer "{\"stdout\": \"{\\\"cniVersion\\\":\\\"1.0.0\\\",\\\"interfaces\\\":[],\\\"ips\\\":[{\\\"address\\\":\\\"10.99.0.2/24\\\",\\\"interface\\\":$index}]}\"}"
    id=$(runp indexed)
    [ "$(ip_of "$id")" = 10.99.0.2 ]
    discard "$id"
  done
  nothing_left
}

@test "bad plugins: an index that no plugin in Go could read again" {
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.99.0.2/24\",\"interface\":9223372036854775807}]}"}'
  refuses 'out of range: 9223372036854775807'
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.99.0.2/24\",\"interface\":99999999999999999999}]}"}'
  refuses 'not a whole number'
}

# --- processes -------------------------------------------------------------------------------------------------------

@test "bad plugins: a child keeps the pipe open after the plugin has died" {
  answer "{\"child\": {\"stdout\": \"open\", \"session\": true, \"ignoreTerm\": true, \"pidFile\": \"$marks/child\"}}"
  refuses 'left behind' 'held its standard (output|error) open'
  gone "$(cat "$marks/child")"
}

@test "bad plugins: a plugin that dies by a signal after it has printed a result" {
  answer '{"stdout": "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.99.0.2/24\"}]}", "signal": 11}'
  refuses 'segmentation fault'
}

# --- other verbs -----------------------------------------------------------------------------------------------------

@test "bad plugins: DEL prints without end: Stop says so, and succeeds once the plugin behaves" {
  id=$(runp stuck)
  plugin_does '{"DEL": {"endless": true}}'
  run stop_sandbox "$id"
  echo "$output"
  [ "$status" -ne 0 ]
  jq -r .message <<<"$output" | grep -qF 'plugin type="bad" name="berth" failed (delete): the plugin printed more than'
  has_not_grown
  plugin_does '{}'
  discard "$id"
  nothing_left
}

@test "bad plugins: DEL ignores what is printed, garbage included" {
  id=$(runp chatty)
  plugin_does '{"DEL": {"stdout": "<html>", "stdoutHex": "ff00", "stderr": "a word"}}'
  discard "$id"
  nothing_left
}

# --- cache files -----------------------------------------------------------------------------------------------------

# spoilt COMMAND…: the command, given the path of a pod's cache file, does not keep DEL from taking everything away.
spoilt() {
  id=$(runp cached '.port_mappings = [{host_port: 18490, container_port: 80}]')
  file=$cache_dir/results/berth-$id-eth0
  [ -s "$file" ]
  "$@" "$file"
  discard "$id"
}

@test "bad plugins: a cache file that is truncated, empty, no JSON or gone never blocks DEL" {
  spoilt truncate -s 100
  nothing_left
  spoilt truncate -s 0
  nothing_left
  overwrite() { head -c 1000 /dev/urandom >"$1"; }
  spoilt overwrite
  nothing_left
  spoilt rm
  nothing_left
}

@test "bad plugins: a cache file that is of another kind never blocks DEL" {
  legacy() { echo '{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.99.0.2/24"}]}' >"$1"; }
  spoilt legacy
  nothing_left
  deep() { { printf '[%.0s' {1..10000} && echo; } >"$1"; }
  spoilt deep
  nothing_left
  result() { jq '.result = 7' "$1" >"$1.new" && mv "$1.new" "$1"; }
  spoilt result
  nothing_left
}

@test "bad plugins: a cache file that is another attachment's never blocks DEL, and stays" {
  foreign() { jq '.containerId = "someone-else"' "$1" >"$1.new" && mv "$1.new" "$1"; }
  spoilt foreign
  [ "$(jq -r .containerId "$file")" = someone-else ]
  rm "$file"
  nothing_left
}

@test "bad plugins: nothing is left behind" { no_leaks; }
