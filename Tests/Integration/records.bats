#!/usr/bin/env bats
# What is written can be read again; what is read is not believed because it parses; and the daemon starts whatever it finds.

load common
load faults

setup_file() {
  file_setup
  answering_plugin
  leak_snapshot "$work/leaks.before"
}
teardown_file() { file_teardown; }

setup() { conflist_berth | use_conflist; }

letters() { head -c "$1" /dev/zero | tr '\0' "${2:-a}"; }

# ready_after_restart ID…: they are READY, and so they are for the daemon's successor, which sets nothing aside.
ready_after_restart() {
  local id
  restart
  for id in "$@"; do
    has_state "$id" SANDBOX_READY || {
      echo "$id is not READY after the restart:"
      leftovers | cut -c 1-400
      return 1
    }
  done
  none_left_over
}

# --- what is written can be read -------------------------------------------------------------------------------------

# answers_with COUNT [LETTER]: a network whose plugin prints a valid result that has so many letters.
answers_with() {
  letters "$@" >"$work/filling"
  jq -n --rawfile filling "$work/filling" '{cniVersion: "1.0.0", interfaces: [{name: "eth0", sandbox: "/pod"}],
    ips: [{interface: 0, address: "10.9.8.7/32"}], "example.org/more": $filling}' >"$work/answering.json"
  jq -n '{cniVersion: "1.0.0", name: "answers", plugins: [{type: "answering"}]}' | use_conflist
}

@test "records: a plugin's result of 5 MB fails its ADD, which is undone; the pod beside it lives on through a restart" {
  beside=$(runp beside)
  answers_with 5000000
  run api RunPodSandbox "$(run_request big)"
  echo "${output:0:600}"
  [ "$status" -ne 0 ]
  jq -r .message <<<"$output" | grep -q answering
  [ "${#output}" -lt 100000 ]
  ready_after_restart "$beside"
  discard "$beside"
  nothing_owed
}

@test "records: results of every size either fail or can be read again" {
  ran=()
  for size in 100000 600000 1100000 2200000 3300000 4190000 '500000 "' '1200000 "' '300000 \001'; do
    answers_with $size
    size=${size/ */-other}
    if answer=$(api RunPodSandbox "$(run_request "size-$size")"); then
      ran+=("$(jq -r .podSandboxId <<<"$answer")")
    else
      echo "$size: $(jq -r .message <<<"$answer" | cut -c 1-300)"
    fi
  done
  [ "${#ran[@]}" -gt 0 ]
  ready_after_restart "${ran[@]}"
  discard "${ran[@]}"
  nothing_owed
}

