# Whether process $1 still runs. A process that has ended but that nobody has waited for has no executable any more,
# though `kill -0` still finds it.
is_alive() { readlink "/proc/$1/exe" >/dev/null 2>&1; }
