#!/usr/bin/env bats
# What cannot be cleaned up is listed, can be put off, and is cleaned up in the end; gc takes what is ours and nothing else.

load common

setup_file() {
  file_setup
  ln -s "$binaries/noop-plugin" "$work/plugins/lease"
}
teardown_file() { file_teardown; }

setup() {
  lease '{}'
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
}

# lease SCRIPT: what the plugin does from now on, for sandboxes that are there as well.
lease() {
  printf '%s' "$1" >"$work/lease.next" && mv "$work/lease.next" "$work/plugins/lease.debug"
}
lease_is_busy() { lease '{"DEL": {"error": {"code": 11, "msg": "try again later", "details": "the lease is busy"}}}'; }

leftovers() { berthctl leftovers -o json | jq -c '.leftovers[]'; }
leftover_of() { leftovers | jq -ce --arg id "$1" 'select(.podSandboxId == $id)'; }
none_left_over() { [ -z "$(leftovers)" ]; }
tried_again() { leftover_of "$1" | jq -e ".attempts > $2"; }

# owe NAME: a sandbox whose DEL fails, removed by force; prints its id.
owe() {
  local id
  id=$(runp "$1")
  lease_is_busy
  berthctl rmp --force "$id" >&2
  echo "$id"
}

# --- a DEL that fails ------------------------------------------------------------------------------------------------

@test "leftovers: with nothing left, an empty table and exit 0" {
  run --separate-stderr berthctl leftovers
  [ "$status" -eq 0 ]
  [ "${#lines[@]}" -eq 1 ]
  grep -qE '^POD ID +KIND +NAME +SINCE +STEP +REASON +NEXT TRY$' <<<"$output"
  [ -z "$stderr" ]
}

@test "leftovers: a stop whose DEL fails has the plugin's words, and so has the list" {
  id=$(runp busy)
  lease_is_busy
  run --separate-stderr berthctl stopp "$id"
  [ "$status" -eq 1 ]
  grep -q 'try again later' <<<"$stderr"
  grep -q 'the lease is busy' <<<"$stderr"
  leftover_of "$id" | jq -e '.kind == "sandbox" and .name == "busy_default_uid-busy_0"
    and (.reason | test("try again later"))
    and any(.steps[]; .step == "AttachNetworks" and .outcome == "failed")
    and any(.steps[]; .step == "PinNetworkNamespace" and .outcome == "skipped")'
  run berthctl leftovers
  grep -qE "^${id:0:13} +sandbox +busy_default_uid-busy_0 .* AttachNetworks +.*try again later" <<<"$output"
  # Pause is gone all the same, and remove says the same.
  [ "$(pause_of "$id")" = 0 ]
  run berthctl rmp "$id"
  [ "$status" -eq 1 ]
  grep -q 'the lease is busy' <<<"$output"
  lease '{}'
  berthctl rmp "$id"
  none_left_over
  nothing_left
}

@test "leftovers: rmp --force frees the name; the DEL is owed, tried again, and paid when the plugin answers" {
  id=$(runp forced)
  address=$(ip_of "$id")
  lease_is_busy
  run --separate-stderr berthctl rmp --force "$id"
  printf '%s\n' "$output" "$stderr"
  [ "$status" -eq 0 ]
  [ "$output" = "$(printf 'Stopped sandbox %s\nRemoved sandbox %s' "$id" "$id")" ]
  grep -q 'DEL is owed' <<<"$stderr"
  grep -q 'the lease is busy' <<<"$stderr"
  [ -z "$(sandbox_ids)" ]
  leftover_of "$id" | jq -e '.kind == "owed" and (.reason | test("the lease is busy")) and (.nextAttemptAt | tonumber) > 0'
  run berthctl leftovers
  grep -qE "^${id:0:13} +owed .* (in [0-9.]+ .?s|now)$" <<<"$output"

  # The name is free; what is owed keeps its address.
  again=$(runp forced)
  [ "$again" != "$id" ]
  [ "$(ip_of "$again")" != "$address" ]
  [ -e "$ipam_dir/berth/$address" ]
  wait_until 10 tried_again "$id" 0

  lease '{}'
  wait_until 30 none_left_over
  [ ! -e "$ipam_dir/berth/$address" ]
  has_state "$again" SANDBOX_READY
  discard "$again"
  nothing_left
}

