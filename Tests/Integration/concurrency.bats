#!/usr/bin/env bats
# Many at once: different pods in parallel, the same pod one after the other.

load common

setup_file() { file_setup; }
teardown_file() { file_teardown; }

# at_once N FILTER-OF-I…: N RunPodSandbox requests at the same moment; the answers in $work/answers/I.
at_once() {
  local i pids=()
  rm -rf "$work/answers" && mkdir "$work/answers"
  for ((i = 0; i < $1; i++)); do run_request "$2" "$(eval "echo \"$3\"")" >"$work/answers/$i.request"; done
  for ((i = 0; i < $1; i++)); do
    curl -sS --unix-socket "$socket" -H 'Content-Type: application/json' --data-binary "@$work/answers/$i.request" \
      -o "$work/answers/$i" http://berth/runtime.v1.RuntimeService/RunPodSandbox 3>&- &
    pids+=("$!")
  done
  wait "${pids[@]}"
  rm "$work"/answers/*.request
}

@test "concurrency: 50 different pods at once are all ready, with 50 different addresses" {
  at_once 50 many '.metadata.name = \"many-$i\" | .metadata.uid = \"$i\"'
  mapfile -t ids < <(jq -er .podSandboxId "$work"/answers/*)
  cat "$work"/answers/* | grep -v podSandboxId || true
  [ "${#ids[@]}" = 50 ]
  for id in "${ids[@]}"; do
    has_state "$id" SANDBOX_READY
    ip_of "$id"
    ip6_of "$id"
  done | sort >"$work/addresses"
  [ "$(uniq <"$work/addresses" | wc -l)" = 100 ]
  printf '%s\n' "${ids[@]}" | xargs -P 50 -I{} curl -sS --unix-socket "$socket" -H 'Content-Type: application/json' \
    -d '{"podSandboxId":"{}"}' http://berth/runtime.v1.RuntimeService/StopPodSandbox
  discard "${ids[@]}"
  nothing_left
}

@test "concurrency: the same pod 20 times at once is one sandbox with one id" {
  at_once 20 single .
  ids=$(jq -er .podSandboxId "$work"/answers/* | sort -u)
  echo "$ids"
  [[ $ids =~ ^[0-9a-f]{64}$ ]]
  [ "$(sandbox_ids)" = "$ids" ]
  [ "$(find "$netns_dir" -mindepth 1 | wc -l)" = 1 ]
  discard "$ids"
  nothing_left
}

@test "concurrency: Stop and Remove of one sandbox many times at once all succeed" {
  id=$(runp ended)
  for i in {1..10}; do
    stop_sandbox "$id" >"$work/ended.$i" 3>&- & pids="$pids $!"
    remove_sandbox "$id" >"$work/ended.r$i" 3>&- & pids="$pids $!"
  done
  for pid in $pids; do wait "$pid"; done
  [ -z "$(sandbox_ids)" ]
  nothing_left
}

@test "concurrency: pods come and go in parallel, and at the end nothing is there" {
  rounds=5
  [ -z "${BERTH_TEST_LONG:-}" ] || rounds=100
  churn() {
    local id round
    for ((round = 0; round < rounds; round++)); do
      id=$(runp "churn-$1") && discard "$id" || return 1
    done
  }
  for i in {1..8}; do churn "$i" 3>&- & pids="$pids $!"; done
  for pid in $pids; do wait "$pid"; done
  nothing_left
}

@test "concurrency: nothing is left behind" { no_leaks; }
