#!/usr/bin/env bats
# SIGKILL at random moments under traffic; all moments' seed is printed.

load trials

@test "kill storm: every id given is READY or was removed, no address twice, nothing left" { trial storm; }
