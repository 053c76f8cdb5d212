#!/usr/bin/env bash
# Runs a command in network, mount and process namespaces of its own, with empty /run and /var/lib, and removes the
# cgroups it left: $BERTH_TEST_CGROUP, and $BERTH_TEST_CGROUP-frozen, which it may make to freeze something. Nothing of the
# host changes, and every process ends with the command.
#
# usage: isolated.sh COMMAND [ARGUMENT…]
set -euo pipefail

# remove_cgroups PATH: in every hierarchy; fails while a process that is just ending is still in one.
remove_cgroups() {
  local group
  for group in /sys/fs/cgroup"$1" /sys/fs/cgroup/*"$1"; do
    [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || return 1
  done
}

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || { echo "isolated.sh: namespaces need root" >&2; exit 1; }
  # Inside another one: below its group, for the process number is unique in its PID namespace only.
  export BERTH_TEST_CGROUP=${BERTH_TEST_CGROUP:-}/berth-test-$$
  unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private -- "$0" --inside "$@" <&0 &
  inside=$!
  # Whoever ends this ends all that runs inside: with unshare gone, its first process is killed, and with that one all.
  trap 'kill -KILL "$inside"' TERM INT HUP
  status=0
  wait "$inside" || status=$?
  # What a test that was cut off has left frozen cannot even be killed.
  frozen=$BERTH_TEST_CGROUP-frozen
  [ ! -d "/sys/fs/cgroup/freezer$frozen" ] || echo THAWED >"/sys/fs/cgroup/freezer$frozen/freezer.state"
  for _ in {1..500}; do
    remove_cgroups "$frozen" && remove_cgroups "$BERTH_TEST_CGROUP" && break
    sleep 0.02
  done
  exit "$status"
fi

shift
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
mkdir -p /run/lock
# A new interface's IPv6 address is usable at once: nobody else is in this namespace to have it already.
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
ip link set lo up
export BERTH_TEST_ISOLATED=1
# Not exec: this shell is PID 1 here and reaps what loses its parent.
status=0
"$@" || status=$?
exit "$status"
