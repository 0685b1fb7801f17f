#!/usr/bin/env bash
# Makes the virtual environment with the locked dependencies, on a machine that has nothing but Python 3.11+.
# Usage: bootstrap.sh VENV. Safe to repeat: what is there is kept.
set -euo pipefail

venv=$1
cd "$(dirname "$0")/../.."

find_python() {
  local name
  for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "Python 3.11 or later is needed: apt-get install python3.11 (or PYTHON=/path/to/python make setup)" >&2
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

make_venv() {
  "$1" -m venv "$venv" >/dev/null 2>&1 && "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

python=$(find_python)
if ! "$venv/bin/python" -c '' 2>/dev/null; then
  echo "setup: virtual environment in $venv ($python)"
  if ! make_venv "$python"; then
    # Debian and Ubuntu ship Python without venv: it is a package of its own.
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "setup: installing $package"
    rm -rf "$venv"
    if ! as_root sh -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $package" >&2; then
      echo "Python's venv module is missing and can't be installed from here: sudo apt-get install $package" >&2
      exit 1
    fi
    make_venv "$python" || { echo "$python can't make a virtual environment" >&2; exit 1; }
  fi
fi

pinned=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' deploy/local/uv.lock)
if [ "$("$venv/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" != "$pinned" ]; then
  echo "setup: uv $pinned"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/local/uv.lock
fi
echo "setup: locked dependencies"
# Compiled once, as pip does and uv does not: where nothing may write bytecode later, every start would compile everything again.
"$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes -r requirements-dev.lock
