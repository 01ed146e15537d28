#!/usr/bin/env bash
# Measures the Flute protocol against UFTP and UDPcast: the same images from one host to three others, at several loss
# rates, each program in turns on the same machine. Hosts are network namespaces (prefix gf-); nothing leaves the machine.
#
#   sudo tests/bench/flute.sh [rounds [megabytes]]
#
# Needs root, iproute2, nftables, and from Debian: uftp udpcast iperf3; for the last part also rt-libflute's example programs
# flute-transmitter and flute-receiver on the PATH. What is missing is left out by name.
# Prints, per loss rate: seconds from the start of the first program to the end of the last one, and the bytes on the
# sender's link (Ethernet headers included) per byte of images. Then, for one receiver and no loss, the goodput beside iperf3's
# and rt-libflute's.
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

# Loss of single datagrams: where some are lost, the sender's link takes no buffers of several (UDP_SEGMENT), which would be
# lost as one. Without loss it may.
loss() {
    ip -n gf-h0 link set eth0 gso_max_segs "$([ "$1" = 0 ] && echo 65535 || echo 1)"
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
left_out=
for permille in 0 10 50 100; do
    loss $permille
    printf '%5s%%' "$(python3 -c "print($permille / 10)")"
    declare -A results=()
    for ((round = 0; round < rounds; round++)); do
        for p in $programs; do results[$p]+="$(measure "$p")"$'\n'; done
    done
    for p in $programs; do
        printf '%20s' "$(grep -v failed <<<"${results[$p]%$'\n'}" | sort -n | awk '{ r[NR] = $0 } END { print NR ? r[int((NR + 1) / 2)] : "failed" }')"
        failed=$(grep -c failed <<<"${results[$p]}" || true)
        [ "$failed" = 0 ] || left_out+="$p failed in $failed of $rounds rounds with $(python3 -c "print($permille / 10)") % loss"$'\n'
    done
    echo
done
printf '%s' "$left_out"
loss 0

# One receiver, no loss: goodput in Mbit/s, the bytes of the images from the begin of sending until the last one is whole.

# Until the report that the receiver has everything is back at the sender.
goodput_flute() {
    local receiver
    rm -rf "$work/out"; mkdir "$work/out"
    inside gf-h1 "$gallery" receive --protocol flute -t multicast --address 239.1.1.5 -o "$work/out/1" --idle-timeout 30 >/dev/null 2>&1 &
    receiver=$!
    inside gf-h0 "$gallery" send "$work/images" --protocol flute -t multicast --to 239.1.1.5 --receivers 1 --json >"$work/log" || { wait "$receiver"; echo failed; return; }
    wait "$receiver" && diff -rq "$work/images" "$work/out/1" >/dev/null || { echo failed; return; }
    sed -n 's/.*"Event":"Receiver".*"Elapsed":\([0-9.]*\).*/\1/p' "$work/log" | python3 -c "print(round($data * 8 / float(input()) / 1e6))"
}

goodput_iperf3() {
    local server
    inside gf-h1 iperf3 -s -1 >/dev/null &
    server=$!
    until inside gf-h1 ss -Hltn 'sport = :5201' | grep -q .; do sleep 0.05; done
    inside gf-h0 iperf3 -u -b 0 -l 1472 -c 10.88.0.2 -t 3 -J >"$work/iperf" 2>/dev/null
    wait "$server"
    python3 - "$work/iperf" <<'PY'
import json, sys
end = json.load(open(sys.argv[1]))["end"]["sum"]
print(round(end["bits_per_second"] * (1 - end["lost_percent"] / 100) / 1e6))
PY
}

# Without a rate limit, from the line that the last file is queued, whereupon the transmitter begins, to the line that the last
# file is received, which comes before it is written. Nothing is sent twice: a single packet that is lost fails the round.
goodput_rt_libflute() {
    rm -rf "$work/out"; mkdir "$work/out"
    python3 - "$work/images" "$work/out" <<'PY'
import os, subprocess, sys, threading, time
images, out = sys.argv[1:]
names = sorted(os.listdir(images))
queued, received, whole = [], [], threading.Event()

def start(host, *command):
    return subprocess.Popen(["ip", "netns", "exec", host, *command], cwd=images, stderr=subprocess.PIPE, text=True)

def note(process, what, times):
    for line in process.stderr:
        if what in line: times.append(time.monotonic())
        if len(received) == len(names): whole.set()

def joined():
    return "060101EF" in subprocess.check_output(["ip", "netns", "exec", "gf-h1", "cat", "/proc/net/igmp"], text=True)

receiver = start("gf-h1", "flute-receiver", "-i", "0.0.0.0", "-m", "239.1.1.6", "-o", out)
threading.Thread(target=note, args=(receiver, "has been received", received)).start()
while not joined(): time.sleep(0.05)
sender = start("gf-h0", "flute-transmitter", "-m", "239.1.1.6", "-r", "0", *names)
threading.Thread(target=note, args=(sender, "Queued", queued)).start()
if whole.wait(20): time.sleep(0.2)  # until the last file is written
for process in (sender, receiver):
    process.terminate()
    process.wait()
same = subprocess.call(["diff", "-rq", images, out], stdout=subprocess.DEVNULL) == 0
data = sum(os.path.getsize(os.path.join(images, name)) for name in names)
print(round(data * 8 / (received[-1] - queued[-1]) / 1e6) if same else "failed")
PY
}

programs=flute
if command -v iperf3 >/dev/null; then programs="$programs iperf3"; else echo "left out: iperf3 (not installed)"; fi
if command -v flute-transmitter >/dev/null && command -v flute-receiver >/dev/null; then
    programs="$programs rt_libflute"
else
    echo "left out: rt-libflute (flute-transmitter and flute-receiver are not installed)"
fi

echo
echo "$megabytes MB of images to one receiver without loss, median of $rounds rounds: goodput in Mbit/s, Flute's relative to it"
declare -A goodput=()
for ((round = 0; round < rounds; round++)); do
    for p in $programs; do goodput[$p]+="$("goodput_$p")"$'\n'; done
done
for p in $programs; do
    python3 - "$p" "${goodput[flute]}" "${goodput[$p]}" <<'PY'
import statistics, sys
name, rounds = sys.argv[1].replace("_", "-"), sys.argv[3].split()
ours, theirs = ([int(r) for r in text.split() if r != "failed"] for text in sys.argv[2:])
print(f"{name:>12}{statistics.median(theirs):8.0f}" if theirs else f"{name:>12}  failed",
      f"{statistics.median(ours) / statistics.median(theirs):8.2f}" if ours and theirs else "",
      f"  ({rounds.count('failed')} of {len(rounds)} rounds failed)" if "failed" in rounds else "")
PY
done