# fits_or_refused NAME: the pod that standard input merges into any is refused before any effect, or can be read again.
fits_or_refused() {
  local request=$work/request.json answer
  run_request "$1" >"$work/plain.json"
  jq -c -s '.[0].config *= .[1] | .[0]' "$work/plain.json" - >"$request"
  echo "$1: $(wc -c <"$request") bytes"
  answer=$(curl -sS --unix-socket "$socket" -H 'Content-Type: application/json' --data-binary "@$request" \
    http://berth/runtime.v1.RuntimeService/RunPodSandbox)
  if jq -e .podSandboxId <<<"$answer" >/dev/null; then
    jq -r .podSandboxId <<<"$answer" >>"$work/ran"
  else
    echo "refused: $(cut -c 1-300 <<<"$answer")"
    jq -e '.code == "invalid_argument" or .code == "resource_exhausted"' <<<"$answer"
  fi
}

@test "records: a request of nearly 1 MiB is refused before any effect, or its record can be read again" {
  : >"$work/ran"
  letters 1000000 >"$work/filling"
  letters 140000 '\001' >"$work/control"
  letters 400000 '"' >"$work/quotes"
  letters 2000 | sed 's/.\{10\}/&\n/g' >"$work/words"
  jq -n --rawfile text "$work/filling" '{annotations: {"example.org/more": $text}}' | fits_or_refused annotation
  jq -n --rawfile text "$work/control" '{annotations: {"example.org/more": $text}}' | fits_or_refused control-characters
  jq -n --rawfile text "$work/quotes" '{annotations: {"example.org/more": $text}}' | fits_or_refused quotes
  jq -n --rawfile text "$work/filling" '{labels: {"example.org/more": $text}}' | fits_or_refused label
  jq -n '[range(30000)] | {annotations: (map({key: "example.org/a\(.)", value: "v"}) | from_entries)}' | fits_or_refused many
  jq -n '[range(30000)] | {labels: (map({key: "example.org/a\(.)", value: "v"}) | from_entries)}' | fits_or_refused many-labels
  jq -n --rawfile text "$work/filling" '{log_directory: ("/" + $text)}' | fits_or_refused log-directory
  jq -n '{dns_config: {searches: [range(60000) | "a\(.).example"]}}' | fits_or_refused searches
  mapfile -t ran <"$work/ran"
  [ "$(sandbox_ids | sort)" = "$(sort "$work/ran")" ]
  ready_after_restart "${ran[@]}"
  [ "${#ran[@]}" -eq 0 ] || discard "${ran[@]}"
  nothing_owed
}

# --- records that parse and are not to be trusted --------------------------------------------------------------------

# edited ID SED-SCRIPT [NEW-ID]: with no daemon there, the record says something else, as it would stand under the new id.
edited() {
  local record
  record=$(record_of "$1")
  sed -i -E "$2" "$record"
  [ -z "${3:-}" ] || mv "$record" "${record/$1/$3}"
}

# A pod whose record can be found by its words, beside one that is sound; both in $id and $beside.
two_pods() {
  beside=$(runp beside)
  id=$(runp edited ".linux.cgroup_parent = \"$BERTH_TEST_CGROUP/parent\"")
  berthd_stop
  cp "$(record_of "$id")" "$work/record"
}

# set_aside ID PATTERN: the daemon starts twice, and says what it set aside; the other pod is READY. Then the sound record is back.
set_aside() {
  berthd_start
  has_state "$beside" SANDBOX_READY
  leftovers
  leftovers | jq -e --arg id "$1" 'select(.kind == "quarantined" and (.podSandboxId == $id or (.reason | contains($id))))'
  leftovers | grep -qiE -- "$2"
  restart KILL
  has_state "$beside" SANDBOX_READY
  berthd_stop
  find "$root_dir/sandboxes" -name "$1*" -delete
  cp "$work/record" "$root_dir/sandboxes/$(basename "$record")"
  berthd_start
  has_state "$id" SANDBOX_READY
  discard "$id" "$beside"
  find /sys/fs/cgroup -depth -type d -path "*$BERTH_TEST_CGROUP/parent" -exec rmdir {} +
  nothing_owed
}

@test "records: an id that is none" {
  two_pods
  record=$(record_of "$id")
  edited "$id" "s/$id/none/g" none
  set_aside none 'none'
}

@test "records: an id of another length, and one with capitals" {
  two_pods
  record=$(record_of "$id")
  short=${id:0:63}
  edited "$id" "s/$id/$short/g" "$short"
  cp "$work/record" "$record"
  capitals=$(tr a-f A-F <<<"$id")
  edited "$id" "s/$id/$capitals/g" "$capitals"
  berthd_start
  leftovers | grep -q "$capitals"
  berthd_stop
  find "$root_dir/sandboxes" -name "$capitals*" -delete
  set_aside "$short" "$short"
}

@test "records: the record of another id than its file's name" {
  two_pods
  record=$(record_of "$id")
  other=$(tr '0-9' '1-90' <<<"$id")
  edited "$id" "s/$id/$other/g"
  set_aside "$id" "$other|another|id"
}

@test "records: a cgroup parent that leads out of the tree" {
  two_pods
  record=$(record_of "$id")
  edited "$id" "s|$BERTH_TEST_CGROUP/parent|/../..$work/elsewhere|g"
  set_aside "$id" 'cgroupParent|cgroup_parent|cgroup parent'
}

@test "records: a name that no request may have" {
  two_pods
  record=$(record_of "$id")
  edited "$id" 's|"name": ?"edited"|"name":"../edited"|g'
  set_aside "$id" 'name'
}

@test "records: a record of another version" {
  two_pods
  record=$(record_of "$id")
  edited "$id" 's/"version": ?[0-9]+/"version":77/'
  set_aside "$id" 'version.*77|77.*version'
}

@test "records: a header that is another program's" {
  two_pods
  record=$(record_of "$id")
  edited "$id" 's/"berth": ?"[a-z ]*"/"berth":"shopping list"/; t; s/^\{/{"berth":"shopping list",/'
  set_aside "$id" 'shopping list|not a sandbox record|berth'
}

@test "records: a line that this version does not know" {
  two_pods
  record=$(record_of "$id")
  echo '{"fieldOfTomorrow":1}' >>"$record"
  before=$(sha256sum <"$record")
  berthd_start
  [ "$(sha256sum <"$record")" = "$before" ]
  berthd_stop
  set_aside "$id" 'fieldOfTomorrow|know|understood|not a sandbox record'
}

@test "records: a pause that is another process is not taken for the pod's, and not killed" {
  id=$(runp impostor)
  sleep 600 3>&- &
  bystander=$!
  for pid in "$bystander" 1 0 -1 99999999999; do
    berthd_stop KILL
    # The pid and its start time stand side by side.
    sed -i -E "s/\"pid\": ?-?[0-9]+/\"pid\":$pid/g" "$(record_of "$id")"
    berthd_start
    [ "$(state_of "$id" 2>/dev/null)" != SANDBOX_READY ]
    kill -0 "$bystander"
  done
  kill "$bystander"
  berthctl rmp --force "$id" || berthctl gc
  none_left_over || berthctl gc
  nothing_owed
}

# --- what a power cut or a hand leaves -------------------------------------------------------------------------------

@test "records: a file without one complete intent began nothing: it is deleted at the start, and the log says so" {
  names=()
  berthd_stop
  for content in '' '\0\0\0\0\0\0\0\0' '{"berth":"sandbox rec' '{"berth":"sandbox record","version":2}\n' \
    '{"berth":"sandbox record","version":2}\n{"intent":{"id":"'; do
    name=$(od -An -v -N 32 -tx1 /dev/urandom | tr -d ' \n')
    names+=("$name")
    printf "$content" >"$root_dir/sandboxes/$name"
  done
  mark=$(log_mark)
  berthd_start
  leftovers
  for name in "${names[@]}"; do
    [ ! -e "$root_dir/sandboxes/$name" ]
    said_since "$mark" "$name"
  done
  nothing_owed
}

@test "records: a torn tail: what follows the last newline is none, and is cut off before anything is added" {
  id=$(runp torn)
  berthd_stop KILL
  printf '{"stopping":{"at":17' >>"$(record_of "$id")"
  berthd_start
  has_state "$id" SANDBOX_READY
  stop_sandbox "$id"
  restart KILL
  has_state "$id" SANDBOX_NOTREADY
  none_left_over
  remove_sandbox "$id"
  nothing_owed
}

@test "records: cut at whatever place, the daemon starts, and what is listed can be cleaned up" {
  for left in 0 1 37 60 200 700 95% 99%; do
    id=$(runp cut)
    berthd_stop KILL
    record=$(record_of "$id")
    size=$(stat -c %s "$record")
    case $left in
    *%) left=$((size * ${left%\%} / 100)) ;;
    esac
    truncate -s "$left" "$record"
    berthd_start
    berthctl gc >/dev/null || true
    for listed in $(sandbox_ids); do discard "$listed"; done
    wait_until 10 nothing_owed
    discard "$(runp cut)"
  done
}

