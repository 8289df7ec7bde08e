# Free ports on loopback. A port can be taken between the look and the use, so callers retry.

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a free port between 20000 and 31999: below the range from which Linux takes the ports of outgoing
# connections (32768 and up), so that no client holds it by accident.
random_free_port() {
    local port attempt
    for attempt in $(seq 50); do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        if port_is_free "$port"; then
            echo "$port"
            return 0
        fi
    done
    return 1
}

# Prints $1 when it is free, else a random free port.
preferred_port() {
    if port_is_free "$1"; then echo "$1"; else random_free_port; fi
}
