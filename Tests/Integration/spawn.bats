#!/usr/bin/env bats
# Who may stop a process of a pod's uid stops that pod, and nobody else's start.

load trials
product

@test "spawn: a user who stops all processes of a pod's uid holds up no other pod's start" { trial spawn; }
