#!/usr/bin/env bats
# Many sandboxes at once.

load trials

@test "load: many live at once, all reachable, status and list quick, all removed" {
  product
  trial load live
}
