# To be sourced. Environment as in start.sh.
#
# A pod that comes back may start before the network knows it: for some seconds no other pod answers. Its own file
# may then name it as the primary although the Sentinels have chosen another meanwhile, and Rasa's locks would be
# split between two. Kubernetes gives no order between a pod's start and the rules of its network policies
# (kubernetes.io/docs/concepts/services-networking/network-policies, "Pod lifecycle").
PATIENCE=10

# Sets `primary`: what the Sentinel of another pod says, else what this pod remembers ($1). Only a pod that would
# take itself for the primary waits for an answer, PATIENCE seconds at most; in the first start of all pods nobody
# knows better, and the first pod goes on after that time.
find_primary() {
    primary=""
    [ -n "$SENTINELS" ] || { primary=$1; return 0; }
    deadline=$(date +%s)
    [ "$1" != "$HOST" ] || deadline=$((deadline + PATIENCE))
    while :; do
        for pod in $SENTINELS; do
            # This pod's own Sentinel remembers no more than the file beside it.
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
