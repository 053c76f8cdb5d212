#!/usr/bin/env bats
# Memory is bounded where words come in. The release build is the one whose figures count.

load trials
product

@test "memory: failed runs, each with megabytes of a plugin's words, leave nothing of them in the daemon" { trial memory; }
