#!/usr/bin/env bash
# The API needs nothing but curl: JSON over HTTP on a Unix socket. Wants a running berthd and jq.
#
# usage: api-curl.sh [SOCKET]
set -euo pipefail
socket=${1:-/run/berth/berth.sock}

call() {
  curl --silent --show-error --fail-with-body --unix-socket "$socket" \
    --header 'Content-Type: application/json' --data "$2" "http://berth/runtime.v1.RuntimeService/$1"
}

echo "The runtime:"
call Version '{}' | jq -c .

echo "A pod sandbox:"
id=$(call RunPodSandbox '{"config": {"metadata": {"name": "by-curl", "namespace": "default", "uid": "1"}}}' | jq -r .podSandboxId)
echo "$id"

echo "Its state and addresses:"
call PodSandboxStatus "{\"podSandboxId\": \"$id\"}" | jq -c '.status | {state, network}'

echo "What happens to a request with a typing error:"
call RunPodSandbox '{"config": {"metadata": {"nmae": "typo"}}}' | jq -c '{code, message}' || true

echo "The end:"
call StopPodSandbox "{\"podSandboxId\": \"$id\"}" | jq -c .
call RemovePodSandbox "{\"podSandboxId\": \"$id\"}" | jq -c .
