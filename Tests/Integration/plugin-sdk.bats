#!/usr/bin/env bats
# A plugin made with CNIPlugin, as a program: by the protocol itself, and behind Debian's plugins in a list.

load common

export CNI_PATH=$work/plugins:/usr/lib/cni:/opt/cni/bin
book=$work/book

setup_file() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
  mkdir -p "$work/plugins" "$work/several" "$conf_dir"
  ln -s "$binaries/addressbook" "$work/plugins/addressbook"
  ln -s "$binaries/berth-cni" "$work/several/bridge"
  jq -n --arg book "$book" --arg ipam "$ipam_dir" '{cniVersion: "1.0.0", name: "book", plugins: [
    {type: "bridge", bridge: "berth-t0", isGateway: true, ipam: {type: "host-local", dataDir: $ipam, subnet: "10.201.0.0/16"}},
    {type: "addressbook", directory: $book}]}' >"$work/book.conflist"
  ip netns add pod
}

# plugin VERB CONFIGURATION [VARIABLE=VALUE…]: the program itself.
plugin() {
  local verb=$1 configuration=$2
  shift 2
  program "$verb" "$@" < <(printf %s "$configuration")
}

# program VERB [VARIABLE=VALUE…]: the program with this standard input.
program() {
  local verb=$1
  shift
  env -i PATH="$PATH" CNI_COMMAND="$verb" CNI_CONTAINERID=c CNI_NETNS=/run/netns/pod CNI_IFNAME=eth0 CNI_PATH="$CNI_PATH" \
    "$@" "${program:-$work/plugins/addressbook}"
}

configuration() {
  jq -nc --arg book "$book" '{cniVersion: "1.0.0", name: "n", type: "addressbook", directory: $book,
    prevResult: {cniVersion: "1.0.0", ips: [{address: "10.1.0.7/16"}]}} | '"${1:-.}"
}

@test "plugin SDK: by the protocol: ADD, CHECK, DEL twice" {
  [ "$(plugin ADD "$(configuration)" | jq -c '[.cniVersion, .ips[0].address]')" = '["1.0.0","10.1.0.7/16"]' ]
  [ "$(cat "$book/c-eth0")" = 10.1.0.7 ]
  plugin CHECK "$(configuration)"
  echo other >"$book/c-eth0"
  run plugin CHECK "$(configuration)"
  [ "$status" = 1 ]
  [ "$(jq .code <<<"$output")" = 999 ]
  plugin DEL "$(configuration 'del(.prevResult)')" CNI_NETNS=
  plugin DEL "$(configuration)"
  [ ! -e "$book/c-eth0" ]
}

@test "plugin SDK: by the protocol: versions, missing variables, bad input, unknown verbs, no verb" {
  [ "$(plugin VERSION garbage CNI_CONTAINERID= CNI_PATH= </dev/null | jq -r '.supportedVersions[-1]')" = 1.1.0 ]
  run plugin ADD "$(configuration)" CNI_CONTAINERID= CNI_IFNAME=
  [ "$status" = 1 ]
  [ "$(jq -r '[.code, .msg] | join(" ")' <<<"$output")" = "4 required env variables [CNI_CONTAINERID,CNI_IFNAME] missing" ]
  run plugin ADD '{"cniVersion": "1.0.0", "name": "n"'
  [ "$(jq .code <<<"$output")" = 6 ]
  run plugin ADD "$(configuration '.directory = 7')"
  [ "$(jq .code <<<"$output")" = 7 ]
  [[ "$output" == *directory* ]]
  run plugin ADD "$(configuration '.cniVersion = "3.0.0"')"
  [ "$(jq -r '[.code, .cniVersion] | join(" ")' <<<"$output")" = "1 1.1.0" ]
  run plugin FLY "$(configuration)"
  [ "$(jq .code <<<"$output")" = 4 ]
  run plugin ADD "$(configuration)" CNI_NETNS=/proc/self/ns/net
  [ "$(jq .code <<<"$output")" = 8 ]
  run plugin "" "$(configuration)"
  [ "$status" = 0 ]
  [[ "$output" == *"CNI protocol versions supported"* ]]
  [ ! -e "$book/c-eth0" ]
}