@test "leftovers: a debt outlives the daemon, also one that is killed" {
  id=$(owe indebted)
  latest=$(date +%s%N)
  for signal in TERM KILL; do
    berthd_stop "$signal"
    berthd_start
    leftover_of "$id" | jq -e --argjson latest "$latest" '.kind == "owed" and (.since | tonumber) <= $latest'
    [ -z "$(sandbox_ids)" ]
    wait_until 10 tried_again "$id" 0
    leftover_of "$id" | jq -e '.reason | test("the lease is busy")'
  done
  again=$(runp indebted)
  lease '{}'
  wait_until 30 none_left_over
  discard "$again"
  nothing_left
}

@test "leftovers: gc pays what is owed at once, and fails as long as it cannot" {
  id=$(owe collected)
  run --separate-stderr berthctl gc
  printf '%s\n' "$output" "$stderr"
  [ "$status" -eq 1 ]
  grep -qx "$id  not removed" <<<"$output"
  grep -q 'the lease is busy' <<<"$stderr"
  run berthctl gc --dry-run
  [ "$status" -eq 0 ]
  grep -qx "$id  would be removed" <<<"$output"
  leftover_of "$id"
  lease '{}'
  berthctl gc
  none_left_over
  nothing_left
}

@test "leftovers: rmp --force of a healthy pod owes nothing" {
  id=$(runp healthy)
  run --separate-stderr berthctl rmp --force "$id"
  [ "$status" -eq 0 ]
  [ -z "$stderr" ]
  none_left_over
  nothing_left
}

# --- garbage ---------------------------------------------------------------------------------------------------------

digits() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
our_tag() { cat "$root_dir/instance"; }
# id_of TAG: an id as the daemon of this tag makes them.
id_of() { echo "$(digits 12)$1$(digits 16)"; }
uuid_of() { echo "${1:0:8}-${1:8:4}-${1:12:4}-${1:16:4}-${1:20:12}"; }
netns_path() { echo "$netns_dir/cni-$(uuid_of "$1")"; }
cgroups_of() { for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do [ ! -d "$hierarchy$BERTH_TEST_CGROUP" ] || echo "$hierarchy$BERTH_TEST_CGROUP/$1"; done; }
cache_of() { grep -rl "\"$1\"" "$cache_dir/results"; }

# plant ID LAST-BYTE DONOR: one of everything that a sandbox leaves on the host; the cache entry is the donor's with another id.
plant() {
  local group entry
  touch "$(netns_path "$1")"
  unshare --net="$(netns_path "$1")" true
  for group in $(cgroups_of "$1"); do mkdir -p "$group/pause"; done
  mkdir -p "$work/run/sandboxes/$1"
  echo "127.0.0.1 localhost" >"$work/run/sandboxes/$1/hosts"
  printf '%s\r\neth0' "$1" >"$ipam_dir/berth/10.201.250.$2"
  entry=$(cache_of "$3" | head -n 1)
  sed "s/$3/$1/g; s/$(uuid_of "$3")/$(uuid_of "$1")/g" "$entry" >"${entry//$3/$1}"
}

# planted ID LAST-BYTE: what is there of a plant, a line each.
planted() {
  local group
  grep -qF " $(netns_path "$1") " /proc/self/mountinfo && echo mount
  [ -e "$(netns_path "$1")" ] && echo file
  for group in $(cgroups_of "$1"); do [ -d "$group" ] && echo "cgroup $group"; done
  [ -d "$work/run/sandboxes/$1" ] && echo directory
  [ -e "$ipam_dir/berth/10.201.250.$2" ] && echo reservation
  cache_of "$1" | sed 's/^/cache /'
  return 0
}

