// How FLUTE scales, on a clock of its own: one real sender, very many receivers that only count.
//
//     dotnet run -c Release --project tests/bench/scale -- [served | open | all] [folder for the charts] [receivers ...]
//
// Prints the tables of docs/SCALE.md and draws its charts. The same seeds give the same figures, but for those of time and memory.
using System.Globalization;
using Scale.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string what = args.ElementAtOrDefault(0) ?? "all", folder = args.ElementAtOrDefault(1) ?? ".";
int[] counts = args.Length > 2 ? [.. args.Skip(2).Select(int.Parse)] : [10, 100, 1000, 100_000];
var gallery = Gallery.OfThePage;
if (what is "served" or "all") Served.Measure(gallery, counts, folder);
if (what is "open" or "all") OpenSession.Measure(gallery, folder);
