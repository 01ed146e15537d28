#!/usr/bin/env bash
# fuzz.sh [SECONDS [TARGET...]]: the parsers with mutated inputs, led by what they reach; all of them, a minute each, when nothing is said.
# Prints executions and edges; exit code 1 when something broke, with the input that did it.
# With AFL=1 and afl++ installed, or LIBFUZZER=path of libfuzzer-dotnet, that program makes the inputs instead.
set -eu
cd "$(dirname "$0")/../.."
out=$PWD/output/fuzz
rm -rf "$out"
dotnet publish tests/Fuzz/Guided -c Release -o "$out" -v quiet -nologo -p:DebugType=none -p:RunAnalyzers=false >/dev/null
fuzz() { dotnet "$out/GalleryPS.Fuzz.dll" "$@"; }
fuzz instrument "$out"/{RaptorQ,Flute,GalleryPS.Core,GalleryPS.Traffic,GalleryPS.Show}.dll
mkdir -p "$out/found"
seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || mapfile -t targets < <(fuzz list)
failed=0
for target in "${@:-${targets[@]}}"; do
    if [ -n "${AFL:-}" ]; then
        command -v afl-fuzz >/dev/null || { echo "afl-fuzz is missing: install afl++"; exit 2; }
        fuzz seeds "$target" "$out/seeds/$target"
        AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
            afl-fuzz -i "$out/seeds/$target" -o "$out/found/$target" -V "$seconds" -t 10000 -m none dotnet "$out/GalleryPS.Fuzz.dll" afl "$target" >"$out/$target.log"
        grep -E "^(execs_done|execs_per_sec|edges_found|saved_crashes|saved_hangs) " "$out/found/$target/default/fuzzer_stats" | tr -s ' \n' ' ' | sed "s/^/$target: /"
        echo
        if compgen -G "$out/found/$target/default/crashes/id*" >/dev/null; then failed=1; fi
    elif [ -n "${LIBFUZZER:-}" ]; then
        fuzz seeds "$target" "$out/seeds/$target"
        "$LIBFUZZER" --target_path=dotnet --target_arg="$out/GalleryPS.Fuzz.dll libfuzzer $target" -max_total_time="$seconds" "$out/seeds/$target" || failed=1
    else
        fuzz mutate "$target" "$seconds" "${SEED:-$RANDOM}" || failed=1
    fi
done
exit $failed
