#!/usr/bin/env bash
# Builds Berth and runs all its tests, on a Debian 12 with Swift 6.3, as root.
#
# usage: Tests/run.sh [--filter REGEX] [--long] [--no-build]
#   --filter REGEX  only the unit tests (suites, functions) and the integration tests whose names match
#   --long          the sanitizer builds and the long rounds too
#   --no-build      test what .build already holds
#
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when nothing failed. A run of unit tests that does not
# end within BERTH_TEST_UNIT_SECONDS (900, with --long 3600) is killed and has failed, as a bats file is after
# BERTH_TEST_FILE_SECONDS (900).
# The integration tests run in namespaces of their own (Tests/Integration/isolated.sh): the host keeps its networks,
# mounts, firewall and processes. Set BERTH_TEST_VERBOSE to see the daemons' logs.
set -uo pipefail
cd "$(dirname "$0")/.."

filter= long= build=yes
while [ $# -gt 0 ]; do
  case $1 in
  --filter) filter=${2:?--filter wants a regular expression} && shift ;;
  --long) long=yes ;;
  --no-build) build= ;;
  -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" && exit 0 ;;
  *) echo "Tests/run.sh: unknown argument $1 (try --help)" >&2 && exit 2 ;;
  esac
  shift
done

passed=0 failed=0 skipped=0
logs=$(mktemp -d)
session=
trap 'end_session; rm -rf "$logs"' EXIT
# A crashed test must end, not wait in the backtracer.
export SWIFT_BACKTRACE=enable=no LC_ALL=C.UTF-8
[ -n "$long" ] && export BERTH_TEST_LONG=yes

# end_session: ends what is left of the run of unit tests, wherever it has put itself.
end_session() {
  [ -n "$session" ] && pkill -KILL --session "$session"
  session=
}

say() { printf '\n== %s\n' "$*"; }

finish() {
  if [ $((passed + failed + skipped)) -eq 0 ]; then echo "no test matches $filter" && failed=1; fi
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ]
  exit
}

count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# step WHAT COMMAND…: one command counted as one test; its failure does not end the run.
step() {
  local what=$1
  shift
  say "$what"
  if "$@"; then count 1 0 0; else count 0 1 0 && echo "FAILED: $what"; fi
}

# must WHAT COMMAND…: without it nothing that follows makes sense.
must() {
  local what=$1
  shift
  say "$what"
  "$@" && return
  echo "FAILED: $what"
  count 0 1 0
  finish
}

# --- what the tests need ---------------------------------------------------------------------------------------------

packages='libmnl-dev libnftnl-dev libseccomp-dev libyaml-dev zlib1g-dev binutils pkg-config bats jq containernetworking-plugins iptables nftables iproute2
  curl python3 socat netcat-openbsd procps util-linux busybox strace e2fsprogs'

