#!/usr/bin/env bats
# A full and a read-only disk, and half a line at a record's end.

load trials

@test "disk: full: Stop, Remove, debts and a restart need no room" {
  trial disk full_stop_and_remove full_remove_of_ready full_debts full_debts_after_restart full_start
}
@test "disk: read-only: Stop succeeds and says so, Remove names the file, a debt lives in memory and log" {
  trial disk read_only_stop read_only_remove read_only_debt
}
@test "disk: half a line at a record's end: the last whole one counts" {
  trial disk torn_outcome torn_tail torn_stop torn_debt
}
@test "disk: a record without one whole intent began nothing" { trial disk no_intent; }
