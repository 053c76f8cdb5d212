#!/usr/bin/env bash
# Checks what the design pins about the sources and no compiler does:
#   - the arrows between modules, in the import lines and in Package.swift;
#   - no `try!`, no `fatalError(` in Sources;
#   - `swift format lint --strict`.
# Every violation is printed as file:line: reason. Exit 1 when there is one.
#
# usage: check-arrows.sh [--self-test] [ROOT]
set -euo pipefail

# module | modules of this package it may import | packages' modules it may import beyond those of the toolchain
arrows='
LinuxKernel | CLinux CSpawn              | SystemPackage
Netlink     | LinuxKernel CMnl           | SystemPackage
Netfilter   | Netlink LinuxKernel CMnl CNftnl | SystemPackage
JSON        |                            |
CNI         | LinuxKernel JSON           | SystemPackage
CNIPlugin   | CNI LinuxKernel JSON       | SystemPackage
NetworkPlugins | CNIPlugin CNI Netfilter Netlink LinuxKernel JSON | SystemPackage
CNIConformance | CNI Netfilter Netlink LinuxKernel JSON | SystemPackage
PodSandbox  | NetworkPlugins CNIPlugin CNI Netlink LinuxKernel JSON CSeccomp | SystemPackage Logging Metrics ServiceLifecycle
RuntimeAPI  | JSON                       | NIOCore NIOPosix NIOHTTP1
berth-cni   | NetworkPlugins CNIPlugin   |
berth-conformance | CNIConformance CNI LinuxKernel JSON | ArgumentParser
addressbook | CNIPlugin CNI              |
berthctl    | RuntimeAPI CNI LinuxKernel JSON CYAML | ArgumentParser
berthd      | RuntimeAPI PodSandbox LinuxKernel JSON CZlib | SystemPackage Logging Metrics ServiceLifecycle UnixSignals ArgumentParser NIOCore NIOPosix NIOHTTP1
noop-plugin | CNI JSON                   | SystemPackage
CLinux      |                            |
CSpawn      |                            |
CMnl        |                            |
CNftnl      |                            |
CSeccomp    |                            |
CYAML       |                            |
CZlib       |                            |
berth-pause |                            |
'
toolchain='Swift Glibc Musl Synchronization Foundation FoundationEssentials Dispatch Observation _Concurrency'

violations=0
violation() { printf '%s\n' "$1"; violations=$((violations + 1)); }

column() { awk -F'|' -v module="$1" -v column="$2" '{ gsub(/ +$/, "", $1) } $1 == module { print $column }' <<<"$arrows"; }
known() { awk -F'|' -v module="$1" '{ gsub(/ +$/, "", $1) } $1 == module { found = 1 } END { exit !found }' <<<"$arrows"; }
contains() { case " $1 " in *" $2 "*) return 0 ;; *) return 1 ;; esac; }

check_imports() {
  local folder module allowed file line text imported
  for folder in Sources/*/ Tests/NoopPlugin/ Examples/plugin/; do
    module=$(basename "$folder")
    case $folder in
    Tests/NoopPlugin/) module=noop-plugin ;;
    Examples/plugin/) module=addressbook ;;
    esac
    known "$module" || { violation "$folder:1: no module $module in the table of arrows (Tests/check-arrows.sh)"; continue; }
    allowed="$(column "$module" 2) $(column "$module" 3) $toolchain"
    while IFS=: read -r file line text; do
      imported=$(sed -E 's/^[^i]*.*\bimport +((struct|class|enum|protocol|func|let|var|typealias) +)?([A-Za-z_0-9]+).*/\3/' <<<"$text")
      contains "$allowed" "$imported" || violation "$file:$line: $module must not import $imported"
    done < <(grep -rnE --include='*.swift' '^[[:space:]]*(@[A-Za-z_]+(\([^)]*\))?[[:space:]]+)*((public|package|internal|fileprivate|private)[[:space:]]+)?import[[:space:]]+[A-Za-z_]' "$folder" || true)
  done
}

