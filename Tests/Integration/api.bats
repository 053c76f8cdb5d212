#!/usr/bin/env bats
# The API from outside: what is asked wrongly gets a Connect error that names it, and nothing is left behind.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

run_pod='RunPodSandbox'

@test "api: Version, Status and RuntimeConfig" {
  run api Version
  jq -e '.version == "0.1.0" and .runtimeApiVersion == "v1" and (.runtimeName | length > 0) and (.runtimeVersion | length > 0)' <<<"$output"
  run api Status
  jq -e '[.status.conditions[] | {(.type): .status}] | add == {RuntimeReady: true, NetworkReady: true}' <<<"$output"
  run api Status '{"verbose":true}'
  jq -e '.info | type == "object" and length > 0 and (map_values(type) | all(. == "string"))' <<<"$output"
  run api RuntimeConfig
  jq -e '.linux.cgroupDriver == "CGROUPFS"' <<<"$output"
}

@test "api: both spellings, enum names and numbers, int64 as string or number come in; lowerCamelCase goes out" {
  a=$(api $run_pod '{"config":{"metadata":{"name":"one","namespace":"n","uid":"u"},"log_directory":"/tmp",
    "port_mappings":[{"protocol":0,"container_port":80}],"linux":{"cgroup_parent":"","security_context":{"run_as_user":{"value":"1000"},"namespace_options":{"pid":1}}}}}' | jq -r .podSandboxId)
  b=$(api $run_pod '{"config":{"metadata":{"name":"two","namespace":"n","uid":"u"},"logDirectory":"/tmp",
    "portMappings":[{"protocol":"TCP","containerPort":80}],"linux":{"cgroupParent":"","securityContext":{"runAsUser":{"value":1000},"namespaceOptions":{"pid":"CONTAINER"}}}}}' | jq -r .podSandboxId)
  for id in "$a" "$b"; do
    run status_of "$id"
    jq -e '.status.linux.namespaces.options.pid // "CONTAINER" | . == "CONTAINER"' <<<"$output"
    jq -e '.status | has("createdAt") and (has("created_at") | not)' <<<"$output"
    grep -qE '^Uid:[[:space:]]+1000' "/proc/$(pause_of "$id")/status"
  done
  discard "$a" "$b"
}

@test "api: no configuration, no metadata, no name" {
  refused invalid_argument 400 'config' $run_pod '{}'
  refused invalid_argument 400 'metadata' $run_pod '{"config":{}}'
  refused invalid_argument 400 'name' $run_pod '{"config":{"metadata":{"namespace":"n","uid":"u"}}}'
}

@test "api: names that would enter paths and CNI_ARGS" {
  for name in ../x a/b 'a;b' 'a=b' '' '-a' "$(printf 'n%.0s' {1..254})"; do
    refused invalid_argument 400 'name' $run_pod "$(run_request ok ".metadata.name = \"$name\"")"
  done
  refused invalid_argument 400 'namespace' $run_pod "$(run_request ok '.metadata.namespace = "a/b"')"
  refused invalid_argument 400 'uid' $run_pod "$(run_request ok '.metadata.uid = "a b"')"
}

@test "api: an unknown field is named with its path and the nearest known one" {
  refused invalid_argument 400 'config\.metadata\.nmae.*name' $run_pod '{"config":{"metadata":{"nmae":"x"}}}'
  refused invalid_argument 400 'hostnam.*hostname' $run_pod "$(run_request x '.hostnam = "x"')"
  refused invalid_argument 400 'port_?[mM]appings\[0\]\.(hostPrt|host_prt).*host' $run_pod "$(run_request x '.port_mappings = [{hostPrt: 1}]')"
}

@test "api: a wrong type is named with its path" {
  refused invalid_argument 400 'config\.metadata\.attempt' $run_pod "$(run_request x '.metadata.attempt = "three"')"
  refused invalid_argument 400 'config\.labels' $run_pod "$(run_request x '.labels = ["a"]')"
  refused invalid_argument 400 'config\.metadata\.attempt' $run_pod "$(run_request x '.metadata.attempt = -1')"
  refused invalid_argument 400 'namespaceOptions\.network|namespace_options\.network' $run_pod \
    "$(run_request x '.linux.security_context.namespace_options.network = "MOON"')"
}

@test "api: an unknown runtime handler, and what there is instead" {
  refused invalid_argument 400 'kata' $run_pod "$(pod x | jq -c '{config: ., runtime_handler: "kata"}')"
}

