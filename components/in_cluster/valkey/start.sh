#!/bin/sh
# Starts Valkey as primary or as replica of whoever is primary.
#
# Environment: HOST       this pod's own name, as its certificate carries it
#              FIRST      the pod that is primary as long as nobody knows better
#              SENTINELS  names of all pods, where Sentinels watch; empty: there is one pod
#              SERVICE    the name under which Sentinels watch
#              PASSWORD   of the users `replica` and `sentinel`
set -eu

# shellcheck source=components/in_cluster/valkey/primary.sh
. /etc/lock-store/primary.sh

# The Sentinels know it best; else Valkey's own file, in which they have each change written (CONFIG REWRITE).
state=/data/valkey.conf
remembered=$FIRST
if [ -f "$state" ]; then
    remembered=$(sed -n 's/^replicaof "\{0,1\}\([^" ]*\).*/\1/p' "$state")
    remembered=${remembered:-$HOST}
fi
find_primary "$remembered"

# Written anew at each start, for CONFIG REWRITE copies into it whatever was in force before.
umask 077
cat /etc/lock-store/valkey.conf >"$state.new"
cat >>"$state.new" <<END
masteruser replica
masterauth $PASSWORD
replica-announce-ip $HOST
END
[ "$primary" = "$HOST" ] || echo "replicaof $primary 6379" >>"$state.new"
mv "$state.new" "$state"
echo "primary: $primary"
exec valkey-server "$state"
