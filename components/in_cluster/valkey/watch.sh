#!/bin/sh
# Starts a Sentinel: three of them choose another primary when theirs does not answer. Environment: as start.sh.
#
# Rasa can ask Sentinels only without TLS and login (docs/rasa-pro.md, Redis Sentinel); so that port names the primary
# to every client, and does nothing else. A false answer gains nothing: the server that Rasa then dials must show a
# certificate. Sentinels talk to each other and to Valkey by TLS, each with a login.
set -eu

# shellcheck source=components/in_cluster/valkey/primary.sh
. /etc/lock-store/primary.sh

state=/data/sentinel.conf
remembered=$FIRST
# Kept from the last start: the votes that it gave, and the other Sentinels.
known=""
if [ -f "$state" ]; then
    known=$(grep -E '^sentinel (known-sentinel|current-epoch|config-epoch|leader-epoch) ' "$state" || true)
    remembered=$(sed -n "s/^sentinel monitor $SERVICE \([^ ]*\).*/\1/p" "$state")
fi
find_primary "${remembered:-$FIRST}"

umask 077
cat >"$state.new" <<END
port 26379
tls-port 26380
protected-mode no
tls-cert-file /etc/lock-store-tls/tls.crt
tls-key-file /etc/lock-store-tls/tls.key
tls-ca-cert-file /etc/lock-store-tls/ca.crt
tls-auth-clients no
tls-replication yes
aclfile /etc/lock-store-users/sentinel.acl
dir /data
sentinel myid $(printf '%s' "$HOST" | sha1sum | cut -c 1-40)
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $HOST
sentinel sentinel-user sentinel
sentinel sentinel-pass $PASSWORD
sentinel monitor $SERVICE $primary 6379 2
sentinel auth-user $SERVICE sentinel
sentinel auth-pass $SERVICE $PASSWORD
sentinel down-after-milliseconds $SERVICE 5000
sentinel failover-timeout $SERVICE 30000
$known
END
mv "$state.new" "$state"
echo "primary: $primary"
exec valkey-server "$state" --sentinel
