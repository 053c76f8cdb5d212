#!/usr/bin/env bats
# Runs with odd values in any field, beside an honest client. Figures are the release build's, if there is one.

load trials
product

@test "hostile requests: each pod runs or is refused by name, and nothing is left of it" { trial requests; }
