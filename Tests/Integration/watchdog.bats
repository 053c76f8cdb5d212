#!/usr/bin/env bats
# A step that hung and came back leaves no thread behind it.

load trials
product

@test "watchdog: firings leave no thread, once what hung has come back" { trial watchdog; }
