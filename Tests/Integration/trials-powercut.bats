#!/usr/bin/env bats
# What a power cut leaves of records and of host-local's files, in mid-run and after each step.

load trials

@test "power cut: the next boot's daemon starts, lists what was promised, and no address is held without a pod" { trial powercut; }
