# Shared by the scripts here: what they say, and how they end.

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

fail() {
    printf '\033[31merror:\033[0m %s\n' "$*" >&2
    exit 1
}

# require TOOL HINT: ends with one sentence where the tool is missing.
require() { command -v "$1" >/dev/null || fail "'$1' is missing: $2"; }

# apt_install PACKAGE…: installs missing Debian packages where it may, else says which to install.
# System services that a package brings are not started.
apt_install() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "missing packages: run 'sudo apt-get install $*', then this command again"
        as_root=(sudo -n)
    fi
    say "Installing Debian packages: $*"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
        fail "apt-get could not install $*: its own message stands above"
}
