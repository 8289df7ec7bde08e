# PostgreSQL refuses to run as root, and Redis should not: as root, servers run as `postgres` or `nobody`.

server_user() {
    if [ "$(id -u)" != 0 ]; then
        id -un
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        echo nobody
    fi
}

# Runs a command as the server user, with a home it can read.
as_server_user() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    else
        local user
        user=$(server_user)
        HOME=/ setpriv --reuid="$(id -u "$user")" --regid="$(id -g "$user")" --clear-groups -- "$@"
    fi
}

# Prints the folder for the data of stack $2 of the checkout $1. It is inside the checkout when the server user can
# reach that; a checkout below a private folder such as /root keeps its data below /var/tmp instead.
server_data_directory() {
    local root=$1 name=$2
    mkdir -p "$root/.local/$name"
    if as_server_user test -x "$root/.local/$name" 2>/dev/null; then
        echo "$root/.local/$name/data"
    else
        echo "/var/tmp/asterism-$(printf %s "$root" | sha256sum | cut -c1-12)-$name"
    fi
}