# uproot ID LAST-BYTE: takes a plant away by hand.
uproot() {
  umount -l "$(netns_path "$1")"
  rm -rf "$(netns_path "$1")" "$work/run/sandboxes/$1" "$ipam_dir/berth/10.201.250.$2"
  cache_of "$1" | xargs -r rm
  cgroups_of "$1" | while read -r group; do rmdir "$group/pause" "$group"; done
}

@test "gc: finds and removes what is ours and belongs to no pod; a dry run changes nothing; others' things stay" {
  donor=$(runp donor)
  ours=$(id_of "$(our_tag)") theirs=$(id_of deadbeef)
  [ "${donor:24:8}" = "$(our_tag)" ]
  plant "$ours" 1 "$donor"
  plant "$theirs" 2 "$donor"
  everything=$(planted "$ours" 1)
  others=$(planted "$theirs" 2)
  [ "$(wc -l <<<"$everything")" -ge 6 ]

  leak_list | sort >"$work/before"
  run --separate-stderr berthctl gc --dry-run
  printf '%s\n' "$output" "$stderr"
  [ "$status" -eq 0 ]
  leak_list | sort | diff "$work/before" -
  [ "$(head -n 1 <<<"$output")" = "$ours  would be removed" ]
  [ "$(grep -c '^[^ ]' <<<"$output")" -eq 1 ]
  for path in "$(netns_path "$ours")" "$work/run/sandboxes/$ours" "$ipam_dir/berth/10.201.250.1" $(cgroups_of "$ours"); do
    grep -qF -- "    $path" <<<"$output"
  done
  grep -qE 'cache.*berth' <<<"$output"

  run --separate-stderr berthctl gc
  printf '%s\n' "$output" "$stderr"
  [ "$status" -eq 0 ]
  [ "$(head -n 1 <<<"$output")" = "$ours  removed" ]
  [ -z "$(planted "$ours" 1)" ]
  [ "$(planted "$theirs" 2)" = "$others" ]
  has_state "$donor" SANDBOX_READY
  in_pod "$donor" ip -4 addr show dev eth0 | grep -qF "$(ip_of "$donor")"
  [ -z "$(info_of "$donor" '.drift[]')" ]

  run --separate-stderr berthctl gc
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  uproot "$theirs" 2
  discard "$donor"
  nothing_left
}

@test "gc: a reservation alone, a namespace alone, and a cgroup with somebody in it" {
  reserved=$(id_of "$(our_tag)") pinned=$(id_of "$(our_tag)") peopled=$(id_of "$(our_tag)")
  printf '%s\r\neth0' "$reserved" >"$ipam_dir/berth/10.201.250.3"
  touch "$(netns_path "$pinned")"
  unshare --net="$(netns_path "$pinned")" true
  sleep 600 3>&- &
  somebody=$!
  for group in $(cgroups_of "$peopled"); do
    mkdir -p "$group/pause"
    echo "$somebody" >"$group/pause/cgroup.procs"
  done
  berthctl gc
  [ ! -e "$ipam_dir/berth/10.201.250.3" ]
  wait "$somebody" && false
  nothing_left
}

@test "gc: what a daemon that was killed had pinned and lost the record of" {
  id=$(runp lost)
  pause=$(pause_of "$id")
  berthd_stop KILL
  rm "$root_dir/sandboxes/$id"
  berthd_start
  [ -z "$(sandbox_ids)" ]
  kill -0 "$pause"
  berthctl gc | grep -qx "$id  removed"
  gone "$pause"
  nothing_left
}

