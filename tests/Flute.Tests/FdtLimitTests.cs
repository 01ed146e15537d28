using System.Text;

namespace Flute.Tests;

/// <summary>A table may cost no more time and memory than a table needs, whoever sends it; and tables that are none keep no others out.</summary>
public class FdtLimitTests
{
    private const int Megabyte = 1 << 20;

    private static byte[] Repeat(string start, Func<int, string> part, int length, string end = "")
    {
        var xml = new StringBuilder(start);
        for (int i = 0; xml.Length < length; i++) xml.Append(part(i));
        return Encoding.UTF8.GetBytes(xml.Append(end).ToString());
    }

    [Theory]
    [InlineData("nested")]
    [InlineData("attributes")]
    [InlineData("attributes of many elements")]
    [InlineData("blanks")]
    [InlineData("comments")]
    [InlineData("text")]
    [InlineData("long value")]
    [InlineData("empty elements")]
    [InlineData("elements in a file")]
    [InlineData("files of no sense")]
    public void ADocumentThatIsNoTableIsGivenUpEarly(string kind)
    {
        const string Start = "<FDT-Instance Expires='1'>", End = "</FDT-Instance>";
        byte[] xml = kind switch
        {
            "nested" => Repeat(Start, static _ => "<a>", 8 * Megabyte),
            "attributes" => Repeat("<FDT-Instance Expires='1' ", static i => $"a{i:x}='' ", 8 * Megabyte, "/>"),
            "attributes of many elements" => Repeat(Start, static i => $"<b a{i:x}='' b{i:x}='' c{i:x}='' d{i:x}='' e{i:x}='' f{i:x}='' g{i:x}='' h{i:x}=''/>", 8 * Megabyte, End),
            "blanks" => Repeat(Start, static _ => "          ", 8 * Megabyte, End),
            "comments" => Repeat(Start, static _ => "<!---->", 8 * Megabyte, End),
            "text" => Repeat(Start, static _ => "textextext", 8 * Megabyte, End),
            "long value" => Repeat("<FDT-Instance Expires='", static _ => "1111111111", 8 * Megabyte, "'/>"),
            "empty elements" => Repeat(Start, static _ => "<a/>", 8 * Megabyte, End),
            "elements in a file" => Repeat(Start + "<File TOI='1' Content-Location='a'>", static _ => "<a/>", 8 * Megabyte, "</File>" + End),
            _ => Repeat(Start, static _ => "<File/>", 8 * Megabyte, End),
        };
        using var stream = new MemoryStream(xml);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(FdtReader.TryRead(stream, 1000));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(stream.Position, 1, Megabyte);
        Assert.InRange(allocated, 0, 4 * Megabyte);
    }

    [Fact]
    public void WhatTablesOfOtherSendersHaveBesidesIsSkipped()
    {
        string inner = string.Concat(Enumerable.Range(0, 10).Select(static i => $"<x:y xmlns:x='urn:x' a='{i}'><x:z>text <b>more</b></x:z><!-- --></x:y>"));
        FdtInstance? read = FdtReader.TryRead(new MemoryStream(Encoding.UTF8.GetBytes(FdtPackets.Files(50, inner + "<Group>one</Group>"))), 50);
        Assert.NotNull(read);
        Assert.Equal(50, read.Files.Count);
        Assert.All(read.Files, static f => Assert.Equal(["one"], f.Groups));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("iso-8859-1")]
    public void TablesAreReadInAnyEncoding(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        byte[] xml = [.. encoding.GetPreamble(), .. encoding.GetBytes($"<?xml version='1.0' encoding='{name}'?><FDT-Instance Expires='1'><File TOI='1' Content-Location='\u00e9.jpg'/></FDT-Instance>")];
        Assert.Equal("\u00e9.jpg", FdtReader.TryRead(new MemoryStream(xml), 10)!.Files[0].Name);
    }

    [Fact]
    public void AGroupThatCannotBeOneDoesNotTakeTheTableWithIt()
    {
        string inner = "<Group/><Group><![CDATA[<b>]]>&amp;</Group><Group>x<a>y</a>z</Group><Group>" + new string('g', 5000) + "</Group>" + string.Concat(Enumerable.Repeat("<Group>more</Group>", 40));
        FdtFile file = FdtReader.TryRead(new MemoryStream(Encoding.UTF8.GetBytes(FdtPackets.Files(1, inner))), 10)!.Files[0];
        Assert.Equal(["", "<b>&"], file.Groups.Take(2));
        Assert.Equal(8, file.Groups.Count);
        Assert.All(file.Groups, static g => Assert.InRange(g.Length, 0, 256));
    }

