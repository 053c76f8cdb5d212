#!/usr/bin/env bats
# Texts that are dear to compare (a megabyte of combining marks in the wrong order), at every place where text comes in:
# each is answered in words and at once, and nobody else waits meanwhile.

load common

# Seconds. What goes by the square of a text's length takes a minute and more; all else a fraction of one.
bound=5

setup_file() {
  file_setup
  # Not quite as much as a request may have.
  yes $'\u0301\u0316' | tr -d '\n' | head -c 1000000 >"$work/marks.txt"
}
teardown_file() { file_teardown; }

# everywhere JSON: the document with the marks at each place of a text: as a value, as a key. Each is a file of $work/places.
everywhere() {
  rm -rf "$work/places" && mkdir "$work/places"
  jq -c --rawfile marks "$work/marks.txt" '
    (paths(scalars) as $place | setpath($place; $marks)),
    ((([], paths(objects)) as $place | getpath($place) | keys[] as $key
      | [$place, with_entries(if .key == $key then .key = $marks else . end)]) as [$place, $renamed]
      | setpath($place; $renamed))' <<<"$1" | split -l 1 -a 3 -d - "$work/places/"
  places=$(find "$work/places" -type f | wc -l)
  echo "$places places"
  [ "$places" -gt 0 ]
}

