# To be sourced, with $folder set: `pg PROGRAM ARGS…` runs one of PostgreSQL's programs in that folder, `port` tells
# a free port of 127.0.0.1. PostgreSQL refuses to run as root: then an existing user without rights runs it, who owns
# the folder.
pg_bin=$("$(dirname "${BASH_SOURCE[0]}")/postgres-bin.sh")
as_user=()
if [ "$(id -u)" = 0 ]; then
  user=$({ getent passwd postgres || getent passwd nobody; } | cut -d: -f1)
  chown "$user" "$folder"
  as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups env "HOME=$folder")
fi
pg() { (cd "$folder" && "${as_user[@]}" "$pg_bin/$@"); }
port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
