# shellcheck shell=bash
# Sourced by the scripts of this folder: where the repository lies, the packages that a build needs, and the build.
# Everything here is quick when there is nothing to do.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

packages=(
  g++ cmake ninja-build
  libdnnl-dev libprotobuf-dev protobuf-compiler libjpeg-dev libpng-dev
  libcli11-dev libfmt-dev libssl-dev nlohmann-json3-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  python3 python3-venv
)

say() {
  printf '==> %s\n' "$*"
}

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The packages among "$@" that dpkg does not have installed, on one line.
missing_packages() {
  local installed package
  local -a missing=()
  # dpkg-query fails where it does not know a package; that one is then missing.
  installed=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $installed == *" installed=$package "* ]] || missing+=("$package")
  done
  printf '%s\n' "${missing[*]}"
}

# Installs what is missing: as root, or through sudo where that asks for no password.
install_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "This is not a Debian system: install what these Debian packages hold, if it is not there yet:"
    printf '    %s\n' "${packages[*]}"
    return
  fi
  local list
  list=$(missing_packages "${packages[@]}")
  [[ -n $list ]] || return 0

  local -a missing as_root=()
  read -ra missing <<<"$list"
  if [[ $EUID -ne 0 ]]; then
    if ! sudo -n true 2>/dev/null; then
      printf '%s: packages are missing, and there is no way to become root without a password. Run:\n' "${0##*/}" >&2
      printf '    sudo apt-get update && sudo apt-get install --no-install-recommends -y %s\n' "$list" >&2
      exit 1
    fi
    as_root=(sudo -n)
  fi
  local -a apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -qq)
  say "Installing $list"
  "${apt[@]}" update || fail "apt-get update failed; is the package mirror reachable?"
  "${apt[@]}" install --no-install-recommends -y "${missing[@]}" || fail "apt-get could not install: $list"
}

# Configures the preset `release` and builds one target. demo.sh and test.sh share build/release, so that neither
# builds what the other has built.
build_release() {
  cd "$root" || exit
  say "Configuring build/release"
  cmake --preset release >/dev/null  # errors and warnings go to stderr
  say "Building $1 with $(nproc) jobs"
  cmake --build --preset release --parallel "$(nproc)" --target "$1"
}
