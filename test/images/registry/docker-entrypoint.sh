#!/bin/sh
# ACCOUNTS has the lines of an htpasswd file (bcrypt). Without it anybody may pull and push.
set -eu

if [ -n "${ACCOUNTS:-}" ]; then
  printf '%s\n' "$ACCOUNTS" > /etc/docker/registry/accounts
  export REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_REALM=registry
  export REGISTRY_AUTH_HTPASSWD_PATH=/etc/docker/registry/accounts
fi

exec docker-registry serve /etc/docker/registry/config.yml