@test "records: whatever is changed in one, the daemon starts, and nothing of its pod stays" {
  last=20
  [ -z "${BERTH_TEST_LONG:-}" ] || last=1000
  for seed in $(seq "$last"); do
    echo "seed $seed"
    id=$(runp "changed-$seed" ".labels = {a: \"b\"} | .linux.sysctls = {\"net.ipv4.ip_forward\": \"1\"} |
      .linux.cgroup_parent = \"$BERTH_TEST_CGROUP/named\"")
    # Every third has the lines of a stop as well.
    [ $((seed % 3)) -ne 0 ] || stop_sandbox "$id"
    berthd_stop KILL
    python3 "$BATS_TEST_DIRNAME/trials/mutate.py" "$seed" "$(record_of "$id")"
    berthd_start
    berthctl gc >/dev/null || true
    for listed in $(sandbox_ids); do discard "$listed"; done
    # A parent that somebody had named is left where the record is lost that says so.
    find /sys/fs/cgroup -depth -type d -path "*$BERTH_TEST_CGROUP/named" -exec rmdir {} +
    wait_until 10 nothing_owed
  done
}

@test "records: a directory, a pipe, a link and a file without end among the records do not keep the daemon from starting" {
  id=$(runp beside)
  berthd_stop
  for suffix in '' .json; do
    mkdir "$root_dir/sandboxes/$(letters 64 1)$suffix"
    mkfifo "$root_dir/sandboxes/$(letters 64 2)$suffix"
    ln -s /etc/passwd "$root_dir/sandboxes/$(letters 64 3)$suffix"
    truncate -s 8G "$root_dir/sandboxes/$(letters 64 4)$suffix"
    ln -s /dev/zero "$root_dir/sandboxes/$(letters 64 5)$suffix"
  done
  berthd_start
  has_state "$id" SANDBOX_READY
  berthctl gc || true
  grep -q root /etc/passwd
  [ -c /dev/zero ]
  berthd_stop
  find "$root_dir/sandboxes" -mindepth 1 -regextype posix-extended -regex '.*/(1{64}|2{64}|3{64}|4{64}|5{64})(\.json)?' -exec rm -rf {} +
  berthd_start
  discard "$id"
  nothing_owed
}

@test "records: what gc says it removed is gone" {
  berthd_stop
  names='notes notes.old.json a.b.c.json'
  for name in $names; do echo 'a note' >"$root_dir/sandboxes/$name"; done
  berthd_start
  run berthctl gc
  echo "$output"
  ls -la "$root_dir/sandboxes"
  for name in $names; do
    # What is no record's file at all may be left alone, but then it is not said to be removed.
    if grep -q "^${name%%.*}.* removed" <<<"$output"; then [ ! -e "$root_dir/sandboxes/$name" ]; fi
  done
  rm -f "$root_dir"/sandboxes/{notes,a.b.c}*
  restart
  none_left_over
  nothing_owed
}

@test "records: nothing is left behind" { no_leaks; }
