#!/usr/bin/env bash
# Starts PostgreSQL the way the official image does, so that tests meet the same behaviour:
# an empty data directory is initialised by a temporary server, which then stops and gives way to the real one.
set -Eeuo pipefail

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
  from_env_or_file POSTGRES_PASSWORD
  from_env_or_file POSTGRES_USER postgres
  from_env_or_file POSTGRES_DB "$POSTGRES_USER"
  : "${POSTGRES_INITDB_ARGS:=}"
  : "${POSTGRES_HOST_AUTH_METHOD:=}"
}

# As root: owns the directories and starts this script again as the user that the server insists on.
become_postgres() {
  mkdir -p "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA" || :
  find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
  find /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
  export HOME=/var/lib/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
}

refuse_without_password() {
  if [ -n "$POSTGRES_PASSWORD" ] || [ "$POSTGRES_HOST_AUTH_METHOD" = trust ]; then return; fi
  cat >&2 <<'MESSAGE'
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.
MESSAGE
  exit 1
}

initialise() {
  # POSTGRES_INITDB_ARGS holds several arguments, hence eval. The password goes through a pipe: argv is public.
  eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
}

run_sql() {
  PGHOST= PGHOSTADDR= psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "$@"
}

create_database() {
  if [ "$POSTGRES_DB" = postgres ]; then return; fi
  run_sql --dbname postgres --set db="$POSTGRES_DB" <<'SQL'
CREATE DATABASE :"db" ;
SQL
}

run_init_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case "$script" in
      *.sh)
        echo "$0: running $script"
        # A script without the executable bit is sourced, as in the official image.
        if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
      *.sql) echo "$0: running $script"; run_sql --dbname "$POSTGRES_DB" -f "$script" ;;
      *.sql.gz) echo "$0: running $script"; gunzip -c "$script" | run_sql --dbname "$POSTGRES_DB" ;;
      */\*) ;; # The folder is empty.
      *) echo "$0: ignoring $script" ;;
    esac
  done
}

# Reachable through the Unix socket only, so nobody outside takes the half-made database for the real one.
with_temporary_server() {
  if [ "${1:-}" = postgres ]; then shift; fi
  PGUSER="$POSTGRES_USER" pg_ctl -D "$PGDATA" -w start -o "$(printf '%q ' "$@" -c listen_addresses='' -p 5432)"
  create_database
  run_init_scripts
  PGUSER="$POSTGRES_USER" pg_ctl -D "$PGDATA" -m fast -w stop
}

prepare() {
  read_settings
  if [ -s "$PGDATA/PG_VERSION" ]; then
    printf '\n%s\n\n' 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
    return
  fi
  refuse_without_password
  initialise
  with_temporary_server "$@"
  printf '\n%s\n\n' 'PostgreSQL init process complete; ready for start up.'
}

# `postgres --version` and the like need neither a password nor a database.
only_asks() {
  local argument
  for argument in "$@"; do
    case "$argument" in -'?' | --help | --describe-config | -V | --version) return 0 ;; esac
  done
  return 1
}

main() {
  if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
  if [ "${1:-}" = postgres ] && ! only_asks "$@"; then
    if [ "$(id -u)" = 0 ]; then become_postgres "$@"; fi
    prepare "$@"
  fi
  exec "$@"
}

main "$@"
