# Shared by the scripts; sourced, not run. Sets ROOT, the project's folder, and stands in it.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"

say() { printf '==> %s\n' "$*" >&2; }

# die CAUSE REMEDY
die() {
  printf '%s: %s\n  what to do: %s\n' "$(basename "$0")" "$1" "$2" >&2
  exit 1
}

# Prints the comment at the head of the calling script: its help text.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" | sed '/^set \|^source /d'; }

# Compilers and tests at once: one for each processor, at most what the memory carries (1.5 GiB each).
jobs_at_once() {
  local processors memory
  processors=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  echo $((processors < memory ? processors : memory))
}

# configure PRESET
configure() {
  say "configuring build/$1"
  mkdir -p build
  if ! cmake --preset "$1" >"build/configure-$1.log" 2>&1; then
    cat "build/configure-$1.log" >&2
    die "CMake could not configure the preset $1" "run ./scripts/setup; if it stays so, remove build/$1 and try again"
  fi
}

# build PRESET TARGET...
build() {
  local preset=$1
  shift
  say "building $preset: $* (the first time takes minutes)"
  cmake --build --preset "$preset" -j "$(jobs_at_once)" --target "$@" >&2 ||
    die "the build of preset $preset failed (see above)" "mend the error, or remove build/$preset if it is stale"
}
