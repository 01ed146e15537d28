using System.Net;
using System.Text;
using GalleryPS.Messages;

namespace GalleryPS.Tests.Messages;

public class SourceLedgerTests
{
    private static readonly IPEndPoint A = IPEndPoint.Parse("10.0.0.1:4000"), B = IPEndPoint.Parse("10.0.0.2:4000");
    private static readonly DateTimeOffset Time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void CountsEachSourceByItself()
    {
        var ledger = new SourceLedger();
        foreach ((IPEndPoint source, string text, long? sequence, bool duplicate, bool late) in new (IPEndPoint, string, long?, bool, bool)[]
        {
            (A, "1", 1, false, false), (A, "3", 3, false, false), (A, "2", 2, false, true), (A, "3", 3, true, false),
            (B, "1", 1, false, false), (B, "9", 9, false, false), (B, "x", null, false, false), (B, "x", null, true, false),
        })
        {
            Assert.Equal((duplicate, late), ledger.Note(source, Encoding.UTF8.GetBytes(text), MessageKind.Json, sequence, Time));
        }

        IReadOnlyList<SourceStatistics> statistics = ledger.Statistics();
        Assert.Equal([A, B], statistics.Select(static s => s.Source));
        Assert.Equal([(4, 1, 1, 0, 1, 3), (4, 1, 0, 7, 1, 9)], statistics.Select(
            static s => (s.Received, s.Duplicates, s.OutOfOrder!.Value, s.Missing!.Value, s.LowestSequence!.Value, s.HighestSequence!.Value)));
        Assert.Equal((2, 2), (ledger.Sources, ledger.Duplicates));
    }

    [Fact]
    public void SaysNothingOfOrderWithoutNumbers()
    {
        var ledger = new SourceLedger();
        ledger.Note(A, "a"u8, MessageKind.Text, null, Time);
        ledger.Note(A, "b"u8, MessageKind.Binary, null, Time);
        SourceStatistics one = Assert.Single(ledger.Statistics());
        Assert.Null(one.OutOfOrder);
        Assert.Null(one.Missing);
        Assert.Equal((1, 0, 1, 2), (one.Text, one.Json, one.Binary, one.Bytes));
    }

    [Fact]
    public void NumbersFromTheEndsOfTheRangeDoNoHarm()
    {
        var ledger = new SourceLedger();
        ledger.Note(A, "a"u8, MessageKind.Json, long.MinValue, Time);
        ledger.Note(A, "b"u8, MessageKind.Json, long.MaxValue, Time);
        Assert.Equal(long.MaxValue, ledger.Statistics()[0].Missing);
    }

    [Fact]
    public void MemoryIsBoundedWhateverArrives()
    {
        var ledger = new SourceLedger(mostSources: 100, remembered: 100);
        byte[] data = new byte[4];
        for (int i = 0; i < 10_000; i++)
        {
            BitConverter.TryWriteBytes(data, i);
            ledger.Note(new IPEndPoint(i, 1), data, MessageKind.Binary, null, Time);
        }

        Assert.InRange(ledger.Statistics().Count, 1, 100);
        Assert.Equal((10_000, 0), (ledger.Sources, ledger.Duplicates));
    }
}
