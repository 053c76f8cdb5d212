#!/usr/bin/env bats
# What the stream of events tells of one sandbox comes in the order in which it happened, and once.

load trials

@test "events: created, started, stopped, deleted: each once and in this order, whenever pause dies" { trial events; }
