#!/bin/sh
# Installs what the uv.lock of this folder names into /venv: compiled, since the running container can't write, and
# without what only a developer reads. Options are those of `uv sync`.
set -eu

# The optional secret holds the certificates of a proxy that inspects TLS, beside the usual ones.
if [ -f /run/secrets/ca-bundle ]; then
  export SSL_CERT_FILE=/run/secrets/ca-bundle
fi
export UV_CACHE_DIR=/cache/uv UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/venv UV_PYTHON=python3 UV_PYTHON_DOWNLOADS=never

/uv/bin/uv sync --frozen --no-default-groups --no-install-project "$@"
find /venv/bin -type f -delete
# Not whole folders of tests: libraries have helpers of others there.
find /venv/lib -path '*/tests/test_*.py' -delete
rm -f /venv/.lock /venv/.gitignore /venv/CACHEDIR.TAG
settle /venv