# The dump names no lines: the line is looked up as the place where the target is declared.
check_manifest() {
  local module kind dependency line edges
  edges=$(swift package dump-package | jq -r '
    .targets[] | select(.type != "test") | .name as $target | .dependencies[]
    | if .byName then [$target, "target", .byName[0]] elif .target then [$target, "target", .target[0]]
      else [$target, "product", .product[0]] end | join(" ")')
  while read -r module kind dependency; do
    known "$module" || { violation "Package.swift:1: no target $module in the table of arrows (Tests/check-arrows.sh)"; continue; }
    contains "$(column "$module" 2) $(column "$module" 3)" "$dependency" && continue
    line=$(grep -nE "name: \"$module\"" Package.swift | tail -n 1 | cut -d: -f1)
    violation "Package.swift:${line:-1}: target $module must not depend on $kind $dependency"
  done <<<"$edges"
}

check_words() {
  local found
  while IFS= read -r found; do
    violation "$found"
  done < <(grep -rnE --include='*.swift' '\btry!|\bfatalError\(' Sources | grep -vE '^[^:]+:[0-9]+:[[:space:]]*//' |
    sed -E 's/^([^:]+:[0-9]+):.*(try!|fatalError\().*/\1: \2 has no place in Sources/' || true)
}

check_format() {
  local found
  while IFS= read -r found; do
    violation "$found"
  done < <(swift format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests Examples/plugin 2>&1 |
    sed "s|^$PWD/||" || true)
}

# Plants one violation of each kind in a copy of the tree and expects it to be named with its line.
self_test() {
  local copy expected output failed=0
  copy=$(mktemp -d) && trap 'rm -rf "$copy"' RETURN
  planted() {
    rm -rf "${copy:?}/tree" && mkdir "$copy/tree" && cp -RL Package.swift .swift-format Sources Tests Examples "$copy/tree/"
    (cd "$copy/tree" && eval "$2")
    expected=$3
    if output=$("$script" "$copy/tree" 2>&1); then
      echo "self test: $1 was not seen" && failed=1
    elif ! grep -qE "$expected" <<<"$output"; then
      printf 'self test: %s was not named as %s but as:\n%s\n' "$1" "$expected" "$output" && failed=1
    else
      echo "self test: $1 is seen"
    fi
  }
  planted 'an arrow upwards' 'printf "import PodSandbox\n" >Sources/CNI/Planted.swift' \
    '^Sources/CNI/Planted.swift:1: CNI must not import PodSandbox'
  planted 'an arrow of an example' 'printf "import PodSandbox\n" >Examples/plugin/Planted.swift' \
    '^Examples/plugin/Planted.swift:1: addressbook must not import PodSandbox'
  planted 'an attributed scoped import' 'printf "\n@testable public import struct RuntimeAPI.X\n" >Sources/CNI/Planted.swift' \
    '^Sources/CNI/Planted.swift:2: CNI must not import RuntimeAPI'
  planted 'a dependency in the manifest' \
    'printf "package.targets.first { \$0.name == \"CNI\" }?.dependencies.append(\"Netlink\")\n" >>Package.swift' \
    '^Package.swift:[0-9]+: target CNI must not depend on target Netlink'
  planted 'a forced try' 'printf "let planted = try! planted()\n" >Sources/CNI/Planted.swift' \
    '^Sources/CNI/Planted.swift:1: try! has no place'
  planted 'a fatalError' 'printf "func planted() { fatalError(\"planted\") }\n" >Sources/CNI/Planted.swift' \
    '^Sources/CNI/Planted.swift:1: fatalError\( has no place'
  planted 'wrong formatting' 'printf "func   planted( ) { }\n" >Sources/CNI/Planted.swift' \
    '^Sources/CNI/Planted.swift:1:'
  return "$failed"
}

script=$(realpath "$0")
if [ "${1:-}" = --self-test ]; then
  cd "${2:-$(dirname "$script")/..}"
  self_test
  exit
fi
cd "${1:-$(dirname "$script")/..}"
check_imports
check_manifest
check_words
check_format
if [ "$violations" -gt 0 ]; then
  echo "check-arrows: $violations violation(s)"
  exit 1
fi
echo "check-arrows: the sources keep to the design"
