#!/usr/bin/env bash
# How long counting a large capture takes as a whole process: gallery count, tcpdump --count (which only counts) and
# tshark -z io,phs (which answers the same question). Prints seconds, and the ratios of the best of each.
#   tests/bench/count.sh [PACKETS] [RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
packets=${1:-690000}
runs=${2:-3}
file=$(mktemp --suffix=.pcap)
trap 'rm -f "$file"' EXIT
dotnet build src/GalleryPS.Cli -c Release -v quiet >/dev/null
gallery=src/GalleryPS.Cli/bin/Release/net10.0/gallery
python3 tests/bench/capture.py "$file" "$packets"
echo "$packets packets, $(stat -c %s "$file") bytes"
cat "$file" >/dev/null

once() {
    local begin end
    begin=$(date +%s.%N)
    "$@" >/dev/null 2>&1
    end=$(date +%s.%N)
    echo "$end - $begin" | bc
}

declare -A best
for ((run = 0; run < runs; run++)); do
    for name in gallery tcpdump tshark; do
        case $name in
            gallery) seconds=$(once "$gallery" count "$file") ;;
            tcpdump) seconds=$(once tcpdump -r "$file" --count) ;;
            tshark) seconds=$(once tshark -r "$file" -q -z io,phs) ;;
        esac
        echo "$name $seconds s"
        if [ -z "${best[$name]:-}" ] || [ "$(echo "$seconds < ${best[$name]}" | bc)" = 1 ]; then best[$name]=$seconds; fi
    done
done
echo "tshark / gallery: $(echo "scale=1; ${best[tshark]} / ${best[gallery]}" | bc)"
echo "gallery / tcpdump: $(echo "scale=2; ${best[gallery]} / ${best[tcpdump]}" | bc)"
