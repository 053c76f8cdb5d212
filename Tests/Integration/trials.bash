# Loaded by the trials-*.bats files: each test is one of trials/*.py, whose lines are shown as they come.

bats_require_minimum_version 1.5.0

# trial NAME [ARGUMENT…]: in namespaces of its own, so that no trial finds what an earlier one left.
trial() {
  local name=$1 status=0
  shift
  BERTH_TRIAL_CGROUP=${BERTH_TEST_CGROUP:?run this through Tests/run.sh or Tests/Integration/isolated.sh}/$name \
    "$BATS_TEST_DIRNAME/isolated.sh" python3 -B -u "$BATS_TEST_DIRNAME/trials/$name.py" "$@" 3>&- |
    sed -u 's/^/# /' >&3 || status=$?
  return "$status"
}

setup() { set -o pipefail; }

# product: lets the trials of this file run the release build, if there is one.
product() {
  local release
  release=$(realpath -m "$BATS_TEST_DIRNAME/../../.build/release")
  if [ -x "$release/berthd" ]; then export BERTH_BINARIES=${BERTH_BINARIES:-$release}; fi
}
