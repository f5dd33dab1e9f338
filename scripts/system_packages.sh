#!/bin/sh
# What the tests need beside Python: Chromium, a Chinese font, PostgreSQL, and one library that a bare Debian lacks. Installed where root may; otherwise
# named, and the tests that need them skip with the reason (in CI they fail).
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
[ -n "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ] || missing="$missing fonts-noto-cjk"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
/sbin/ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1" # for the browser tests' driver
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "not installed and not root:$missing; the tests that need them will skip" >&2
fi
