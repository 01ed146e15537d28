#!/usr/bin/env bash
# Measures the Flute protocol against UFTP and UDPcast: the same images from one host to three others, at several loss
# rates, each program in turns on the same machine. Hosts are network namespaces (prefix gf-); nothing leaves the machine.
#
#   sudo tests/bench/flute.sh [rounds [megabytes]]
#
# Needs root, iproute2, nftables, and from Debian: uftp udpcast iperf3. What is missing is left out by name.
# Prints, per loss rate: seconds from the start of the first program to the end of the last one, and the bytes on the
# sender's link (Ethernet headers included) per byte of images.
set -eu
cd "$(dirname "$0")/../.."
rounds=${1:-3} megabytes=${2:-100}
work=$(mktemp -d)
gallery=$PWD/src/GalleryPS.Cli/bin/Release/net10.0/gallery
[ -x "$gallery" ] || dotnet build src/GalleryPS.Cli -c Release -v quiet
hosts="gf-h0 gf-h1 gf-h2 gf-h3"

# Ends what still runs on the receiving hosts.
end_receivers() {
    for n in gf-h1 gf-h2 gf-h3; do ip netns pids "$n" 2>/dev/null | xargs -r kill "$@" 2>/dev/null || true; done
}

clean() {
    end_receivers -9
    for n in gf-sw $hosts; do ip netns del "$n" 2>/dev/null || true; done
    rm -rf "$work"
}
trap clean EXIT

for n in gf-sw $hosts; do ip netns add "$n"; done
ip -n gf-sw link add br0 type bridge mcast_snooping 0
ip -n gf-sw link set br0 up
number=0
for n in $hosts; do
    number=$((number + 1))
    ip -n gf-sw link add "v$number" type veth peer name eth0 netns "$n"
    ip -n gf-sw link set "v$number" master br0 up
    ip -n "$n" link set lo up
    ip -n "$n" link set eth0 up
    ip -n "$n" addr add "10.88.0.$number/24" brd + dev eth0
    ip -n "$n" route add default dev eth0
done

# Images of 2 MB: a header that every program takes for a JPEG's, then noise.
mkdir "$work/images"
python3 - "$work/images" "$megabytes" <<'PY'
import random, sys
folder, megabytes = sys.argv[1], int(sys.argv[2])
head = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b0801e0028001011100ffda0008010100003f00")
for i in range(megabytes // 2):
    body = random.Random(i).randbytes(2_000_000 - len(head) - 2).replace(b"\xff", b"\xfe")
    with open(f"{folder}/image{i:03}.jpg", "wb") as file:
        file.write(head + body + b"\xff\xd9")
PY
cat "$work"/images/* > "$work/whole"
data=$(stat -c %s "$work/whole")

inside() { local host=$1; shift; ip netns exec "$host" "$@"; }
link() { inside gf-h0 cat "/sys/class/net/eth0/statistics/tx_$1"; }
now() { date +%s.%N; }

loss() {
    for n in gf-h1 gf-h2 gf-h3; do
        inside "$n" nft flush ruleset
        [ "$1" = 0 ] || inside "$n" nft -f - <<NFT
table inet gf {
    chain in {
        type filter hook prerouting priority -300
        meta l4proto udp numgen random mod 1000 < $1 drop
    }
}
NFT
    done
}

run_flute() {
    local pids=() n
    for n in 1 2 3; do
        inside "gf-h$n" "$gallery" receive --protocol flute -t multicast --address 239.1.1.5 -o "$work/out/$n" --idle-timeout 30 >/dev/null 2>&1 & pids+=($!)
    done
    inside gf-h0 "$gallery" send "$work/images" --protocol flute -t multicast --to 239.1.1.5 --receivers 3 --json >"$work/log" || return 1
    wait "${pids[@]}" || return 1
    finished=$(now)
    for n in 1 2 3; do diff -rq "$work/images" "$work/out/$n" >/dev/null || return 1; done

    # The system cuts large buffers into datagrams behind the counters: their headers are added.
    datagrams=$(sed -n 's/.*"Event":"Summary".*"Datagrams":\([0-9]*\).*/\1/p' "$work/log")
}

