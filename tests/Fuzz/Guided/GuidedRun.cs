using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace GalleryPS.Fuzz;

/// <summary>Mutated inputs, of which those that reach something new are mutated further. It needs no other program.</summary>
internal static class GuidedRun
{
    private const int MapBytes = 1 << 16;
    private const int MostInputs = 4096;

    /// <summary>Where instrumented code counts, until afl or libFuzzer gives it another place.</summary>
    public static unsafe void MakeMap() => SharpFuzz.Common.Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(MapBytes);

    public static unsafe int Run(FuzzTarget target, TimeSpan time, int seed)
    {
        byte* map = SharpFuzz.Common.Trace.SharedMem;
        new Span<byte>(map, MapBytes).Clear();
        var inputs = new List<byte[]>();
        byte[] reached = new byte[MapBytes];
        int edges = 0;
        foreach (byte[] one in target.Seeds())
        {
            inputs.Add(one);
            if (!Give(target, one)) return 1;
            edges += News(new Span<byte>(map, MapBytes), reached);
        }

        int before = edges, given = inputs.Count;
        var mutator = new Mutator(seed);
        long start = Stopwatch.GetTimestamp(), executions = inputs.Count;
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            byte[] input = mutator.Next(inputs);
            if (!Give(target, input)) return 1;
            executions++;
            int news = News(new Span<byte>(map, MapBytes), reached);
            edges += news;
            if (news > 0 && inputs.Count < MostInputs && input.Length < 1 << 20) inputs.Add(input);
        }

        double rate = executions / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{target.Name}: {executions} executions, {rate:0} a second, {edges} edges reached ({before} by the corpus), {inputs.Count - given} inputs found, seed {seed}"));
        return edges > 0 ? 0 : 1;
    }

    // Edges that nobody had reached; the map is empty again.
    private static int News(Span<byte> map, byte[] reached)
    {
        int news = 0;
        for (int i = map.IndexOfAnyExcept((byte)0); i >= 0;)
        {
            if (reached[i] == 0) news++;
            reached[i] = 1;
            int next = map[(i + 1)..].IndexOfAnyExcept((byte)0);
            i = next < 0 ? -1 : i + 1 + next;
        }

        map.Clear();
        return news;
    }

    private static bool Give(FuzzTarget target, byte[] input)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            target.Run(input);
            if (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10)) return true;
            Console.WriteLine($"{target.Name}: {input.Length} bytes took longer than 10 s, kept as {Keep(target, input)}");
        }
        catch (Exception e)
        {
            Console.WriteLine($"{target.Name} broke on {input.Length} bytes, kept as {Keep(target, input)}: {e}");
        }

        return false;
    }

    private static string Keep(FuzzTarget target, byte[] input)
    {
        string path = Path.Combine(Path.GetTempPath(), $"gallery-fuzz-{target.Name}-{Guid.NewGuid():N}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }
}