# honest: an honest client asks again and again until $work/enough is there, and notes how long it waited at most.
honest() {
  local slowest=0 time
  while [ ! -e "$work/enough" ]; do
    time=$(curl -sS --max-time 60 --unix-socket "$socket" -H 'Content-Type: application/json' -d '{}' -o /dev/null \
      -w '%{time_total}' http://berth/runtime.v1.RuntimeService/ListPodSandbox)
    slowest=$(jq -n "[$slowest, $time] | max")
  done
  echo "$slowest" >"$work/slowest"
}

beside_honest() {
  local status=0 client
  rm -f "$work/enough"
  honest 3>&- &
  client=$!
  "$@" || status=$?
  touch "$work/enough"
  wait "$client"
  echo "the honest client waited $(cat "$work/slowest") s at most"
  [ "$status" = 0 ] && jq -en "$(cat "$work/slowest") < $bound" >/dev/null
}

# ask METHOD FILE: what the daemon says to it, its HTTP status in a line of its own; fails when that takes too long.
ask_with() {
  curl -sS --max-time "$bound" --unix-socket "$socket" -H 'Content-Type: application/json' --data-binary "@$2" \
    -w '\n%{http_code}' "http://berth/$1"
}

# refused_everywhere METHOD JSON: the method refuses the document with the marks at any place, in words and in time.
refused_everywhere() {
  local body answer
  everywhere "$2" || return 1
  for body in "$work"/places/*; do
    answer=$(ask_with "$1" "$body") && [ "${answer##*$'\n'}" = 400 ] && [ "${#answer}" -lt 2000 ] && continue
    echo "$1: $(tr -d '\314\201\226' <"$body" | head -c 400): ${answer:0:300}"
    return 1
  done
}

everything='{"config": {"metadata": {"name": "n", "uid": "u", "namespace": "ns", "attempt": 1}, "hostname": "h",
  "logDirectory": "/l", "dnsConfig": {"servers": ["s"], "searches": ["s"], "options": ["o"]},
  "portMappings": [{"protocol": "TCP", "containerPort": 80, "hostPort": 0, "hostIp": "::1"}], "labels": {"k": "v"},
  "annotations": {"k": "v"}, "linux": {"cgroupParent": "/p", "securityContext": {"namespaceOptions": {"network": "POD",
  "targetId": "t"}, "selinuxOptions": {"user": "u"}, "runAsUser": {"value": "1"}, "supplementalGroups": ["1"],
  "seccomp": {"profileType": "Unconfined", "localhostRef": "l"}}, "sysctls": {"net.a": "1"}, "resources":
  {"cpuPeriod": "1", "cpusetCpus": "0", "hugepageLimits": [{"pageSize": "2MB", "limit": "1"}], "unified": {"k": "v"}}}},
  "runtimeHandler": "r"}'

@test "hostile text: every place of RunPodSandbox" {
  beside_honest refused_everywhere runtime.v1.RuntimeService/RunPodSandbox "$everything"
}

@test "hostile text: every place of the other methods" {
  others() {
    local service=runtime.v1.RuntimeService id='{"podSandboxId": "1234"}'
    refused_everywhere $service/ListPodSandbox \
      '{"filter": {"id": "1", "state": {"state": "SANDBOX_READY"}, "labelSelector": {"k": "v"}}}' &&
      refused_everywhere $service/StopPodSandbox "$id" && refused_everywhere $service/RemovePodSandbox "$id" &&
      refused_everywhere $service/PodSandboxStatus '{"podSandboxId": "1234", "verbose": true}' &&
      refused_everywhere $service/Status '{"verbose": true}' && refused_everywhere $service/Version '{"version": "1"}' &&
      refused_everywhere berth.v1.BerthService/GetPodSandboxTrace "$id" &&
      refused_everywhere berth.v1.BerthService/ForceRemovePodSandbox "$id"
  }
  beside_honest others
}

@test "hostile text: long ids, keys and numbers without a single mark are bounded too" {
  long=$(printf 'a%.0s' {1..2000})
  refused invalid_argument 400 'pod_sandbox_id has 2000 bytes' StopPodSandbox "{\"podSandboxId\": \"$long\"}"
  refused invalid_argument 400 'line 1, column 25: a key of 2000 bytes' RunPodSandbox "{\"config\": {\"labels\": {\"$long\": \"\"}}}"
  refused invalid_argument 400 'a number of 2001 bytes' RunPodSandbox "{\"config\": {\"labels\": 1${long//a/0}}}"
}

@test "hostile text: a request full of nothing is not even decoded" {
  yes '{}' | head -n 340000 | jq -cs '{config: {metadata: {name: "n"}, portMappings: .}}' >"$work/nothing.json"
  answer=$(beside_honest ask_with runtime.v1.RuntimeService/RunPodSandbox "$work/nothing.json")
  echo "$answer"
  grep -qF 'config.portMappings: 340000 entries; 4096 is the most' <<<"$answer"
}

@test "hostile text: letters with as many marks as any language has go in and come out as they were" {
  value=$(printf 'e\u0301\u0316%.0s' {1..1000})
  id=$(runp marked ".annotations = {a: \"$value\"} | .labels = {\"e\u0301\": \"e\u0301\"}")
  [ "$(status_of "$id" | jq -r .status.annotations.a)" = "$value" ]
  # Bytes are what is compared: the other spelling of the same letter is another label.
  matching() { api ListPodSandbox "{\"filter\": {\"labelSelector\": {\"$1\": \"$2\"}}}" | jq '.items | length'; }
  decomposed=$'e\u0301' composed=$'\u00e9'
  [ "$(matching "$decomposed" "$decomposed")" = 1 ]
  [ "$(matching "$decomposed" "$composed")" = 0 ]
  [ "$(matching "$composed" "$decomposed")" = 0 ]
  discard "$id"
}

@test "hostile text: every place of a network's configuration" {
  configurations() {
    local list status
    everywhere '{"cniVersion": "1.0.0", "name": "marks", "plugins": [{"type": "loopback", "capabilities": {"c": true},
      "args": {"k": "v"}}]}' || return 1
    for list in "$work"/places/*; do
      mv "$list" "$conf_dir/50-marks.conflist"
      status=0
      timeout "$bound" berthctl cni validate "$conf_dir/50-marks.conflist" >"$work/said" 2>&1 || status=$?
      [ "$status" = 1 ] && [ "$(stat -c %s "$work/said")" -lt 2000 ] && continue
      echo "$list: $status: $(head -c 300 "$work/said")"
      return 1
    done
  }
  beside_honest configurations
  rm "$conf_dir/50-marks.conflist"
}

@test "hostile text: every place of a plugin's result" {
  printf '#!/bin/sh\n[ "$CNI_COMMAND" != ADD ] || exec cat %s\n' "$work/result.json" >"$work/plugins/marks"
  chmod +x "$work/plugins/marks"
  jq -n '{cniVersion: "1.0.0", name: "marks", plugins: [{type: "marks"}]}' >"$conf_dir/00-marks.conflist"
  wait_until 10 knows_network marks
  results() {
    local result answer
    everywhere '{"cniVersion": "1.0.0", "interfaces": [{"name": "eth0", "sandbox": "/s"}], "ips":
      [{"address": "10.1.1.2/24"}], "dns": {"nameservers": ["1.1.1.1"]}}' || return 1
    run_request marks >"$work/request.json"
    for result in "$work"/places/*; do
      mv "$result" "$work/result.json"
      answer=$(ask_with runtime.v1.RuntimeService/RunPodSandbox "$work/request.json") &&
        grep -q 'combining marks' <<<"$answer" && [ "${#answer}" -lt 4000 ] && continue
      echo "$result: ${answer:0:400}"
      return 1
    done
  }
  beside_honest results
  rm "$conf_dir/00-marks.conflist" "$work/plugins/marks"
  wait_until 10 knows_network berth
}

@test "hostile text: every place of a pod's file, in JSON and in YAML" {
  everywhere '{"metadata": {"name": "n"}, "labels": {"k": "v"}, "dns_config": {"servers": ["s"]}, "linux": {}}'
  for place in "$work"/places/*; do
    { echo '---' && cat "$place"; } >"$work/pod.yaml"
    mv "$place" "$work/pod.json"
    for file in pod.json pod.yaml; do
      status=0
      timeout "$bound" berthctl runp "$work/$file" >"$work/said" 2>&1 || status=$?
      [ "$status" = 1 ] && [ "$(stat -c %s "$work/said")" -lt 2000 ] && continue
      echo "$place of $file: $status: $(head -c 300 "$work/said")"
      return 1
    done
  done
}
