#!/usr/bin/env bats
# berthctl cni test: what is around the cases. Plugins that mean harm meet nothing of the host, and the run goes on.

load common

precious=$work/precious

setup_file() {
  if [ -z "${BERTH_TEST_ISOLATED:-}" ]; then
    echo "run this through Tests/run.sh or Tests/Integration/isolated.sh: it needs namespaces of its own" >&2
    return 1
  fi
  mkdir -p "$conf_dir" "$precious" "$work/layers"
  cp -R "$BATS_TEST_DIRNAME/plugins" "$work/plugins"
  echo kept >"$precious/precious"
  # Should the suite let something through, then only to layers of this test's own.
  spare /etc
  spare /usr
  network wreck hang flood fork kill
  ip link add host0 type veth peer name host1
  ip addr add 192.0.2.1/24 dev host0
  ip rule add from 192.0.2.1 table 100
  nft add table inet precious
  nft add chain inet precious input '{ type filter hook input priority 0; }'
  snapshot >"$work/before"
}

# Not common.bash's: there is no daemon here.
teardown() { :; }

# spare DIRECTORY: puts a layer over it.
spare() {
  mkdir -p "$work/layers$1-upper" "$work/layers$1-work"
  mount -t overlay -o "lowerdir=$1,upperdir=$work/layers$1-upper,workdir=$work/layers$1-work" overlay "$1"
}

# network HOW…: a network of the hostile plugin's, each with that name.
network() {
  local how
  for how in "$@"; do
    jq -n --arg how "$how" --arg target "$precious" '{cniVersion: "1.0.0", name: $how, plugins: [{type: "hostile", how: $how, target: $target}]}' \
      >"$conf_dir/$how.conflist"
  done
}

# snapshot: all of this host that a plugin could have changed.
snapshot() {
  ip -o link | sed 's/ qlen.*//'
  ip -o addr
  ip rule
  ip route show table all
  nft list ruleset
  sed -E 's/^[0-9]+ [0-9]+ //' /proc/self/mountinfo
  find /etc /usr/lib/cni "$work/plugins" "$precious" -type f -exec sha256sum {} + | LC_ALL=C sort -k 2
  find /etc /usr/lib/cni /dev/null /dev/zero -maxdepth 1 -printf '%p %m %U\n' | LC_ALL=C sort
  find /run /var/lib -maxdepth 2 -not -path "$work/*" -printf '%p\n' | LC_ALL=C sort
  hostname
  sysctl -a 2>/dev/null | grep -vE '^(fs\.(dentry|inode|file)|fs\.aio-nr|fs\.quota|kernel\.(random|ns_last_pid|pty\.nr|perf)|net\.netfilter\.nf_conntrack_count|net\.ipv4\.tcp_fastopen_key)'
  ps -eo args= | grep -E 'hostile|sleep 1000|berth-conformance' | grep -v grep || true
}

# unchanged: the host is as it was before all tests.
unchanged() {
  snapshot >"$work/after"
  diff "$work/before" "$work/after"
  [ -z "$(find /sys/fs/cgroup -type d -name "berth-conformance-$(cat "$work/pid")-*")" ]
}

# try HOW [FLAG…]: runs the suite on the network of that name, its report in $work/report, its process number in $work/pid.
try() {
  local how=$1
  shift
  sh -c 'echo $$ >"$0/pid"; exec "$@"' "$work" berthctl cni test "$how" --conf-dir "$conf_dir" --bin-dir "$work/plugins" \
    -o jsonl "$@" >"$work/report" 3>&-
}

# told: every trial that was planned is in the report.
told() {
  planned=$(jq -s 'map(.trials // empty)[0]' "$work/report")
  [ "$planned" -gt 0 ]
  [ "$(jq -s 'map(select(.case)) | length' "$work/report")" -eq "$planned" ]
}

@test "a plugin that wrecks files, links, rules, mounts and processes: the host is as before, and every case was tried" {
  run -1 try wreck --level spec --filter 'add|del' --timeout 5s
  told
  [ "$planned" -gt 20 ]
  jq -se 'any(.[]; .verdict == "failed")' "$work/report"
  # Where it was, it had its way.
  jq -se 'any(.[].calls[]?; .stdout | test("hostname hostile, passwd hostile, links 1, table table inet hostile, forwarding 1"))' \
    "$work/report"
  unchanged
}

@test "what else lies among temporary files no plugin sees, what its configuration names it does" {
  local place
  place=$(mktemp -d /tmp/conformance-XXXXXX)
  mkdir "$place/one" "$place/other"
  echo named | tee "$place/one/named" >"$place/other/hidden"
  jq -n --arg place "$place" '{cniVersion: "1.0.0", name: "look",
    plugins: [{type: "hostile", how: "look", target: "\($place)/one/named", hidden: "file:\($place)/other/hidden"}]}' >"$conf_dir/look.conflist"
  run try look --filter '^spec/add-twice$' --timeout 5s
  rm -r "$conf_dir/look.conflist" "$place"
  jq -se 'any(.[].calls[]?; .stderr | test("named seen")) and all(.[].calls[]?; .stderr | test("hidden seen") | not)' "$work/report"
  unchanged
}

