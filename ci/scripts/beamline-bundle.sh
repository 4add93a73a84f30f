#!/usr/bin/env bash
# Makes what an instrument's host needs into one file: our wheels, the lock file, and the wheels of all dependencies.
#   ci/scripts/beamline-bundle.sh DIRECTORY [--without-wheelhouse]
# Prints the file's name.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$1
python=.venv/bin/python
version=$(sed -n 's/^version = "\(.*\)"/\1/p' services/beamline/pyproject.toml)
name=beamline-$version-$(git log -1 --format=%cd --date=format:%Y%m%d)-$(git rev-parse --short HEAD)
bundle=$(mktemp -d)
chmod 755 "$bundle"
trap 'rm -rf "$bundle"' EXIT

for package in contract cli beamline; do
    (cd "services/$package" && ../../$python -m hatchling build --target wheel --directory "$bundle/wheels" >&2)
done
cp requirements/images/beamline.lock "$bundle/requirements.lock"
if [ "${2:-}" != --without-wheelhouse ]; then
    $python -m pip download --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
        --requirement "$bundle/requirements.lock" --dest "$bundle/wheelhouse" >&2
fi
mkdir -p "$target"
tar --create --gzip --sort name --owner 0 --group 0 --file "$target/$name.tar.gz" --directory "$bundle" .
echo "$target/$name.tar.gz"
