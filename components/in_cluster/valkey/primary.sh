# To be sourced. Environment as in start.sh.
#
# A pod that starts again may do so before the network policies apply to it: for some seconds no other pod answers.
# Its own file may name it as the primary although the Sentinels have chosen another meanwhile; without waiting there
# would be two primaries, each with a part of Rasa's locks. Kubernetes gives no order between a pod's start and the rules of its network policies
# (kubernetes.io/docs/concepts/services-networking/network-policies, "Pod lifecycle").
PATIENCE=10

# Sets `primary`: the one that another pod's Sentinel names, else the one in this pod's own file ($1). Only a pod that
# would take itself for the primary waits for an answer, PATIENCE seconds at most; when all pods start for the first
# time no Sentinel has an answer, and the first pod goes on after that time.
find_primary() {
    primary=""
    [ -n "$SENTINELS" ] || { primary=$1; return 0; }
    deadline=$(date +%s)
    [ "$1" != "$HOST" ] || deadline=$((deadline + PATIENCE))
    while :; do
        for pod in $SENTINELS; do
            # This pod's own Sentinel knows no more than this pod's file.
            [ "$pod" != "$HOST" ] || continue
            primary=$(timeout 3 valkey-cli -h "$pod" -p 26379 --raw SENTINEL GET-MASTER-ADDR-BY-NAME "$SERVICE" \
                2>/dev/null | head -n 1 || true)
            [ -z "$primary" ] || return 0
        done
        [ "$(date +%s)" -lt "$deadline" ] || break
        sleep 1
    done
    primary=$1
}
