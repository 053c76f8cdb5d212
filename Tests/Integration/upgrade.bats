#!/usr/bin/env bats
# Records of 0.1.0 are read once and rewritten, whatever stage they are in and wherever the daemon is killed meanwhile.

load common
load faults

setup_file() {
  # 0.1.0 executed all plugins: so that is how its pods were attached.
  export BERTH_TEST_NATIVE=never
  file_setup
  ln -s "$binaries/noop-plugin" "$work/plugins/lease"
  leak_snapshot "$work/leaks.before"
}
teardown_file() { file_teardown; }

setup() {
  lease '{}'
  conflist_berth '.plugins += [{type: "lease"}]' | use_conflist
}

lease() {
  printf '%s' "$1" >"$work/lease.next" && mv "$work/lease.next" "$work/plugins/lease.debug"
}

# The pod of these records; those that are ready or stopped have a port and a word more.
plain_pod=.
ready_pod='.port_mappings = [{host_port: 18081, container_port: 80}] | .annotations = {note: "kept"} | .labels = {app: "old"}'

# filled FILE: a record of 0.1.0, as that of the pod that was learnt.
filled() {
  sed -e "s#@ID@#$id#g; s#@UUID@#${id:0:8}-${id:8:4}-${id:12:4}-${id:16:4}-${id:20:12}#g; s#@CGROUP@#$BERTH_TEST_CGROUP#g" \
    -e "s#@BOOT@#$(cat /proc/sys/kernel/random/boot_id)#g; s#@PID@#$pause#g; s#@START@#$started#g; s#@DEV@#$dev#g; s#@INO@#$ino#g" \
    -e "s#@IP@#$ip#g; s#@IP6@#$ip6#g; s#@CREATED@#$(date +%s%N)#g" "$BATS_TEST_DIRNAME/records-v1/$1"
}

# learn ID: what a record says of the living pod.
learn() {
  id=$1
  pause=$(pause_of "$id") ip=$(ip_of "$id") ip6=$(ip6_of "$id")
  started=$(sed 's/.*) //' "/proc/$pause/stat" | cut -d ' ' -f 20)
  read -r dev ino < <(stat -L -c '%d %i' "$(netns_of "$id")")
}

# became_old FILE MARK: the daemon is killed, and the pod's record is one of 0.1.0, `<id>MARK.json`.
became_old() {
  berthd_stop KILL
  find "$root_dir/sandboxes" -name "$id*" -delete
  filled "$1" >"$root_dir/sandboxes/$id$2.json"
}

# rewritten: the pod's record is the journal, and there is no other of it.
rewritten() {
  [ "$(find "$root_dir/sandboxes" -name "$id*" -printf '%f\n')" = "$id" ]
  head -n 1 "$root_dir/sandboxes/$id" | jq -e '.berth == "sandbox record" and .version == 2'
  none_left_over
}

@test "upgrade: ready: adopted with its pause, rewritten at once, and the same for the daemon after that" {
  learn "$(runp old "$ready_pod")"
  became_old ready.json ''
  berthd_start
  has_state "$id" SANDBOX_READY
  rewritten
  for _ in 1 2; do
    [ "$(ip_of "$id")" = "$ip" ]
    [ "$(pause_of "$id")" = "$pause" ]
    status_of "$id" | jq -e '.status.annotations.note == "kept" and .status.labels.app == "old"'
    [ "$(runp old "$ready_pod")" = "$id" ]
    restart KILL
    has_state "$id" SANDBOX_READY
  done
  berthctl trace "$id" | grep -q 'bridge ADD'
  [ -z "$(info_of "$id" '.drift[]?')" ]
  discard "$id"
  nothing_owed
}

@test "upgrade: ready, with every field that 0.1.0 honoured: the same request is the same pod" {
  filled_request() { sed "s#@CGROUP@#$BERTH_TEST_CGROUP#g" "$BATS_TEST_DIRNAME/records-v1/full.request.json"; }
  learn "$(api RunPodSandbox "$(filled_request)" | jq -r .podSandboxId)"
  before=$(info_of "$id" .config)
  became_old full.json ''
  berthd_start
  has_state "$id" SANDBOX_READY
  rewritten
  [ "$(api RunPodSandbox "$(filled_request)" | jq -r .podSandboxId)" = "$id" ]
  diff <(jq -S . <<<"$before") <(info_of "$id" .config | jq -S .)
  discard "$id"
  find /sys/fs/cgroup -depth -type d -path "*$BERTH_TEST_CGROUP/parent" -exec rmdir {} +
  nothing_owed
}

@test "upgrade: ready, with its pause dead: NOTREADY, and Remove releases its networks" {
  learn "$(runp old "$ready_pod")"
  became_old ready.json ''
  kill -KILL "$pause"
  wait_until 10 gone "$pause"
  berthd_start
  has_state "$id" SANDBOX_NOTREADY
  rewritten
  [ -e "$ipam_dir/berth/$ip" ]
  remove_sandbox "$id"
  nothing_owed
}

