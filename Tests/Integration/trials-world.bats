#!/usr/bin/env bats
# The world misbehaves: what is answered, that others are served, that all is clean when it is mended.

load trials

@test "the world misbehaves: every fault is answered, survived and cleaned up after" { trial world; }
