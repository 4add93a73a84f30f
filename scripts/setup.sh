#!/usr/bin/env bash
# Sets up the Python environment and the web app's packages, exactly as the lock files say.
# Does nothing where the environment already matches them.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

venv=.venv
stamp=$venv/.stamp

require python3 "install Python 3.11 or newer (Debian: apt install python3)"
require node "install Node.js 20 or newer"
require npm "install npm, which comes with Node.js"
python3 - <<'PY' || fail "Python $(python3 --version | cut -d' ' -f2) is too old: 3.11 or newer is needed"
import sys
sys.exit(sys.version_info < (3, 11))
PY
[ "$(node --version | sed 's/^v\([0-9]*\).*/\1/')" -ge 20 ] || fail "Node.js $(node --version) is too old: 20 or newer is needed"

# The web app's packages are fetched beside Python's: neither needs the other.
web_app_packages() {
    local wanted stamp=frontend/node_modules/.stamp
    wanted=$(cat frontend/package-lock.json frontend/package.json | sha256sum)
    [ "$(cat $stamp 2>/dev/null)" != "$wanted" ] || return 0
    say "Installing the web app's locked packages"
    npm --prefix frontend ci --no-audit --no-fund
    echo "$wanted" >$stamp
    say "The web app's packages are installed ($SECONDS s)"
}
web_app_packages &
web_app=$!

wanted=$(cat requirements/*.lock services/*/pyproject.toml scripts/setup.sh | sha256sum)
if [ "$(cat $stamp 2>/dev/null)" != "$wanted" ]; then
    if [ ! -x $venv/bin/python ]; then
        say "Making the Python environment in $venv"
        python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
        python3 -m venv $venv
    fi
    say "Installing the locked Python packages (about 200 MB on a first run)"
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
    $venv/bin/uv pip sync --python $venv/bin/python --require-hashes requirements/workspace.lock requirements/bootstrap.lock
    say "Installing Beamlore's own packages"
    packages=()
    for package in services/*/; do packages+=(-e "${package%/}"); done
    $venv/bin/uv pip install --quiet --python $venv/bin/python --no-deps --no-build-isolation "${packages[@]}"
    echo "$wanted" >$stamp
    say "The Python packages are installed ($SECONDS s)"
fi

wait $web_app || fail "The web app's packages could not be installed: see npm's message above"
