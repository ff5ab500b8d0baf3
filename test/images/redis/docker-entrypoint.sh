#!/bin/sh
# Starts Redis the way the official image does.
set -e

# `docker run image --appendonly yes` and `docker run image /etc/redis.conf` both mean redis-server.
case "${1:-}" in
  -*|*.conf) set -- redis-server "$@" ;;
esac

if [ "${1:-}" = redis-server ]; then
  if [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    exec setpriv --reuid=redis --regid=redis --init-groups -- "$0" "$@"
  fi
  shift
  config=
  case "${1:-}" in
    *.conf) config="$1"; shift ;;
  esac
  # The official image is compiled without protected mode. What comes later on the command line wins,
  # so the caller can still switch it on; a configuration file that mentions it is left alone.
  if [ -z "$config" ] || ! grep -q '^ *protected-mode' "$config"; then
    set -- --protected-mode no "$@"
  fi
  set -- redis-server ${config:+"$config"} "$@"
fi

exec "$@"
