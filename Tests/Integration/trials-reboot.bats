#!/usr/bin/env bats
# Another boot id and a fresh /run.

load trials

@test "reboot: what ran is listed NOTREADY, and is released with an empty CNI_NETNS" { trial reboot; }