# UDPcast sometimes waits for ever for a receiver that has lost its way: nobody gets more than a minute.
run_udpcast() {
    local pids=() n
    for n in 1 2 3; do
        inside "gf-h$n" timeout -k 5 60 udp-receiver --nokbd --interface eth0 --file "$work/out/$n" >/dev/null 2>&1 & pids+=($!)
    done
    inside gf-h0 timeout -k 5 60 udp-sender --nokbd --interface eth0 --full-duplex --min-receivers 3 --file "$work/whole" >/dev/null 2>&1 || return 1
    wait "${pids[@]}" || return 1
    finished=$(now)
    for n in 1 2 3; do cmp -s "$work/whole" "$work/out/$n" || return 1; done
}

run_uftp() {
    local pids=() n
    for n in 1 2 3; do
        mkdir -p "$work/out/$n" "$work/tmp$n"
        inside "gf-h$n" uftpd -d -I eth0 -D "$work/out/$n" -L "$work/uftpd$n" >/dev/null 2>&1 & pids+=($!)
    done
    inside gf-h0 timeout -k 5 60 uftp -I eth0 -R -1 -B 4194304 "$work/whole" >/dev/null 2>&1 || { end_receivers; return 1; }
    finished=$(now)
    end_receivers
    wait "${pids[@]}" 2>/dev/null || true
    for n in 1 2 3; do cmp -s "$work/whole" "$work/out/$n/whole" || return 1; done
}

measure() {
    local program=$1 bytes packets start
    rm -rf "$work/out"; mkdir "$work/out"
    datagrams=0
    bytes=$(link bytes) packets=$(link packets) start=$(now)
    if ! "run_$program"; then echo "failed failed"; return; fi
    python3 - <<PY
extra = max(0, $datagrams - ($(link packets) - $packets)) * 42
print(f"{$finished - $start:.2f} {($(link bytes) - $bytes + extra) / $data:.3f}")
PY
}

programs=flute
for pair in udpcast:udp-sender uftp:uftpd; do
    if command -v "${pair#*:}" >/dev/null; then programs="$programs ${pair%%:*}"; else echo "left out: ${pair%%:*} (not installed)"; fi
done

echo "$megabytes MB of images to three receivers, median of $rounds rounds: seconds, bytes on the link per byte"
printf '%6s' loss; for p in $programs; do printf '%20s' "$p"; done; echo
for permille in 0 10 50 100; do
    loss $permille
    printf '%5s%%' "$(python3 -c "print($permille / 10)")"
    declare -A results=()
    for ((round = 0; round < rounds; round++)); do
        for p in $programs; do results[$p]+="$(measure "$p")"$'\n'; done
    done
    for p in $programs; do
        printf '%20s' "$(sort -n <<<"${results[$p]%$'\n'}" | sed -n "$(((rounds + 1) / 2))p")"
    done
    echo
done
loss 0

# One receiver, no loss: goodput in Mbit/s while it transfers, beside iperf3 with datagrams of the same size.
rm -rf "$work/out"; mkdir "$work/out"
inside gf-h1 "$gallery" receive --protocol flute -t multicast --address 239.1.1.5 -o "$work/out/1" --idle-timeout 30 >/dev/null 2>&1 &
inside gf-h0 "$gallery" send "$work/images" --protocol flute -t multicast --to 239.1.1.5 --receivers 1 --json >"$work/log"
wait
echo "one receiver: $(sed -n 's/.*"Event":"Receiver".*"Elapsed":\([0-9.]*\).*/\1/p' "$work/log" | python3 -c "print(round($data * 8 / float(input()) / 1e6))") Mbit/s"
if command -v iperf3 >/dev/null; then
    inside gf-h1 iperf3 -s -1 >/dev/null &
    server=$!
    sleep 0.5
    inside gf-h0 iperf3 -u -b 0 -l 1472 -c 10.88.0.2 -t 3 -J >"$work/iperf"
    wait "$server"
    python3 - "$work/iperf" <<'PY'
import json, sys
end = json.load(open(sys.argv[1]))["end"]["sum"]
print(f"iperf3 -u, datagrams of 1,472 bytes: {end['bits_per_second'] * (1 - end['lost_percent'] / 100) / 1e6:.0f} Mbit/s received")
PY
else
    echo "left out: iperf3 (not installed)"
fi
