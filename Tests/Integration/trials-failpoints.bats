#!/usr/bin/env bats
# Every failpoint x {error, kill, hang}: nothing is left, and the same name runs again.

load trials

@test "failpoints: Run" { trial failpoints Run; }
@test "failpoints: Run, in the undo of one whose last plugin fails" { trial failpoints FailedRun; }
@test "failpoints: Stop" { trial failpoints Stop; }
@test "failpoints: Remove of a ready sandbox" { trial failpoints Remove; }
@test "failpoints: Remove of a stopped sandbox" { trial failpoints RemoveStopped; }
@test "failpoints: Run on a native network" { trial failpoints NativeRun; }
@test "failpoints: Stop on a native network" { trial failpoints NativeStop; }
@test "failpoints: Run on a routed network" { trial failpoints RoutedRun; }
@test "failpoints: Stop on a routed network" { trial failpoints RoutedStop; }
@test "failpoints: recovery" { trial failpoints Recovery; }
