# The gateway on a database of its own between two nginx, for Scripts/bench-gateway*. Sourced; everything it starts ends
# with the script.
#
# ASTERISM_BIN: folder of the executables. ASTERISM_TEST_DATABASE_URL: a server to use instead of a stack of its own.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
binaries=${ASTERISM_BIN:-$root/.build/release}
work=$(mktemp -d)
upstream=18901 proxy=18902 gateway=18903 litellm=18904 streaming=18905 bare=18906
children=()
database=bench_gateway_$$
own_stack=

finish() {
    local child
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    "$psql" -qX "$ASTERISM_TEST_DATABASE_URL" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" >/dev/null 2>&1 || true
    [ -z "$own_stack" ] || "$root/Scripts/stack" down bench-gateway >/dev/null || true
    rm -rf "$work"
}

need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || { echo "needs $program" >&2; exit 1; }
    done
    [ -x "$binaries/gateway" ] || { echo "no $binaries/gateway: make bench builds it" >&2; exit 1; }
}

# An answer of about 1 KB from memory, and what usage-billing and audit-service say when all is well.
start_upstream() {
    local answer prices lease receipt
    answer='{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"fake-chat","choices":[{"index":0,"message":{"role":"assistant","content":"'$(printf 'word %.0s' {1..120})'"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":180,"completion_tokens":120,"total_tokens":300,"prompt_tokens_details":{"cached_tokens":0}}}'
    prices='{"version":1,"prices":[{"model":"fake-chat","prompt_pico_usd":150000,"completion_pico_usd":600000,"cached_pico_usd":75000}],"fallback":{"model":"*","prompt_pico_usd":1,"completion_pico_usd":1,"cached_pico_usd":1}}'
    lease='{"lease":"01890000-0000-7000-8000-000000000001","granted_pico_usd":9000000000000000000,"expires_at":"2099-01-01T00:00:00.000Z"}'
    receipt='{"accepted":1000,"duplicates":0,"rejected":[]}'
    cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx.pid; error_log $work/nginx.log crit;
events { worker_connections 8192; }
http {
    access_log off; client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/f;
    uwsgi_temp_path $work/u; scgi_temp_path $work/s; keepalive_requests 100000000; client_body_buffer_size 1m;
    client_max_body_size 64m; default_type application/json;
    upstream static { server 127.0.0.1:$upstream; keepalive 64; keepalive_requests 100000000; }
    server {
        listen 127.0.0.1:$upstream;
        location = /v1/chat/completions { return 200 '$answer'; }
        location = /v1/models { return 200 '{"object":"list","data":[]}'; }
        location = /internal/v1/prices { return 200 '$prices'; }
        location = /internal/v1/leases { return 200 '$lease'; }
        location /internal/v1/leases/ { return 204; }
        location / { return 200 '$receipt'; }
    }
    server {
        listen 127.0.0.1:$proxy;
        location / { proxy_pass http://static; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }
}
CONF
    nginx -p "$work" -c "$work/nginx.conf" & children+=($!)
}

start_database() {
    if [ -z "${ASTERISM_TEST_DATABASE_URL:-}" ]; then
        "$root/Scripts/stack" up bench-gateway >/dev/null
        own_stack=1
        eval "$("$root/Scripts/stack" env bench-gateway)"
    fi
    server=${ASTERISM_TEST_DATABASE_URL%/*}
    psql=$(command -v psql || echo "$root/.local/postgres/bin/psql")
    "$psql" -qX "$ASTERISM_TEST_DATABASE_URL" -c "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8'"
    "$psql" -qX "$server/$database" -f "$root/Deploy/provision.sql"
}

# Sets gateway_pid, tenant and key. $1: port of the provider.
start_gateway() {
    local address=${server#*@} seed
    address=${address#postgres://}
    seed=$(openssl rand -base64 32)
    operator=$(openssl rand -hex 24)
    export HTTP_PORT=$gateway DATABASE_URL="postgres://gateway@$address/$database" JOURNAL_PATH="$work/journal"
    export MIGRATION_DATABASE_URL="postgres://gateway_migrator@$address/$database" TRUST_KEY=$seed ADMIN_KEY=$operator
    export TRUST_PEERS= API_KEY_PEPPER=$seed ENVELOPE_KEYS="bench:$seed" EGRESS_ALLOW=loopback
    export ACCESS_LOG=${ACCESS_LOG:-off} LOG_LEVEL=${LOG_LEVEL:-warning}
    export SERVICES_USAGE_BILLING_URL=http://127.0.0.1:$upstream SERVICES_AUDIT_SERVICE_URL=http://127.0.0.1:$upstream
    "$binaries/gateway" migrate up >"$work/migrate.log" 2>&1 || { cat "$work/migrate.log" >&2; exit 1; }
    "$binaries/gateway" serve >"$work/gateway.log" 2>&1 & gateway_pid=$!
    children+=("$gateway_pid")
    for _ in $(seq 100); do curl -sf "127.0.0.1:$gateway/readyz" >/dev/null && break; sleep 0.1; done
    tenant=$(operate POST /tenants '{"name":"bench","requests_per_minute":100000000}' | jq -r .id)
    key=$(operate POST "/tenants/$tenant/api-keys" '{"name":"bench","roles":["member"]}' | jq -r .key)
    operate POST "/tenants/$tenant/providers" "{\"name\":\"static\",\"kind\":\"openai-compatible\",\"base_url\":\"http://127.0.0.1:$1/v1\",\"api_key\":\"sk-x\",\"models\":[\"fake-chat\"]}" >/dev/null
}

operate() { # method path body
    curl -sf -X "$1" "127.0.0.1:$gateway/admin/v1$2" -H "Authorization: Bearer $operator" -H 'Content-Type: application/json' -d "$3"
}

# A chat request for wrk whose text has about $1 bytes; $2: the file.
write_request() {
    local sentence='The printer on the third floor answers to nobody. ' content
    content=$(printf "%*s" $(($1 / ${#sentence})) '' | sed "s/ /$sentence/g")
    cat >"$2" <<LUA
wrk.method = "POST"
wrk.body = '{"model":"fake-chat","messages":[{"role":"user","content":"$content"}],"max_tokens":200}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $key"
LUA
}

measure() { # name port seconds connections request: prints name, requests/s, p50, p99
    wrk -t1 -c"$4" -d"$3s" --latency -s "$5" "http://127.0.0.1:$2/v1/chat/completions" >"$work/wrk.out"
    if grep -q 'Non-2xx' "$work/wrk.out"; then echo "$1: $(grep Non-2xx "$work/wrk.out")" >&2; fi
    awk -v name="$1" '/Requests\/sec/ {rate=$2} $1=="50%" {p50=$2} $1=="99%" {p99=$2} END {print name, rate, p50, p99}' "$work/wrk.out"
}

# Clock ticks of CPU that process $1 has used, hundredths of a second.
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }

resident_megabytes() { awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$gateway_pid/status"; }

# The median of column $2 of the lines of file $3 that begin with the name $1.
median() { awk -v name="$1" -v column="$2" '$1 == name {print $column}' "$3" | sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }

ratio() { echo "$1 / $2" | bc -l; }