install_packages() {
  local package missing=()
  for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && echo "all there" && return
  echo "installing ${missing[*]}"
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# sudo forgets where Swift is.
find_swift() {
  local folder
  command -v swift >/dev/null && return
  for folder in /usr/local/bin /opt/swift/usr/bin /opt/swift*/usr/bin /usr/share/swift/usr/bin \
    "$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)/.local/share/swiftly/bin"; do
    [ -x "$folder/swift" ] && PATH=$folder:$PATH && return
  done
  echo "swift is not on the PATH: install Swift 6.3, or call sudo with --preserve-env=PATH" >&2
  return 1
}

# --- unit tests ------------------------------------------------------------------------------------------------------

# unit_tests NAME [ARGUMENT…]: one run of swift test, counted by its xUnit report; killed when it does not end.
unit_tests() {
  local name=$1 report counts status=0
  local seconds=${BERTH_TEST_UNIT_SECONDS:-${long:+3600}}
  seconds=${seconds:-900}
  shift
  report=$logs/unit.xml
  rm -f "$logs"/unit*.xml
  say "unit tests: $name"
  # A session of its own: swift test puts the tests into a process group of theirs, which outlives it when it is killed.
  setsid timeout --kill-after=10 "$seconds" \
    swift test --disable-xctest --skip-build --xunit-output "$report" ${filter:+--filter "$filter"} "$@" >"$logs/unit.log" 2>&1 &
  session=$!
  wait "$session" || status=$?
  end_session
  # What passed needs no line of its own.
  grep -vE '^[^ ]+ +(Test|Suite) .* (started|passed)' "$logs/unit.log"
  counts=$(python3 -c '
import glob, sys, xml.etree.ElementTree as xml
cases = [case for file in glob.glob(sys.argv[1]) for case in xml.parse(file).iter("testcase")]
failed = sum(case.find("failure") is not None for case in cases)
skipped = sum(case.find("skipped") is not None for case in cases)
print(len(cases) - failed - skipped, failed, skipped)' "$logs/unit*.xml" 2>/dev/null) || counts='0 0 0'
  set -- $counts
  echo "unit tests: $name: $1 passed, $2 failed, $3 skipped"
  count "$1" "$2" "$3"
  if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
    echo "FAILED: the unit tests did not end within $seconds seconds and were killed; tests that had begun and not ended:"
    unended_tests "$logs/unit.log"
  elif [ "$status" -ne 0 ] && [ "$2" -eq 0 ]; then
    echo "FAILED: the unit tests ended with status $status and no report of a failure"
  else
    return
  fi
  echo "their last words:"
  tail -n 20 "$logs/unit.log"
  count 0 1 0
}

# unended_tests LOG: the tests that a log of swift test has begun and not ended.
unended_tests() {
  awk '
    / Test (case passing|run) / { next }
    / Test .* started\.$/ { sub(/^.* Test /, ""); sub(/ started\.$/, ""); begun[$0]; next }
    / Test .* (passed|failed) after / {
      sub(/^.* Test /, ""); sub(/ (passed|failed) after .*$/, ""); sub(/ with [0-9]+ test cases?$/, ""); delete begun[$0]
    }
    END { for (test in begun) print "  " test }' "$1"
}

# all_unit_tests [LABEL [ARGUMENT…]]: those of LinuxKernel count the descriptors of their process, so no others run in it.
all_unit_tests() {
  local label=${1:+ ($1)}
  shift $(($# > 0))
  unit_tests "LinuxKernel$label" --skip '^(Netlink|Netfilter|CNI|CNIPlugin|CNIConformance|NetworkPlugins|PodSandbox|RuntimeAPI|Berthd|Berthctl)Tests\.' "$@"
  # One after the other: on two busy cores a call's deadline of two seconds passes otherwise.
  unit_tests "all other modules$label" --no-parallel --skip '^LinuxKernelTests\.' "$@"
}

# --- integration tests -----------------------------------------------------------------------------------------------

# bats_file FILE [LABEL]: one file in namespaces of its own, counted by its TAP.
bats_file() {
  local file=$1 label planned ok not_ok skip pattern=
  label=$(basename "$1" .bats)${2:+ ($2)}
  if [ -n "$filter" ]; then
    [ "$(bats --count --filter "$filter" "$file")" -gt 0 ] || return 0
    pattern="$filter|nothing is left behind"
  fi
  say "integration: $label"
  timeout --kill-after=10 "${BERTH_TEST_FILE_SECONDS:-900}" Tests/Integration/isolated.sh \
    bats --tap --timing ${pattern:+--filter "$pattern"} "$file" </dev/null 2>&1 | tee "$logs/bats.tap"
  [ "${PIPESTATUS[0]}" -eq 124 ] && echo "FAILED: $label took too long and was ended"
  planned=$(sed -nE 's/^1\.\.([0-9]+).*/\1/p' "$logs/bats.tap" | head -n 1)
  skip=$(grep -cE '^ok [0-9]+ .*# skip' "$logs/bats.tap")
  ok=$(($(grep -cE '^ok [0-9]+ ' "$logs/bats.tap") - skip))
  not_ok=$(grep -cE '^not ok [0-9]+ ' "$logs/bats.tap")
  # Tests that were planned and never reported did not pass.
  [ $((ok + skip + not_ok)) -lt "${planned:-1}" ] && not_ok=$((${planned:-1} - ok - skip))
  count "$ok" "$not_ok" "$skip"
}

# --- sanitizers ------------------------------------------------------------------------------------------------------

# sanitized NAME: the unit and integration tests once more, with what clang's sanitizer of that name has to say of them.
# Pause is freestanding and has no place for a sanitizer's runtime: it comes from the plain build.
sanitized() {
  local name=$1 file scratch=.build/$1 reports=$logs/$1
  mkdir -p "$reports"
  must "build ($name sanitizer)" env BERTH_WITHOUT_PAUSE=1 \
    swift build --build-tests --sanitize "$name" --scratch-path "$scratch"
  cp .build/debug/berth-pause "$scratch/debug/"
  sanitizer_options "$reports/unit"
  BERTH_WITHOUT_PAUSE=1 all_unit_tests "$name sanitizer" --sanitize "$name" --scratch-path "$scratch"
  for file in Tests/Integration/*.bats; do
    sanitizer_options "$reports/$(basename "$file")"
    # Figures mean nothing here: the trials run their quick part.
    BERTH_TEST_LONG='' BERTH_TEST_SANITIZER=$name BERTH_BINARIES=$PWD/$scratch/debug bats_file "$file" "$name sanitizer"
  done
  unset TSAN_OPTIONS ASAN_OPTIONS
  step "reports of the $name sanitizer" no_reports "$reports"
}

# sanitizer_options PREFIX: reports go to files, since a daemon's standard error is its log. What a process still has when
# it ends is no leak; that the daemon does not grow is the soak's to say.
sanitizer_options() {
  export TSAN_OPTIONS="log_path=$1 suppressions=$PWD/Tests/thread-sanitizer.suppressions print_suppressions=0"
  export ASAN_OPTIONS="log_path=$1 detect_leaks=0"
}

# no_reports DIRECTORY: whether it is empty; prints what is in it.
no_reports() { ! grep -rh '' "$1"; }

# --- what is installed -----------------------------------------------------------------------------------------------

# small_berthctl: whether the release build's berthctl is the small tool it should be, stripped as it is installed: at most
# 24 MB, and no library but the C and C++ runtimes.
small_berthctl() {
  local size libraries
  strip -o "$logs/berthctl" .build/release/berthctl || return
  size=$(stat -c %s "$logs/berthctl")
  libraries=$(ldd "$logs/berthctl" | awk '{ print $1 }' | grep -vE '^(linux-vdso|/lib|lib(c|m|gcc_s|stdc\+\+|dl|pthread|rt)\.so)')
  echo "$size bytes${libraries:+, needs $libraries}"
  [ "$size" -le 24000000 ] && [ -z "$libraries" ]
}

# bare_conformance: whether the release build's suite and plugins run where there is nothing but the C and C++ runtimes, libmnl
# and libnftnl: they try the shipped network there, and ask for no newer glibc than Debian 12 has.
bare_conformance() {
  local root=$logs/bare program plugin library libraries newest cases
  mkdir -p "$root"/{usr/bin,opt/cni/bin,etc,proc,sys,dev,run,tmp,var/lib}
  for program in berthctl berth-conformance berth-cni; do strip -o "$root/usr/bin/$program" ".build/release/$program" || return; done
  for plugin in bridge host-local portmap; do ln -s ../../../usr/bin/berth-cni "$root/opt/cni/bin/$plugin"; done
  cp etc/berth/net.d/10-berth.conflist "$root/etc/"
  libraries=$(ldd "$root"/usr/bin/* | grep -oE '/[^ :)]+\.so[^ :)]*' | sort -u)
  for library in $libraries; do install -D "$library" "$root$library"; done
  libraries=$(printf '%s\n' "$libraries" | grep -vE '/(ld-linux[^/]*|lib(c|m|gcc_s|stdc\+\+|dl|pthread|rt|mnl|nftnl))\.so')
  newest=$(objdump -T "$root"/usr/bin/* | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -n 1)
  cases=$(in_root "$root" /usr/bin/berthctl cni test --list | grep -cE '^(spec|leak|fault|traffic|speed)/')
  echo "$cases cases, needs $newest${libraries:+ and $libraries}"
  [ "$cases" -ge 120 ] && [ -z "$libraries" ] && printf '%s\n' "$newest" GLIBC_2.36 | sort -CV || return
  in_root "$root" /usr/bin/berthctl cni test /etc/10-berth.conflist --bin-dir /opt/cni/bin --level spec --filter '^spec/(add|del)-' \
    --strict </dev/null >"$logs/bare.txt"
  set -- $?
  grep -vE '^(passed|skipped)' "$logs/bare.txt"
  return "$1"
}

# in_root DIRECTORY COMMAND…: runs the command with that for all there is, as in a container.
in_root() {
  unshare --mount -- sh -ec 'root=$1; shift; mount --bind "$root" "$root"; mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"; exec chroot "$root" "$@"' sh "$@"
}

# --- all of it -------------------------------------------------------------------------------------------------------

if [ "$(id -u)" != 0 ]; then
  echo "Tests/run.sh: the tests make namespaces, mounts and cgroups: run it as root (sudo ./Tests/run.sh)" >&2
  exit 1
fi
must "packages" install_packages
must "Swift" find_swift
swift --version 2>/dev/null | head -n 1

if [ -n "$build" ]; then
  must "build (debug)" swift build --build-tests
  [ -n "$filter" ] || must "build (release)" swift build -c release --static-swift-stdlib
fi

if [ -z "$filter" ]; then
  step "arrows, forbidden words, formatting" Tests/check-arrows.sh
  step "the check of the arrows sees violations" Tests/check-arrows.sh --self-test
fi

all_unit_tests

for file in Tests/Integration/*.bats; do
  bats_file "$file"
done

# The product itself: the release build, once through a pod's life.
if [ -z "$filter" ]; then
  if [ -x .build/release/berthd ]; then
    BERTH_BINARIES=$PWD/.build/release bats_file Tests/Integration/lifecycle.bats release
    # What is native by default, executed.
    for file in lifecycle failure leftovers stop; do
      BERTH_TEST_NATIVE=never bats_file "Tests/Integration/$file.bats" executed
    done
    step "berthctl is a small tool" small_berthctl
    step "the conformance suite runs in a bare root" bare_conformance
  else
    echo "no release build: its smoke test is skipped" && count 0 0 1
  fi
fi

if [ -n "$long" ]; then
  [ -n "$filter" ] || step "fuzzing the CNI parsers" Fuzz/run.sh 10000000
  for sanitizer in thread address; do
    sanitized "$sanitizer"
  done
fi

finish
