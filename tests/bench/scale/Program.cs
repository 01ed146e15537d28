using Scale.Bench;
using System.Globalization;
int n = int.Parse(args[0]); bool paced = args[1] == "1"; double mbit = double.Parse(args[2]);
var gallery = new Gallery(5, 4_000_000);
Loss[] losses = [.. Enumerable.Range(0, n).Select(i => new Loss(0.2 * ((uint)i * 2654435761u >> 8) / (1u << 24), i % 2 == 0 ? 1 : 20))];
var sw = System.Diagnostics.Stopwatch.StartNew();
ServedOutcome o = new ServedSession(gallery, mbit * 1e6, losses, paced).Run();
Console.WriteLine($"{o with { Done = [] }} median {o.Done[n / 2]} 99 {o.Done[n * 99 / 100]} last {o.Done[^1]} took {sw.Elapsed.TotalSeconds}");
