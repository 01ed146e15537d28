namespace GalleryPS.Traffic.Tests;

public class ReaderTests
{
    private static readonly byte[] Frame = CaptureBuilder.Ethernet(CaptureBuilder.IPv4(17, CaptureBuilder.Udp(new byte[11])));

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void PcapInBothByteOrdersAndResolutions(bool bigEndian, bool nanoseconds)
    {
        using CaptureReader reader = CaptureBuilder.Pcap(bigEndian: bigEndian, nanoseconds: nanoseconds)
            .Record(Frame, 5, 250).Record(Frame, 6, 1, 2000).Open();
        Assert.True(reader.Read());
        Assert.Equal(5_000_000_000 + (nanoseconds ? 250 : 250_000), reader.Current.Time);
        Assert.Equal(Frame, reader.Current.Data.ToArray());
        Assert.False(reader.Current.IsTruncated);
        Assert.True(reader.Read());
        Assert.Equal(2000, reader.Current.Length);
        Assert.True(reader.Current.IsTruncated);
        Assert.False(reader.Read());
        Assert.Null(reader.Damage);
        Assert.Equal(2, reader.Number);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PcapngWithInterfacesSectionsAndBlocksThatHoldNoFrame(bool bigEndian)
    {
        using CaptureReader reader = CaptureBuilder.Pcapng(bigEndian)
            .Interface(LinkType.Ethernet)
            .Block(5, new byte[8])
            .Interface(LinkType.Raw, resolution: 9)
            .Enhanced(Frame, 1_000_000)
            .Block(0x80001234, new byte[700_000])
            .Enhanced(Frame, 2_000_000_000, 1)
            .Section()
            .Interface(LinkType.LinuxCooked, snapLength: 10, resolution: 0x80 | 10, offset: 100)
            .Simple(Frame[..10], 60)
            .Enhanced(Frame, 512)
            .Open();
        var seen = new List<(LinkType, int, long, int, long)>();
        while (reader.Read())
            seen.Add((reader.Current.LinkType, reader.Current.Interface, reader.Current.Time, reader.Current.Data.Length, reader.Current.Length));
        Assert.Null(reader.Damage);
        Assert.Equal(
        [
            (LinkType.Ethernet, 0, 1_000_000_000, Frame.Length, Frame.Length),
            (LinkType.Raw, 1, 2_000_000_000, Frame.Length, Frame.Length),
            (LinkType.LinuxCooked, 2, 0, 10, 60),
            (LinkType.LinuxCooked, 2, 100_500_000_000, Frame.Length, Frame.Length),
        ], seen);
    }

    [Fact]
    public void AFrameThatStraddlesTheWindowComesWhole()
    {
        var builder = CaptureBuilder.Pcap();
        var random = new Random(1);
        var frames = new List<byte[]>();
        for (int i = 0; i < 3000; i++)
        {
            byte[] frame = new byte[random.Next(0, 1500)];
            random.NextBytes(frame);
            frames.Add(frame);
            builder.Record(frame);
        }

        // A source that gives a few bytes at a time, as pipes do.
        using var reader = CaptureReader.Open(new Trickle(builder.ToArray()), "pipe");
        foreach (byte[] frame in frames)
        {
            Assert.True(reader.Read());
            Assert.True(frame.AsSpan().SequenceEqual(reader.Current.Data));
        }

        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001\u0002")]
    [InlineData("This is a letter, no capture.")]
    public void WhatIsNoCaptureIsTold(string text)
    {
        var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        GalleryException error = Assert.Throws<GalleryException>(() => CaptureReader.Open(stream, "letter"));
        Assert.Equal(ErrorIds.UnreadableCapture, error.Id);
        Assert.Equal("letter", error.Target);
    }

    [Fact]
    public void AMissingFileIsTold()
    {
        GalleryException error = Assert.Throws<GalleryException>(() => CaptureReader.Open("/no/such/file.pcap"));
        Assert.Equal((ErrorIds.UnreadableCapture, GalleryErrorCategory.ObjectNotFound), (error.Id, error.Category));
    }

    [Fact]
    public void WhatLiesBeforeDamageIsCountedAndTheOffsetIsTold()
    {
        CountResult result = Fixture.Count("cut-off.pcap");
        Assert.Equal(5, result.Count.Frames);
        Assert.Equal(ErrorIds.UnreadableCapture, result.Damage!.Id);
        Assert.Contains("offset 5070", result.Damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryKindOfDamageIsToldWithItsOffset()
    {
        byte[] one = CaptureBuilder.Pcap().Record(Frame).ToArray();
        int end = one.Length;
        (byte[] File, long Offset)[] damaged =
        [
            ([.. one, 1, 2, 3], end),
            ([.. one, .. new byte[8], 255, 255, 255, 127, 0, 0, 0, 0], end),
            (Pcapng().Enhanced(Frame, 0, 7).ToArray(), Pcapng().ToArray().Length),
            ([.. Pcapng().ToArray(), 6, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0], Pcapng().ToArray().Length),
            ([.. Pcapng().ToArray(), 6, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0], Pcapng().ToArray().Length),
            (Mismatch(), Pcapng().ToArray().Length),
        ];
        foreach ((byte[] file, long offset) in damaged)
        {
            using var reader = CaptureReader.Open(new MemoryStream(file), "damaged");
            while (reader.Read())
            {
            }

            Assert.Contains($"offset {offset} ", reader.Damage!.Message, StringComparison.Ordinal);
            Assert.False(reader.Read());
        }

        static CaptureBuilder Pcapng() => CaptureBuilder.Pcapng().Interface(LinkType.Ethernet);

        static byte[] Mismatch()
        {
            byte[] file = Pcapng().Enhanced(Frame).ToArray();
            file[^4]++;
            return file;
        }
    }

    [Fact]
    public void AHugeBlockThatHoldsNoFrameNeedsNoMemory()
    {
        byte[] body = new byte[8 << 20];
        long needed = 0;

        // What the runtime allocates when code runs for the first time is not the reader's.
        for (int i = 0; i < 2; i++)
        {
            using CaptureReader reader = CaptureBuilder.Pcapng().Interface(LinkType.Ethernet).Block(10, body).Enhanced(Frame).Open();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(reader.Read());
            needed = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(needed, 0, 4096);
    }

    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        private int _calls;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1 + (_calls++ % 700)));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1 + (_calls++ % 700))]);
    }
}
