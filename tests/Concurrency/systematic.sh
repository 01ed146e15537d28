#!/usr/bin/env bash
# systematic.sh [ITERATIONS]: the tests of this folder in that many different orders each (1,000 when nothing is said), by Coyote. A seed that
# breaks something is printed; --seed repeats it.
set -eu
cd "$(dirname "$0")/../.."
export COYOTE_CLI_TELEMETRY_OPTOUT=1 DOTNET_ROLL_FORWARD=LatestMajor
out=$PWD/output/concurrency
rm -rf "$out"
dotnet publish tests/Concurrency -c Release -o "$out" -v quiet -nologo >/dev/null
dotnet tool restore >/dev/null
cat >"$out/rewrite.json" <<END
{ "AssembliesPath": "$out", "Assemblies": ["GalleryPS.Core.dll", "GalleryPS.Concurrency.dll"] }
END
dotnet coyote rewrite "$out/rewrite.json" >"$out/rewrite.log" || { cat "$out/rewrite.log"; exit 1; }
failed=0
for test in AllThatIsAddedIsTaken NobodyWaitsForEver ASessionBeginsAndEndsOnce; do
    dotnet coyote test "$out/GalleryPS.Concurrency.dll" --method "$test" --iterations "${1:-1000}" "${@:2}" >"$out/$test.log" || failed=1
    echo "$test: $(grep -hE 'Found [0-9]+ bug|Explored|seed:' "$out/$test.log" | sed 's/^\.* *//' | tr '\n' ' ')"
    if grep -q 'Found 0 bugs' "$out/$test.log"; then continue; fi
    failed=1
    tail -40 "$out/$test.log"
done
exit $failed
