#!/usr/bin/env bats
# Collections under traffic undo no pod that lives. The release build is quicker, and so meets more of what may happen.

load trials
product

@test "gc: collections under the traffic of clients never find a pod that lives" { trial gc; }
