#!/usr/bin/env bats
# Clients that mean no good, with an honest one beside each. Figures are the release build's, if there is one.

load trials
product

@test "hostile: half requests take no turn" { trial hostile halves; }
@test "hostile: runs that hang keep nobody from listing, stopping and removing" { trial hostile hanging; }
@test "hostile: idle connections give their place to new ones" { trial hostile idle; }
@test "hostile: users who are not root never shut out root" { trial hostile strangers; }
@test "hostile: readers of events that do not read cost little, and do not hold up the end" { trial hostile readers; }
@test "hostile: requests that dribble in end in time" { trial hostile dribble; }
@test "hostile: connections close as HTTP says" { trial hostile http; }
@test "hostile: gzip, good and bad" { trial hostile gzip; }
@test "hostile: HTTP changed at random" { trial hostile mutations; }
