# Makes or updates `.venv` from `uv.lock`; read by the `slipway` script, with `checkout` set to the project's folder.
# shellcheck shell=sh

SLIPWAY_HOME=${SLIPWAY_HOME:-$HOME/.cache/slipway}
export SLIPWAY_HOME
: "${checkout:?is set by the slipway script}"
minimum=3.11

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "slipway: $1"
    say "  mend: $2"
    exit 1
}

# Whether this is root on a machine with Debian's packages.
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

apt_install() {
    say "· installing Debian's $*"
    mkdir -p "$SLIPWAY_HOME/logs"
    log=$SLIPWAY_HOME/logs/apt-bootstrap.log
    export DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --no-install-recommends "$@" >"$log" 2>&1 ||
        { apt-get update >"$log" 2>&1 && apt-get install --yes --no-install-recommends "$@" >>"$log" 2>&1; } ||
        fail "apt-get could not install $*" "see $log"
}

new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c "import sys; sys.exit(sys.version_info < tuple(map(int, '$minimum'.split('.'))))" 2>/dev/null
}

find_python() {
    for python in python3 python3.11 python3.12 python3.13 python3.14 python; do
        if new_enough "$python"; then
            python=$(command -v "$python")
            return
        fi
    done
    if ! command -v python3 >/dev/null 2>&1 && may_install; then
        apt_install python3 python3-venv
        if new_enough python3; then
            python=$(command -v python3)
            return
        fi
    fi
    fail "no Python $minimum or newer is on PATH (python3 is $(python3 --version 2>&1 || echo missing))" \
        "install one: https://www.python.org/downloads, or your system's package python3"
}

find_uv() {
    uv=$SLIPWAY_HOME/uv/bin/uv
    [ -x "$uv" ] && return
    if command -v uv >/dev/null 2>&1; then
        uv=$(command -v uv)
        return
    fi
    wheel=$(sed -n 's/^wheel = "\(uv==[^"]*\)".*/\1/p' "$checkout/toolchain/pins.toml")
    say "· installing $wheel into $SLIPWAY_HOME/uv"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        may_install || fail "$python has no venv module, and there is no uv on PATH" \
            "install uv (https://docs.astral.sh/uv) or your system's package python3-venv"
        apt_install "python3-venv"
    fi
    mkdir -p "$SLIPWAY_HOME/logs"
    log=$SLIPWAY_HOME/logs/uv.log
    { "$python" -m venv --clear "$SLIPWAY_HOME/uv" && "$SLIPWAY_HOME/uv/bin/python" -m pip install "$wheel"; } \
        >"$log" 2>&1 || fail "$wheel could not be installed from PyPI" "check the network and the disk; see $log"
    uv=$SLIPWAY_HOME/uv/bin/uv
}

# What the environment is made from; the path is in it, because a virtual environment cannot be moved.
wanted="$checkout $(cksum <"$checkout/uv.lock") $(cksum <"$checkout/pyproject.toml")"
stamp=$checkout/.venv/slipway-bootstrap
present=
[ -r "$stamp" ] && IFS= read -r present <"$stamp"

if [ "$present" != "$wanted" ] || [ ! -x "$checkout/.venv/bin/slipway" ]; then
    find_python
    find_uv
    say "· bringing .venv up to date with uv.lock"
    # Compiled now, once: every run of the engine starts several Python programs, also where the environment forbids
    # writing bytecode beside the sources. A virtual environment that happens to be active is not the one that is meant.
    unset VIRTUAL_ENV
    UV_CACHE_DIR=$SLIPWAY_HOME/uv-cache UV_PYTHON=${UV_PYTHON:-$python} UV_PYTHON_DOWNLOADS=never \
        "$uv" sync --quiet --frozen --compile-bytecode --project "$checkout" ||
        fail "the virtual environment could not be made" "check that PyPI is within reach and that the disk has 1 GB free"
    printf '%s\n' "$wanted" >"$stamp"
fi
