# shellcheck shell=bash
# What the habits share: they run from the root of the tree, say each step and how long it took,
# and when one fails, which, with the end of what it printed.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "$0: $*"; exit 1; }

# step WHAT COMMAND…: runs it quietly, with its last line and the time shown while it runs.
step() {
  local what=$1 log watcher status=0 start=$SECONDS
  shift
  log=$(mktemp)
  say "-- $what"
  show_progress "$log" $$ &
  watcher=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  [ ! -t 2 ] || printf '\r\033[K' >&2
  if [ "$status" -ne 0 ]; then
    tail -n 100 "$log" >&2
    rm -f "$log"
    say "$0: failed: $what (status $status after $((SECONDS - start)) s, the end of its output is above)"
    return "$status"
  fi
  rm -f "$log"
  say "   done in $((SECONDS - start)) s"
}

# On a terminal one line that is written anew each second, elsewhere a line every half minute.
show_progress() {
  local log=$1 shell=$2 start=$SECONDS
  while kill -0 "$shell" 2>/dev/null && sleep 1; do
    local line elapsed=$((SECONDS - start))
    line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\000-\037' | cut -c 1-70)
    if [ -t 2 ]; then
      printf '\r\033[K   %d s  %s' "$elapsed" "$line" >&2
    elif [ $((elapsed % 30)) -eq 0 ]; then
      say "   $elapsed s  $line"
    fi
  done
}

# new_enough node|python: what is in PATH serves as well as Debian's, if it is not too old.
new_enough() {
  case $1 in
    node) node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' ;;
    python) python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' ;;
  esac >/dev/null 2>&1
}

# sources PATTERN…: our own files of these names.
sources() {
  local pattern folder folders=() names=()
  for folder in vm grammar compiler proxy cli bench cmake tests; do
    [ ! -d "$folder" ] || folders+=("$folder")
  done
  for pattern in "$@"; do names+=(-o -name "$pattern"); done
  find "${folders[@]}" \( -name node_modules -o -name .venv \) -prune -o \
    -type f \( "${names[@]:1}" \) -print | sort
}
