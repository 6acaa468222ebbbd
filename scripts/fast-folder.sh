# To be sourced: $fast_folder, where short-lived files go: in memory where there is room for the tests' databases,
# which are thousands of small files, else where temporary files go.
fast_folder=${TMPDIR:-/tmp}
if [ -z "${TMPDIR:-}" ] && [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -gt $((6 << 20)) ] 2>/dev/null; then
  fast_folder=/dev/shm
fi
