#!/usr/bin/env bats
# What an installation puts under /etc: the unit, its drop-in, and the network.

etc=$BATS_TEST_DIRNAME/../../etc
unit=$etc/systemd/berthd.service

bats_require_minimum_version 1.5.0

@test "installation: the unit gives the service no mount namespace of its own, and takes nothing that plugins miss" {
  ! grep -E '^(PrivateMounts|PrivateTmp|PrivateDevices|ProtectSystem|ProtectHome|ReadOnlyPaths|InaccessiblePaths|RootDirectory)=' "$unit"
  # openat2 is ENOSYS with it.
  ! grep -E '^RestrictSUIDSGID=' "$unit"
  ! grep -E '^(RestrictAddressFamilies|CapabilityBoundingSet|SystemCallFilter|Delegate)=' "$unit"
  grep -q '^KillMode=process$' "$unit"
  grep -q '^RuntimeDirectoryMode=0750$' "$unit"
  grep -q '^RestartPreventExitStatus=64 78$' "$unit"
}

@test "installation: systemd understands the unit and its drop-in" {
  command -v systemd-analyze >/dev/null || skip "systemd-analyze is not here"
  place=$BATS_TEST_TMPDIR/units
  mkdir -p "$place/berthd.service.d"
  # A program that is there, for the check of the unit alone.
  sed 's#^ExecStart=.*#ExecStart=/bin/true#' "$unit" >"$place/berthd.service"
  cp "$etc/systemd/berthd-strict.conf" "$place/berthd.service.d/strict.conf"
  run systemd-analyze verify "$place/berthd.service"
  echo "$output"
  [ "$status" -eq 0 ]
  ! grep -iE 'unknown|invalid|failed to parse' <<<"$output"
}

@test "installation: the network lies where no Kubernetes node looks, and its plugins know its version" {
  [ -f "$etc/berth/net.d/10-berth.conflist" ]
  [ ! -e "$etc/cni" ]
  grep -q '/etc/berth/net.d' "$etc/README.md"
  [ "$(jq -r .cniVersion "$etc/berth/net.d/10-berth.conflist")" = 1.0.0 ]
}
