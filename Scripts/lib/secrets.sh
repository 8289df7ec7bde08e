# Keys and passwords of a local instance, made once and kept in one file that only its owner can read.

# Prints "<seed> <public key>" of a new Ed25519 pair, both 32 bytes in base64. They are the tail of the DER forms
# (RFC 8410).
ed25519_pair() {
    local der seed public
    der=$(mktemp)
    openssl genpkey -algorithm ed25519 -outform DER -out "$der"
    seed=$(tail -c 32 "$der" | base64 -w0)
    public=$(openssl pkey -inform DER -in "$der" -pubout -outform DER | tail -c 32 | base64 -w0)
    rm -f "$der"
    printf '%s %s\n' "$seed" "$public"
}

# Writes the secrets of a new instance to $1 as shell assignments; the other arguments are the services.
create_secrets() {
    local file=$1 service variable seed public
    shift
    (
        umask 077
        {
            printf 'ADMIN_KEY=ast_admin_%s\n' "$(openssl rand -hex 24)"
            printf 'API_KEY_PEPPER=%s\n' "$(openssl rand -base64 32)"
            printf 'ENVELOPE_KEYS=k1:%s\n' "$(openssl rand -base64 32)"
            read -r seed public < <(ed25519_pair)
            printf 'AUDIT_SIGNING_KEY=%s\n' "$seed"
            for service in "$@"; do
                variable=${service//-/_}
                read -r seed public < <(ed25519_pair)
                printf 'trust_key_%s=%s\ntrust_public_%s=%s\n' "$variable" "$seed" "$variable" "$public"
                printf 'password_%s=%s\npassword_%s_migrator=%s\n' \
                    "$variable" "$(openssl rand -hex 24)" "$variable" "$(openssl rand -hex 24)"
            done
        } >"$file.new"
    )
    mv "$file.new" "$file"
}
