# Shared by the daily commands: find a Python, make the virtual environment, install what the lock file names.
# Repeatable; the second time it only compares a checksum.

cd "$(dirname "$0")/.." || exit 1
export PYTHONDONTWRITEBYTECODE=1

say() { printf '%s\n' "$*" >&2; }

find_python() {
  for name in "${PYTHON:-}" python3.14 python3.13 python3.12 python3.11 python3 python; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$name"
      return 0
    fi
  done
  say "要 Python 3.11 或更新的版本，这台机器上没有找到。装好以后再运行一次（Debian/Ubuntu：apt install python3 python3-venv）。"
  return 1
}

# ensure_venv LOCKFILE: .venv holds exactly what the lock file names
ensure_venv() {
  lock=$1
  stamp=.venv/installed-$(basename "$lock" .lock)
  sum=$(cksum < "$lock")
  if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] \
    && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    return 0
  fi
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python) || return 1
    say "第一次准备环境（.venv），要几分钟……"
    "$python" -m venv --clear .venv || {
      say "建不起虚拟环境。Debian/Ubuntu 请先装：apt install python3-venv"
      return 1
    }
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$lock" || {
    say "依赖没装上。看看网络通不通，再运行一次。"
    return 1
  }
  printf '%s' "$sum" > "$stamp"
}