@test "api: ports out of range, a relative log directory, windows" {
  refused invalid_argument 400 '65536' $run_pod "$(run_request x '.port_mappings = [{container_port: 65536, host_port: 1}]')"
  refused invalid_argument 400 'port' $run_pod "$(run_request x '.port_mappings = [{container_port: 80, host_port: -1}]')"
  refused invalid_argument 400 'windows' $run_pod "$(run_request x '.windows = {security_context: {run_as_username: "x"}}')"
}

@test "api: a sysctl that is not the pod's own" {
  refused invalid_argument 400 'kernel.hostname|vm.swappiness' $run_pod "$(run_request x '.linux.sysctls = {"vm.swappiness": "1"}')"
  refused invalid_argument 400 'net\.' $run_pod "$(run_request x '.linux.sysctls = {"net.core.somaxconn": "1"} | .linux.security_context.namespace_options.network = "NODE"')"
  refused invalid_argument 400 'sysctl' $run_pod "$(run_request x '.linux.sysctls = {"net/../../kernel/core_pattern": "x"}')"
}

@test "api: a name that is taken by another configuration names its owner and what to do" {
  id=$(runp taken)
  refused already_exists 409 "$id" $run_pod "$(run_request taken '.labels = {other: "yes"}')"
  stop_sandbox "$id"
  refused already_exists 409 "$id" $run_pod "$(run_request taken)"
  remove_sandbox "$id"
  discard "$(runp taken)"
}

@test "api: PodSandboxStatus of an unknown id is not_found; ids are checked" {
  refused not_found 404 "$(printf '%064d' 0)" PodSandboxStatus "{\"podSandboxId\":\"$(printf '%064d' 0)\"}"
  refused invalid_argument 400 'podSandboxId|pod_sandbox_id' PodSandboxStatus '{}'
  run api PodSandboxStatus '{"podSandboxId":"../../etc"}'
  [ "$status" -ne 0 ]
}

@test "api: a body of 2 MiB is too large" {
  head -c 2097152 /dev/zero | tr '\0' ' ' >"$work/large"
  run bash -c "curl -sS --unix-socket $socket -H 'Content-Type: application/json' -H 'Expect:' --data-binary @$work/large -w '\n%{http_code}' http://berth/runtime.v1.RuntimeService/RunPodSandbox"
  echo "$output"
  [ "$(tail -n 1 <<<"$output")" = 429 ]
  [ "$(head -n 1 <<<"$output" | jq -r .code)" = resource_exhausted ]
  healthy
}

@test "api: half a body leaves nothing and keeps nobody waiting" {
  printf 'POST /runtime.v1.RuntimeService/RunPodSandbox HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"config":{"metadata":' |
    socat -t1 - "UNIX-CONNECT:$socket" || true
  healthy
  nothing_left
}

@test "api: garbage instead of JSON, and instead of HTTP" {
  refused invalid_argument 400 '.' $run_pod '{"config":'
  refused invalid_argument 400 '.' $run_pod 'not json'
  refused invalid_argument 400 '.' $run_pod '[1,2]'
  head -c 4096 /dev/urandom | socat -t1 - "UNIX-CONNECT:$socket" >/dev/null || true
  refused invalid_argument 400 '.' $run_pod "$(printf '[%.0s' {1..20000})"
  healthy
}

@test "api: an unknown method and a wrong media type are Connect errors too" {
  refused unimplemented 501 'PullImage' PullImage '{}'
  refused unimplemented 501 '.' no.such.Service/Method '{}'
  run bash -c "curl -sS --unix-socket $socket -H 'Content-Type: text/plain' -d x -o /dev/null -w '%{http_code}' http://berth/runtime.v1.RuntimeService/Version"
  [ "$output" = 415 ]
}

@test "api: answers are application/json" {
  run bash -c "curl -sS -D - -o /dev/null --unix-socket $socket -H 'Content-Type: application/json' -d '{}' http://berth/runtime.v1.RuntimeService/Version | grep -i '^content-type'"
  grep -qi 'application/json' <<<"$output"
}

@test "api: healthz and metrics" {
  healthy
  run curl -sS --unix-socket "$socket" http://berth/metrics
  grep -q '^# TYPE ' <<<"$output"
}

@test "api: the socket is root's, 0660; the state directory is closed to others" {
  [ "$(stat -c %a "$socket")" = 660 ]
  [[ $(stat -c %a "$work/run") =~ ^7[05]0$ ]]
  [ "$(stat -c %a "$root_dir")" = 700 ]
}

@test "api: the access log names the caller" {
  api Version
  wait_until 5 grep -qE 'uid["=: ]+0' "$work/berthd.log"
}

@test "api: nothing is left behind" {
  nothing_left
  no_leaks
}