@test "upgrade: creating: undone" {
  learn "$(runp old "$plain_pod")"
  became_old creating.json ''
  berthd_start
  [ -z "$(sandbox_ids)" ]
  nothing_owed
  discard "$(runp old "$plain_pod")"
  nothing_owed
}

@test "upgrade: stopping: the stop is finished" {
  learn "$(runp old "$plain_pod")"
  became_old stopping.json .stopping
  berthd_start
  has_state "$id" SANDBOX_NOTREADY
  rewritten
  [ ! -e "$ipam_dir/berth/$ip" ]
  restart KILL
  has_state "$id" SANDBOX_NOTREADY
  remove_sandbox "$id"
  nothing_owed
}

@test "upgrade: stopped: listed, its name is taken, and Remove calls no plugin" {
  learn "$(runp old "$ready_pod")"
  stop_sandbox "$id"
  became_old stopped.json .stopped
  berthd_start
  has_state "$id" SANDBOX_NOTREADY
  rewritten
  refused already_exists 409 "$id" RunPodSandbox "$(run_request old "$ready_pod")"
  lease '{"DEL": {"error": {"code": 107, "msg": "called for a stopped pod"}}}'
  remove_sandbox "$id"
  nothing_owed
}

@test "upgrade: owed: still owed, its name is free, and it is paid when the plugin answers" {
  learn "$(runp old "$plain_pod")"
  lease '{"DEL": {"error": {"code": 11, "msg": "try again later"}}}'
  berthctl rmp --force "$id"
  became_old owed.json .owed
  berthd_start
  [ -z "$(sandbox_ids)" ]
  leftover_of "$id" | jq -e '.kind == "owed"'
  [ "$(find "$root_dir/sandboxes" -name "$id*" -printf '%f\n')" = "$id" ]
  restart KILL
  leftover_of "$id" | jq -e '.kind == "owed"'
  again=$(runp old "$plain_pod")
  lease '{}'
  wait_until 30 none_left_over
  discard "$again"
  nothing_owed
}

# --- a kill in between -----------------------------------------------------------------------------------------------

@test "upgrade: killed before the old file is deleted: the new one is right, whatever the old one says" {
  for stage in creating: stopping:.stopping stopped:.stopped owed:.owed; do
    learn "$(runp old "$plain_pod")"
    berthd_stop KILL
    filled "${stage%:*}.json" >"$root_dir/sandboxes/$id${stage#*:}.json"
    berthd_start
    has_state "$id" SANDBOX_READY || {
      echo "the record of $stage was believed"
      return 1
    }
    rewritten
    discard "$id"
    nothing_owed
  done
}

@test "upgrade: killed, or without power, before the new file had an intent: the old one is still read" {
  for content in '' '{"berth":"sandbox record","version":2}\n' '{"berth":"sandbox rec'; do
    learn "$(runp old "$ready_pod")"
    became_old ready.json ''
    printf "$content" >"$root_dir/sandboxes/$id"
    berthd_start
    has_state "$id" SANDBOX_READY
    rewritten
    discard "$id"
    nothing_owed
  done
}

# --- what is not understood ------------------------------------------------------------------------------------------

@test "upgrade: an old record with a field of a release in between is set aside, not rewritten" {
  learn "$(runp old "$ready_pod")"
  became_old ready.json ''
  record=$root_dir/sandboxes/$id.json
  sed -i '1s/^{/{"fieldOfTomorrow":1,/' "$record"
  before=$(sha256sum <"$record")
  berthd_start
  leftover_of "$id" | jq -e '.kind == "quarantined" and (.reason | test("fieldOfTomorrow"))'
  [ "$(sha256sum <"$record")" = "$before" ]
  refused already_exists 409 "$id" RunPodSandbox "$(run_request old "$ready_pod")"
  berthctl gc
  [ -z "$(find "$root_dir/sandboxes" -name "$id*")" ]
  nothing_owed
}

@test "upgrade: a root of 0.1.0 is taken over, and the instance's tag is that of its records" {
  learn "$(runp old "$ready_pod")"
  stop_sandbox "$id"
  berthd_stop
  mv "$root_dir" "$root_dir.now"
  mkdir -m 700 "$root_dir" && mkdir -m 700 "$root_dir/sandboxes" && : >"$root_dir/lock"
  other=${id:0:24}deadbeef${id:32}
  mkdir -p "$work/run/sandboxes"
  (id=$other && filled stopped.json >"$root_dir/sandboxes/$other.stopped.json")
  berthd_start
  has_state "$other" SANDBOX_NOTREADY
  grep -q deadbeef "$root_dir/instance"
  new=$(runp new)
  [ "${new:24:8}" = deadbeef ]
  discard "$new"
  remove_sandbox "$other"
  berthd_stop
  rm -rf "$root_dir" && mv "$root_dir.now" "$root_dir"
  berthd_start
  remove_sandbox "$id"
  nothing_owed
}

@test "upgrade: nothing is left behind" { no_leaks; }