    [Fact]
    public void TypesAndEncodingsAreShort()
    {
        string much = new('x', 3000);
        string xml = FdtPackets.Files(1).Replace("TOI=", $"Content-Type='{much}' Content-Encoding='{much}' TOI=", StringComparison.Ordinal);
        FdtFile file = FdtReader.TryRead(new MemoryStream(Encoding.UTF8.GetBytes(xml)), 10)!.Files[0];
        Assert.Null(file.ContentType);
        Assert.Equal(256, file.ContentEncoding!.Length);
    }

    [Fact]
    public void WhatGetsLargerThanTablesCanIsRefused()
    {
        string blanks = new(' ', 10_000);
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        List<byte[]> bomb = FdtPackets.Of(FdtPackets.Files(200, blanks), encoding: ContentEncoding.Gzip);
        Assert.DoesNotContain(receiver.Push(bomb), static e => e is FdtReceived);
        Assert.Equal(1, receiver.Counts.Malformed);

        // The same without compression is read.
        Assert.Contains(receiver.Push(FdtPackets.Of(FdtPackets.Files(200, blanks), id: 2)), static e => e is FdtReceived { Files: 200 });
    }

    [Theory]
    [InlineData(ContentEncoding.None)]
    [InlineData(ContentEncoding.Zlib)]
    [InlineData(ContentEncoding.Deflate)]
    [InlineData(ContentEncoding.Gzip)]
    public void ACompressedTableThatWasAlteredIsRefused(ContentEncoding encoding)
    {
        List<byte[]> packets = FdtPackets.Of(FdtPackets.Files(300), encoding: encoding);
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        if (encoding is ContentEncoding.Zlib or ContentEncoding.Gzip)
        {
            // In the checksum at the end, after all of the XML.
            packets[^1][encoding == ContentEncoding.Gzip ? ^5 : ^1] ^= 1;
            Assert.DoesNotContain(receiver.Push(packets), static e => e is FdtReceived);
            packets[^1][encoding == ContentEncoding.Gzip ? ^5 : ^1] ^= 1;
        }

        Assert.Contains(receiver.Push(packets), static e => e is FdtReceived { Files: 300 });
    }

