#!/bin/bash
# Runs provision.sql ($1) and gives each role that logs in the password of the environment. psql takes the connection
# from PGHOST, PGUSER, PGDATABASE and PGPASSWORD.
set -euo pipefail
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --file "$1"
for role in gateway rag agents prompts billing audit; do
    for login in "$role" "${role}_migrator"; do
        variable=PASSWORD_${login^^}
        # Passwords made by Scripts/secrets are hexadecimal; any other quote is doubled.
        printf "ALTER ROLE %s PASSWORD '%s';\n" "$login" "${!variable//\'/\'\'}"
    done
done | psql --quiet --no-psqlrc --set ON_ERROR_STOP=1
