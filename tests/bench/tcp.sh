#!/usr/bin/env bash
# Images per second over loopback TCP against a minimal pair of C programs. Needs a C compiler.
#   tests/bench/tcp.sh [IMAGES] [BYTES] [ROUNDS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cc -O2 -o "$scratch/pair" "$here/pair.c"
dotnet build "$here/Tcp.Bench" -c Release -v quiet --nologo
dotnet "$here/Tcp.Bench/bin/Release/net10.0/Tcp.Bench.dll" "$scratch/pair" "$@"
