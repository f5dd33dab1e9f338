#!/bin/sh
# Make .venv; on a bare Debian the venv module is a package of its own, which root may install.
set -eu
python=$1
if "$python" -m venv .venv; then exit 0; fi
rm -rf .venv
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends python3-venv
    "$python" -m venv .venv
else
    echo "Python's venv module is missing: install it (Debian: python3-venv) and try again." >&2
    exit 1
fi
