#!/usr/bin/env bats
# Many sandboxes one after the other.

load trials

@test "soak: many cycles, and the daemon's memory and descriptors stay flat" {
  product
  trial load soak
}
