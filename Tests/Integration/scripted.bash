# Loaded beside common.bash where a plugin does what a test says, when it says so (noop-plugin; see NoopPlugin/README.md), and
# where records are read or changed.

calls=$work/calls.jsonl

# script NAME [JSON]: what the noop plugin of that name does from now on, for sandboxes that are there as well. Every call
# of it is written to $calls.
script() {
  [ -e "$work/plugins/$1" ] || ln -s "$binaries/noop-plugin" "$work/plugins/$1"
  jq -c --arg calls "$calls" '{record: $calls} + .' <<<"${2:-{\}}" >"$work/$1.next"
  mv "$work/$1.next" "$work/plugins/$1.debug"
}

# held: a verb's behaviour: the plugin writes that it was called to $marks/waiting, and goes on when $marks/release is there;
# then it writes to $marks/ended.
held() {
  jq -nc --arg marks "$marks" \
    '{mark: "\($marks)/waiting", hang: {untilFile: "\($marks)/release"}, markAfter: "\($marks)/ended"}'
}
is_held() { [ -s "$marks/waiting" ]; }
release() { touch "$marks/release"; }
refusing() { echo '{"error": {"code": 11, "msg": "try again later", "details": "the lease is busy"}}'; }

# forget: no marks, no calls.
forget() { rm -f "$marks"/* "$calls"; }

# called VERB [ID]: how often it was.
called() { grep -cE "\"verb\" ?: ?\"$1\".*${2:-}" "$calls" 2>/dev/null || true; }

# in_background FILE METHOD BODY [CURL-ARGUMENT…]: asks, and leaves the answer in $work/FILE; $! waits for it.
in_background() {
  local file=$1
  shift
  api "$@" >"$work/$file" 2>&1 3>&- &
}

# record_of ID: the file of its record, whatever that is called.
record_of() { find "$root_dir/sandboxes" -type f -name "$1*" | head -n 1; }

# records ARGUMENT…: what trials/journal.py does with a record.
records() { python3 -B "$BATS_TEST_DIRNAME/trials/journal.py" "$@"; }

# berthd_with SETTINGS: restarts the daemon with these settings over those it has.
berthd_with() {
  berthd_stop
  jq -c --argjson more "$1" '. + $more' "$work/berthd.json" >"$work/berthd.json.next"
  mv "$work/berthd.json.next" "$work/berthd.json"
  berthd_start
}

# read_only DIRECTORY, writable DIRECTORY: a mount of its own, so that what is open below it stays so.
read_only() { mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"; }
writable() { umount "$1"; }
