using System.Diagnostics;
using System.Globalization;

namespace GalleryPS.Fuzz;

/// <summary>
/// Mutated inputs for every parser of something that comes from outside. Some tenths of a second each on every change; a minute
/// each, or GALLERY_FUZZ_SECONDS, with <c>dotnet test tests/Fuzz --settings tests/long.runsettings</c>. What breaks something is
/// left in the temporary folder; it belongs into the corpus.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Together = 8;

    // No input of some kilobytes is worth more.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Names => [.. FuzzTarget.All.Select(static t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void SomeMutatedInputs(string name) => Run(name, TimeSpan.FromSeconds(0.4), seed: 15);

    [Theory, Trait("Category", "Long")]
    [MemberData(nameof(Names))]
    public void MutatedInputsForAMinute(string name) => Run(
        name,
        TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("GALLERY_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out double seconds) ? seconds : 60),
        Environment.TickCount);

    private void Run(string name, TimeSpan time, int seed)
    {
        FuzzTarget target = FuzzTarget.All.Single(t => t.Name == name);
        IReadOnlyList<byte[]> seeds = target.Seeds();
        Assert.NotEmpty(seeds);
        foreach (byte[] one in seeds) Give(target, one, seed);
        var mutator = new Mutator(seed);
        long start = Stopwatch.GetTimestamp(), executions = seeds.Count;
        TimeSpan slowest = TimeSpan.Zero;
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            for (int i = 0; i < Together; i++, executions++)
            {
                TimeSpan took = Give(target, mutator.Next(seeds), seed);
                if (took > slowest) slowest = took;
            }
        }

        TimeSpan all = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"{name}: {executions:N0} executions, {executions / all.TotalSeconds:N0} a second, the slowest {slowest.TotalMilliseconds:0.#} ms, seed {seed}");
        Assert.InRange(slowest, TimeSpan.Zero, Longest);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, 256 << 20);
    }

    private static TimeSpan Give(FuzzTarget target, byte[] input, int seed)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            target.Run(input);
        }
        catch (Exception e)
        {
            string kept = Path.Combine(Path.GetTempPath(), $"gallery-fuzz-{target.Name}-{Guid.NewGuid():N}.bin");
            File.WriteAllBytes(kept, input);
            throw new InvalidOperationException($"{target.Name} broke on {input.Length} bytes (seed {seed}), kept as {kept}", e);
        }

        return Stopwatch.GetElapsedTime(start);
    }
}
