using GalleryPS.TestSupport;
using Scale.Bench;

namespace Flute.Tests.Rate;

/// <summary>What docs/SCALE.md says is what its bench prints: a change of the rate changes the page.</summary>
public class ScalePageTests
{
    // Time and memory differ from machine to machine; the rest does not.
    private static readonly int[] Exact = [1, 2, 3, 4, 5, 6, 10, 11];

    [Fact]
    public void TheFirstFiguresArePrintedByTheBench()
    {
        string printed = Served.Row("10", Served.Run(Gallery.OfThePage, 10));
        string page = File.ReadLines(Path.Combine(Repository.Root, "docs", "SCALE.md")).First(static l => l.StartsWith("| 10 |", StringComparison.Ordinal));
        Assert.Equal(Cells(printed), Cells(page));
    }

    private static IEnumerable<string> Cells(string row)
    {
        string[] cells = row.Split('|', StringSplitOptions.TrimEntries);
        return Exact.Select(i => cells[i]);
    }
}