    [Fact]
    public void WhatFailedTwiceIsNotLookedAtAgainForAWhile()
    {
        string good = FdtPackets.Files(10), bad = good.Replace("</FDT-Instance>", "</FDT-instance>", StringComparison.Ordinal);
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        Assert.DoesNotContain(Try(bad, 7, 0), static e => e is FdtReceived);

        // Once may have been a packet that was altered.
        Assert.Contains(Try(good, 7, 0), static e => e is FdtReceived);
        Try(bad, 8, 0);
        Try(bad, 8, 0.1);
        Assert.DoesNotContain(Try(good, 8, 1), static e => e is FdtReceived);

        // Others are not concerned, nor is one of this number with another length.
        Assert.Contains(Try(FdtPackets.Files(11, first: 20), 9, 1), static e => e is FdtReceived);
        Try(bad, 8, 1.2);
        Try(bad, 8, 2.1);
        long malformed = receiver.Counts.Malformed;
        Try(bad, 8, 3.1);
        Assert.Equal(1, receiver.Counts.Malformed - malformed);
        Assert.Contains(Try(FdtPackets.Files(12, first: 40), 8, 3.2), static e => e is FdtReceived);

        List<FluteEvent> Try(string xml, int id, double seconds) => receiver.Push(FdtPackets.Of(xml, id), TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void OneThatSaysTooMuchLeavesRoomForOthers()
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxDescribedBytes = 4 * Megabyte }, new MemoryStore());
        string groups = string.Concat(Enumerable.Repeat("<Group>" + new string('g', 256) + "</Group>", 8));
        for (int id = 1; id <= 20; id++) receiver.Push(FdtPackets.Of(FdtPackets.Files(100, groups, first: 100 * id), id));
        Assert.True(receiver.Counts.OverLimit > 0);
        Assert.Contains(receiver.Push(FdtPackets.Of(FdtPackets.Files(500), tsi: 2)), static e => e is FdtReceived { Files: 500 });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(15)]
    public void TablesThatAreNeverWholeKeepNoOthersOut(int sessions)
    {
        // The same sessions as the sender's, and others.
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 1 });
        for (int i = 0; i < 300; i++) sender.Add(FluteObject.FromMemory($"{i}.jpg", new byte[1000]));
        sender.Complete();
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        for (uint tsi = 1; tsi <= sessions; tsi++)
        {
            int size = 16 * Megabyte;
            for (int id = 1001; id <= 1032; id++, size = Math.Max(4096, size * 2 / 3))
            {
                receiver.Push(FdtPackets.One(FecOti.CompactNoCode(size, 1024, 65_536)!, new byte[1024], id, tsi), Channel.Source, TimeSpan.Zero);
            }
        }

        Assert.True(receiver.Counts.OverLimit > 0);
        List<FluteEvent> events = receiver.Push(Channel.Drain(sender), TimeSpan.FromSeconds(1));
        Assert.Equal(300, events.OfType<ObjectReceived>().Count());
    }

    [Fact]
    public void UnfinishedTablesMakeRoomForLargeOnesWhenNothingComesOfThemAnyMore()
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxFdtBytes = Megabyte }, new MemoryStore());
        FecOti large = FecOti.CompactNoCode(900_000, 1400, 65_536)!;
        for (int id = 1; id <= 4; id++) receiver.Push(FdtPackets.One(large, new byte[1400], id), Channel.Source, TimeSpan.Zero);
        long over = receiver.Counts.OverLimit;
        Assert.True(over > 0);
        List<byte[]> table = FdtPackets.Of(FdtPackets.Files(9000), id: 9);
        Assert.InRange(table.Count, 450, 700);
        Assert.DoesNotContain(receiver.Push(table, TimeSpan.FromSeconds(1)), static e => e is FdtReceived);
        Assert.Contains(receiver.Push(table, TimeSpan.FromSeconds(12)), static e => e is FdtReceived { Files: 9000 });
        Assert.True(receiver.Counts.OverLimit > over);
    }

    [Theory]
    [InlineData(56_403, 4, true)]
    [InlineData(8192, 4, true)]
    [InlineData(9000, 1400, true)]
    [InlineData(8192, 1400, false)]
    [InlineData(256, 4, false)]
    public void ATableHasNoMoreSymbolsThanCanBeSolvedAtOnce(int symbols, int length, bool refused)
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        receiver.Push(FdtPackets.One(FecOti.RaptorQ((long)symbols * length, length, 1)!, new byte[length]), Channel.Source, TimeSpan.Zero);
        Assert.Equal(refused ? 1 : 0, receiver.Counts.OverLimit);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(0)]
    public void WhateverComesAsATableIsNoReasonToStop(int scheme)
    {
        string[] odd =
        [
            "<?xml version='1.0' encoding='utf-7'?><FDT-Instance Expires='1'/>", "<?xml version='1.0' encoding='ebcdic-cp-us'?><FDT-Instance Expires='1'/>",
            "<?xml version='1.0' encoding='x'?><FDT-Instance Expires='1'/>", "<?xml version='1.0' encoding='ucs-4'?><FDT-Instance Expires='1'/>",
            "<FDT-Instance Expires='1' a='&#xD800;'/>", "<FDT-Instance Expires='1' xmlns:xml='x'/>", "<FDT-Instance Expires='1'><Group><a/></Group></FDT-Instance>",
            "<FDT-Instance Expires='1'>&x;</FDT-Instance>", FdtPackets.Files(3, "<Group>a</Group>"), "<FDT-Instance Expires='1' FEC-OTI-Scheme-Specific-Info='    '/>",
        ];
        var random = new Random(11);
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        TimeSpan now = TimeSpan.Zero;
        for (int i = 0; i < 20_000; i++)
        {
            now += TimeSpan.FromMilliseconds(1);
            byte[] xml = Encoding.UTF8.GetBytes(odd[random.Next(odd.Length)]);
            for (int changes = random.Next(4); changes > 0; changes--) xml[random.Next(xml.Length)] = (byte)random.Next(256);
            var encoding = (ContentEncoding)random.Next(4);
            byte[] content = random.Next(3) == 0 ? xml : ContentEncodings.Compress(xml, encoding);
            int length = random.Next(4) == 0 ? random.Next(1, 3000) : content.Length;
            int symbol = random.Next(2) == 0 ? 4 * random.Next(1, 400) : (content.Length + 3) & ~3;
            FecOti? oti = scheme == 6 ? FecOti.RaptorQ(length, symbol, random.Next(1, 4), random.Next(1, 3)) : FecOti.CompactNoCode(length, symbol, random.Next(1, 5));
            if (oti is null) continue;
            uint id = random.Next(4) switch { 0 => (uint)random.Next(1 << 24), 1 => (1u << 24) - 1, _ => 0 };
            byte[] padded = new byte[(content.Length + 3) & ~3];
            content.CopyTo(padded, 0);
            receiver.Push(FdtPackets.One(oti, padded, random.Next(1 << 20), 1, random.Next(3), scheme == 6 ? id : id & 0xFFFF, encoding), Channel.Source, now);
        }

        Assert.InRange(receiver.Counts.Malformed, 1000, 20_000);
        Assert.Contains(receiver.Push([], now), static e => e is FdtReceived);
    }
}