@test "plugin SDK: by the protocol: each version's result, in any case of the keys" {
  for version in 0.1.0 0.2.0 0.3.0 0.3.1 0.4.0 1.0.0 1.1.0; do
    plugin ADD "$(configuration ".cniVersion = \"$version\" | .Directory = .directory | del(.directory)")" >"$work/result"
    [ "$(jq -s length "$work/result")" = 1 ]
    [ "$(jq -r .cniVersion "$work/result")" = "$version" ]
    [ "$(jq -r '.ips[0].address // .ip4.ip' "$work/result")" = 10.1.0.7/16 ]
    [ "$(jq -c '[has("ip4"), .ips[0].version]' "$work/result")" = "$(versioned "$version")" ]
  done
  plugin DEL "$(configuration)"
}

# versioned VERSION: whether its results have ip4, and what ips[].version is.
versioned() {
  case $1 in 0.[12].*) echo '[true,null]' ;; 0.*) echo '[false,"4"]' ;; *) echo '[false,null]' ;; esac
}

@test "plugin SDK: by the protocol: standard input too long, closed or waited for, standard output full" {
  run long ADD
  [ "$status" = 1 ]
  [ "$(jq .code <<<"$output")" = 5 ]
  [[ "$output" == *16777216* ]]
  run closed ADD
  [ "$status" = 1 ]
  [ "$(jq .code <<<"$output")" = 5 ]
  mkfifo "$work/held"
  exec 5<>"$work/held"
  timeout 10 env -i CNI_COMMAND=VERSION "$work/plugins/addressbook" <&5 | jq -e '.supportedVersions | length == 7'
  exec 5>&-
  run --separate-stderr full ADD
  [ "$status" = 1 ]
  [ -z "$output" ]
  [[ "$stderr" == *"cannot write the answer"* ]]
  plugin DEL "$(configuration)"
}

# The program with an input that is too long, with none, and with nowhere to write its answer to.
long() { head -c 17000000 /dev/zero | tr '\0' ' ' | program "$1"; }
closed() { program "$1" <&-; }
full() { plugin "$1" "$(configuration)" >/dev/full; }

@test "plugin SDK: by the protocol: the plugin's own namespace, where it is allowed" {
  run plugin DEL "$(configuration)" CNI_NETNS=/proc/self/ns/net CNI_NETNS_OVERRIDE=0
  [ "$status" = 1 ]
  [ "$(jq .code <<<"$output")" = 8 ]
  plugin DEL "$(configuration)" CNI_NETNS=/proc/self/ns/net CNI_NETNS_OVERRIDE=true
}

# delegate SCRIPT: the IPAM plugin `fake`; its environment and input are kept.
delegate() {
  printf '#!/bin/sh\nenv | sort >%s\ncat >%s\n%s\n' "$work/fake.env" "$work/fake.stdin" "$1" >"$work/plugins/fake"
  chmod +x "$work/plugins/fake"
}

asking='{"cniVersion": "1.1.0", "name": "n", "type": "bridge", "ipam": {"type": "fake"}}'

# asking VERB [VARIABLE=VALUE…]: one program of several plugins, called as the one that asks `fake`.
asking() {
  local verb=$1
  shift
  program=$work/several/bridge plugin "$verb" "$asking" "$@"
}