@test "a plugin that never ends: it is killed, and the case says so" {
  run -1 try hang --filter '^spec/add-twice$' --timeout 1s --strict
  told
  jq -se 'any(.[].calls[]?; .outcome | test("within 1"))' "$work/report"
  unchanged
}

@test "a plugin that prints 100 MB: the case fails with what was seen" {
  run -1 try flood --filter '^spec/add-twice$' --timeout 5s --strict
  told
  [ "$(stat -c %s "$work/report")" -lt 2000000 ]
  unchanged
}

@test "a plugin that forks away with its pipes open, and one that kills its parent: the run goes on, nothing is left" {
  run -1 try fork --filter '^spec/add-twice$' --timeout 5s --strict
  told
  run -1 try kill --filter '^spec/add-twice$' --timeout 5s --strict
  told
  unchanged
}

@test "an interrupted run ends its trials and leaves nothing" {
  rm "$work/pid"
  try hang --level spec --timeout 5s &
  wait_until 10 pgrep -f 'sleep 1000'
  kill -TERM "$(cat "$work/pid")"
  status=0
  wait "$!" || status=$?
  [ "$status" -eq 1 ]
  unchanged
}

@test "a run that is killed leaves nothing either" {
  rm "$work/pid"
  try hang --level spec --timeout 5s &
  wait_until 10 pgrep -f 'sleep 1000'
  kill -KILL "$(cat "$work/pid")"
  wait "$!" || true
  wait_until 10 unchanged
}

@test "what a run leaves whose whole PID namespace is killed, the next one takes away" {
  left() { find /sys/fs/cgroup -maxdepth 3 -type d -name 'berth-conformance-1-*'; }
  unshare --pid --fork --mount-proc -- berthctl cni test hang --conf-dir "$conf_dir" --bin-dir "$work/plugins" \
    --level spec --timeout 5s >"$work/report" 3>&- &
  wait_until 10 pgrep -f '^sleep 1000'
  kill -KILL "$(pgrep -P "$!")"
  wait "$!" || true
  left | grep .
  run -1 try hang --filter '^spec/add-twice$' --timeout 1s --strict
  [ -z "$(left)" ]
  unchanged
}

@test "what cannot be run is told in one line, with status 2, and nothing is run" {
  echo '{"cniVersion": ' >"$conf_dir/half.conflist"
  jq -n '{cniVersion: "1.0.0", name: "nobody", plugins: [{type: "not-there"}]}' >"$conf_dir/nobody.conflist"
  jq -n '{cniVersion: "1.0.0", name: "text", plugins: [{type: "text"}]}' >"$conf_dir/text.conflist"
  echo text >"$work/plugins/text"
  turned_down "no level \"speck\"" hang --level speck
  turned_down "no version \"9.9.9\"" hang --version 9.9.9
  turned_down "no case \"nowhere\"" hang --filter nowhere
  turned_down "no regular expression" hang --filter '('
  turned_down "half.conflist" "$conf_dir/half.conflist"
  turned_down "not-there" nobody
  turned_down "cannot be executed" text
  turned_down "no net configuration with name \"missing\"" missing
  turned_down "cannot be written" hang --output /nowhere/report
  rm "$conf_dir"/{half,nobody,text}.conflist "$work/plugins/text"
  unchanged
}

# turned_down WORDS ARGUMENT…
turned_down() {
  local words=$1
  shift
  run --separate-stderr try "$@"
  [ "$status" -eq 2 ]
  [ ! -s "$work/report" ]
  [ "$(wc -l <<<"$stderr")" -eq 1 ]
  grep -qF -- "$words" <<<"$stderr"
}

@test "berthctl alone says that the suite is not there" {
  mkdir -p "$work/alone"
  cp -L "$binaries/berthctl" "$work/alone/"
  run --separate-stderr env PATH=/usr/bin:/bin "$work/alone/berthctl" cni test --list
  rm -r "$work/alone"
  [ "$status" -eq 2 ]
  grep -q 'berth-conformance is not installed' <<<"$stderr"
}

@test "a real plugin passes, each version is a round" {
  conflist_berth '.name = "plain" | del(.plugins[1])' >"$conf_dir/plain.conflist"
  run --separate-stderr berthctl cni test plain --conf-dir "$conf_dir" --bin-dir /usr/lib/cni --filter '^spec/add-twice$' \
    --version 0.4.0,1.0.0 -o jsonl
  rm "$conf_dir/plain.conflist"
  [ "$status" -eq 0 ]
  jq -se 'map(select(.case) | .version) == ["0.4.0", "1.0.0"] and all(.[] | select(.case); .verdict == "passed")' <<<"$output"
}

@test "without root a user namespace serves, or one line says that none can be had" {
  run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups berthctl cni test wreck --conf-dir "$conf_dir" \
    --bin-dir "$work/plugins" --filter '^spec/add-twice$' --timeout 5s
  if [ "$status" -eq 2 ]; then
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
    grep -q 'root is needed' <<<"$stderr"
  else
    grep -q '1 trials\|1 trial' <<<"$output"
  fi
  echo $$ >"$work/pid"
  unchanged
}
