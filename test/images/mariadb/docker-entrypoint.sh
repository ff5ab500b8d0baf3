#!/usr/bin/env bash
# Starts MariaDB the way the official image does: an empty data directory is initialised by a temporary server, which nobody
# can reach from outside, and which then gives way to the real one.
set -Eeuo pipefail

readonly DATADIR=/var/lib/mysql

# NAME from NAME or from the file that NAME_FILE names, else the default.
from_env_or_file() {
  local name="$1" file_name="$1_FILE" default="${2:-}"
  if [ -n "${!name:-}" ] && [ -n "${!file_name:-}" ]; then
    echo >&2 "error: both $name and $file_name are set (but are exclusive)"
    exit 1
  fi
  local value="${!name:-$default}"
  if [ -n "${!file_name:-}" ]; then value="$(< "${!file_name}")"; fi
  export "$name"="$value"
  unset "$file_name"
}

read_settings() {
  from_env_or_file MARIADB_ROOT_PASSWORD
  from_env_or_file MARIADB_ROOT_HOST '%'
  from_env_or_file MARIADB_DATABASE
  : "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:=}"
}

# As root: owns the directories and starts this script again as the user of the server.
become_mysql() {
  find "$DATADIR" /run/mysqld \! -user mysql -exec chown mysql '{}' +
  exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
}

refuse_without_password() {
  if [ -n "$MARIADB_ROOT_PASSWORD" ] || [ -n "$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD" ]; then return; fi
  cat >&2 <<'MESSAGE'
[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified
	You need to specify one of MARIADB_ROOT_PASSWORD and MARIADB_ALLOW_EMPTY_ROOT_PASSWORD
MESSAGE
  exit 1
}

# A text as SQL has it.
quoted() {
  local text="${1//\\/\\\\}"
  printf "'%s'" "${text//\'/\'\'}"
}

setup_sql() {
  local password host
  password="$(quoted "$MARIADB_ROOT_PASSWORD")"
  host="$(quoted "$MARIADB_ROOT_HOST")"
  echo "ALTER USER root@localhost IDENTIFIED BY $password;"
  if [ "$MARIADB_ROOT_HOST" != localhost ]; then
    echo "CREATE USER root@$host IDENTIFIED BY $password;"
    echo "GRANT ALL ON *.* TO root@$host WITH GRANT OPTION;"
  fi
  if [ -n "$MARIADB_DATABASE" ]; then echo "CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`;"; fi
}

# Whoever starts it is killed with it; and a server that is not there yet is asked again, as nothing says when it is.
with_temporary_server() {
  local server
  "$@" --skip-networking &
  server=$!
  until mariadb-admin --silent ping > /dev/null 2>&1; do
    kill -0 "$server" || exit 1
    sleep 0.05
  done
  setup_sql | mariadb --user=root
  kill "$server"
  wait "$server"
}

prepare() {
  read_settings
  if [ -d "$DATADIR/mysql" ]; then return; fi
  refuse_without_password
  mariadb-install-db --datadir="$DATADIR" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve > /dev/null
  with_temporary_server "$@"
  echo '[Note] [Entrypoint]: MariaDB init process done. Ready for start up.'
}

main() {
  if [ "${1:0:1}" = - ]; then set -- mariadbd "$@"; fi
  if [ "${1:-}" = mariadbd ]; then
    if [ "$(id -u)" = 0 ]; then become_mysql "$@"; fi
    prepare "$@"
  fi
  exec "$@"
}

main "$@"