@test "plugin SDK: a delegate is executed with the same environment and input; its code and its standard error pass through" {
  delegate 'echo careful >&2'
  run --separate-stderr asking STATUS OTHER=x
  [ "$status" = 0 ]
  [ -z "$output" ]
  [ "$stderr" = careful ]
  grep -x CNI_COMMAND=STATUS "$work/fake.env"
  grep -x CNI_IFNAME=eth0 "$work/fake.env"
  grep -x "CNI_PATH=$CNI_PATH" "$work/fake.env"
  grep -x OTHER=x "$work/fake.env"
  [ "$(cat "$work/fake.stdin")" = "$asking" ]
  delegate 'echo careful >&2; echo "{\"code\": 51, \"msg\": \"few left\", \"details\": \"2\"}"; exit 1'
  run --separate-stderr asking STATUS
  [ "$status" = 1 ]
  [ "$stderr" = careful ]
  [ "$(jq -c . <<<"$output")" = '{"cniVersion":"1.1.0","code":51,"msg":"few left","details":"2"}' ]
  delegate 'exit 3'
  run asking STATUS
  [ "$status" = 1 ]
  [ "$(jq .code <<<"$output")" = 999 ]
  [[ "$output" == *"fake: "*3* ]]
  rm "$work/plugins/fake"
  run asking STATUS
  [ "$status" = 1 ]
  [[ "$output" == *'failed to find plugin'*fake* ]]
}

@test "plugin SDK: a delegate ends with the program that asked it; with the program's group, its children too" {
  delegate "echo \$\$ >$work/asked; exec sleep 300"
  ended_with ''
  delegate "sleep 300 & echo \$! >$work/asked; wait"
  ended_with -
}

# ended_with TARGET: what is asked is ended once the program is killed: alone, or (-) with its group.
ended_with() {
  local asked
  rm -f "$work/asked" "$work/program.pid"
  setsid "$BASH" -c 'echo $$ >"$0"; exec env -i CNI_COMMAND=STATUS CNI_PATH="$1" PATH="$PATH" "$2" <<<"$3"' \
    "$work/program.pid" "$work/plugins" "$work/several/bridge" "$asking" 3>&- &
  disown
  wait_until 10 test -s "$work/asked"
  asked=$(cat "$work/asked")
  kill -0 "$asked"
  kill -KILL -- "$1$(cat "$work/program.pid")"
  wait_until 10 ended "$asked"
}

# ended PID: gone, or a zombie that nobody has asked for.
ended() { gone "$1" || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

@test "plugin SDK: in a list, behind Debian's bridge; a DEL leaves nothing" {
  local flags=(--bin-dir "$work/plugins" --bin-dir /usr/lib/cni --cache-dir "$cache_dir")
  berthctl cni add "$work/book.conflist" pod "${flags[@]}" >"$work/result"
  [ "$(cat "$book"/*-eth0)" = "$(jq -r '.ips[0].address | split("/")[0]' "$work/result")" ]
  berthctl cni check "$work/book.conflist" pod "${flags[@]}"
  rm "$book"/*-eth0
  run berthctl cni check "$work/book.conflist" pod "${flags[@]}"
  [ "$status" != 0 ]
  [[ "$output" == *addressbook* ]]
  berthctl cni del "$work/book.conflist" pod "${flags[@]}"
  [ -z "$(ls "$book")" ]
  [ -z "$(find "$ipam_dir" -type f ! -name 'last_reserved_ip.*' ! -name lock)" ]
}

@test "plugin SDK: GC and STATUS" {
  plugin ADD "$(configuration)" >/dev/null
  plugin ADD "$(configuration)" CNI_CONTAINERID=d >/dev/null
  plugin GC "$(configuration '.cniVersion = "1.1.0" | .["cni.dev/valid-attachments"] = [{containerID: "d", ifname: "eth0"}]')"
  [ "$(ls "$book")" = d-eth0 ]
  plugin STATUS "$(configuration '.cniVersion = "1.1.0"')"
  run plugin GC "$(configuration '.["cni.dev/valid-attachments"] = []')"
  [ "$status" = 1 ]
  [ "$(jq .code <<<"$output")" = 1 ]
  [ "$(ls "$book")" = d-eth0 ]
}
