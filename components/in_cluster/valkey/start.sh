#!/bin/sh
# Starts Valkey as primary, or as replica of the pod that is primary.
#
# Environment: HOST       this pod's own name, as its certificate carries it
#              FIRST      the pod that is primary at the first start of all
#              SENTINELS  names of all pods, where Sentinels watch; empty: there is one pod
#              SERVICE    the name under which Sentinels watch
#              PASSWORD   of the users `replica` and `sentinel`
set -eu

# shellcheck source=components/in_cluster/valkey/primary.sh
. /etc/lock-store/primary.sh

# The Sentinels name the primary; without an answer it is the one in Valkey's own file, into which they write each
# change (CONFIG REWRITE).
state=/data/valkey.conf
remembered=$FIRST
if [ -f "$state" ]; then
    remembered=$(sed -n 's/^replicaof "\{0,1\}\([^" ]*\).*/\1/p' "$state")
    remembered=${remembered:-$HOST}
fi
find_primary "$remembered"

# Written anew at each start: CONFIG REWRITE has copied the settings of the last start into it.
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
