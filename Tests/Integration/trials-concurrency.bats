#!/usr/bin/env bats
# Any two operations on one sandbox at once end as some serial order would.

load trials

@test "concurrency: any two operations on one sandbox at once" { trial concurrency; }