# lost_under_a_named_parent SHELL: a pod with a cgroup parent of its own, whose record is dealt with so while nobody looks.
lost_under_a_named_parent() {
  local id pause
  id=$(runp lost ".linux.cgroup_parent = \"$BERTH_TEST_CGROUP/named/deeper\"")
  pause=$(pause_of "$id")
  berthd_stop KILL
  record=$root_dir/sandboxes/$id
  eval "$1"
  berthd_start
  kill -0 "$pause"
  berthctl gc | grep -qx "$id  removed"
  gone "$pause"
  [ -z "$(find /sys/fs/cgroup -type d -path "*$BERTH_TEST_CGROUP/named*")" ]
  nothing_left
}

@test "gc: a pod whose request had named its cgroup's parent, and whose record is lost or cannot be read" {
  lost_under_a_named_parent 'rm "$record"'
  lost_under_a_named_parent 'echo garbled >"$record"'
}

# --- quarantine ------------------------------------------------------------------------------------------------------

@test "leftovers: a record of a newer version is set aside and listed; its name is reserved until gc frees it" {
  id=$(runp newer)
  berthd_stop
  record=$root_dir/sandboxes/$id
  jq -c 'if .intent then .intent.fieldOfTomorrow = 1 else . end' "$record" >"$work/record" && cat "$work/record" >"$record"
  berthd_start
  [ -z "$(sandbox_ids)" ]
  leftover_of "$id" | jq -e '.kind == "quarantined" and (.reason | test("fieldOfTomorrow"))'
  refused already_exists 409 "$id.*gc" RunPodSandbox "$(run_request newer)"
  run berthctl gc --dry-run
  grep -qx "$id  would be removed" <<<"$output"
  grep -qF "    $record" <<<"$output"
  [ -e "$record" ]
  berthctl gc
  none_left_over
  [ ! -e "$record" ]
  nothing_left
  discard "$(runp newer)"
  nothing_left
}

@test "leftovers: records that cannot be read are set aside and listed, and gc frees what they held" {
  garbled=$(runp garbled) newer=$(runp newer) empty=$(runp empty) half=$(runp half)
  berthd_stop KILL
  echo 'no record' >"$root_dir/sandboxes/$garbled"
  sed -i '1s/"version":2/"version":3/' "$root_dir/sandboxes/$newer"
  # What has no complete intent began nothing: such a file is deleted.
  : >"$root_dir/sandboxes/$empty"
  truncate -s 100 "$root_dir/sandboxes/$half"
  berthd_start
  leftover_of "$garbled" | jq -e '.kind == "quarantined" and (.reason | test("does not begin as"))'
  leftover_of "$newer" | jq -e '.kind == "quarantined" and (.reason | test("version 3"))'
  [ ! -e "$root_dir/sandboxes/$empty" ]
  [ ! -e "$root_dir/sandboxes/$half" ]
  berthctl gc
  none_left_over
  nothing_left
}

@test "leftovers: what is no record at all among the records is listed, and gc takes it away" {
  berthd_stop
  echo 'a note' >"$root_dir/sandboxes/notes"
  berthd_start
  leftover_of notes | jq -e '.kind == "quarantined" and (.reason | test("sandboxes/notes"))'
  berthctl gc --dry-run | grep -qx 'notes  would be removed'
  [ -e "$root_dir/sandboxes/notes" ]
  berthctl gc
  none_left_over
  nothing_left
}

# --- drift -----------------------------------------------------------------------------------------------------------

@test "leftovers: inspectp warns of what is no longer as recorded, and changes nothing" {
  id=$(runp drifting)
  address=$(ip_of "$id")
  run --separate-stderr berthctl inspectp "$id"
  [ -z "$stderr" ]
  in_pod "$id" ip addr flush dev eth0
  drifted() { berthctl inspectp "$id" 2>&1 >/dev/null | grep -qE "warning: $id: .*$address is no longer on eth0"; }
  wait_until 10 drifted
  run --separate-stderr berthctl inspectp "$id"
  [ "$status" -eq 0 ]
  jq -e --arg address "$address" '.status.state == "SANDBOX_READY" and .status.network.ip == $address' <<<"$output"
  discard "$id"
  nothing_left
}

@test "leftovers: nothing is left behind" { no_leaks; }
