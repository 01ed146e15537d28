using System.Diagnostics;
using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace GalleryPS.Traffic.Tests;

/// <summary>Compressed captures are read as they are, within the same limits as others.</summary>
public class CompressionTests
{
    public enum Format
    {
        Gzip,
        Zstandard,
    }

    private static byte[] Plain => File.ReadAllBytes(Fixture.PathOf("tcp.pcap"));

    [Theory]
    [InlineData(Format.Gzip)]
    [InlineData(Format.Zstandard)]
    public void CompressedCapturesCountAsTheOriginal(Format format)
    {
        using var reader = CaptureReader.Open(new MemoryStream(Pack(format, Plain)), "packed");
        Assert.Equal(Fixture.Count("tcp.pcap").Count.Captured, CaptureCounter.Count(reader, new CountOptions()).Count.Captured);
    }

    [Fact]
    public void FramesOfZstandardFollowEachOtherAndOneMayHaveToBeSkipped()
    {
        Assert.Equal(Fixture.Count("unicast.pcap").Count.Captured, Fixture.Count("unicast.pcap.zst").Count.Captured);
        Assert.Equal(Fixture.Packets("unicast.pcap").Count, Fixture.Packets("unicast.pcap.zst").Count);
    }

    [Theory]
    [InlineData(Format.Gzip)]
    [InlineData(Format.Zstandard)]
    public void OfACompressedCaptureThatIsCutOffWhatCanBeUnpackedIsCounted(Format format)
    {
        // Zstandard unpacks blocks of 128 KB: noise, of which nothing can be saved, in several of them.
        CaptureBuilder builder = CaptureBuilder.Pcap();
        var random = new Random(3);
        for (int i = 0; i < 400; i++)
        {
            byte[] frame = new byte[1400];
            random.NextBytes(frame);
            builder.Record(frame);
        }

        using var cut = CaptureReader.Open(new MemoryStream(Pack(format, builder.ToArray())[..^4000]), "cut");
        CountResult result = CaptureCounter.Count(cut, new CountOptions());
        Assert.Equal(ErrorIds.UnreadableCapture, result.Damage?.Id);
        Assert.InRange(result.Count.Frames, 200, 398);
    }

    [Fact]
    public void DamagedZstandardIsToldAndNothingElse()
    {
        byte[] packed = Pack(Format.Zstandard, Plain);
        var random = new Random(20);
        for (int i = 0; i < 2000; i++)
        {
            byte[] file = (byte[])packed.Clone();
            for (int changes = random.Next(1, 6); changes > 0; changes--) file[random.Next(4, file.Length)] = (byte)random.Next(256);
            try
            {
                using var reader = CaptureReader.Open(new MemoryStream(file[..random.Next(4, file.Length + 1)]), "damaged");
                CaptureCounter.Count(reader, new CountOptions());
            }
            catch (GalleryException e)
            {
                Assert.Equal(ErrorIds.UnreadableCapture, e.Id);
            }
        }
    }

    [Theory]
    [InlineData(27, true)]
    [InlineData(28, false)]
    public void AFrameOfZstandardMayNotAskForMoreThan128MebibytesOfMemory(int windowLog, bool accepted)
    {
        var packed = new MemoryStream();
        using (var zstandard = new CompressionStream(packed, 1, leaveOpen: true))
        {
            zstandard.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, windowLog);
            zstandard.SetParameter(ZSTD_cParameter.ZSTD_c_hashLog, 6);
            zstandard.SetParameter(ZSTD_cParameter.ZSTD_c_chainLog, 6);
            zstandard.Write(Plain);
        }

        packed.Position = 0;
        if (accepted)
        {
            using var reader = CaptureReader.Open(packed, "window");
            Assert.True(reader.Read());
            return;
        }

        GalleryException error = Assert.Throws<GalleryException>(() => CaptureReader.Open(packed, "window"));
        Assert.Equal(ErrorIds.UnreadableCapture, error.Id);
        Assert.Contains("a window of more than 128 MiB", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Format.Gzip)]
    [InlineData(Format.Zstandard)]
    public void ABombNeedsNoMemory(Format format)
    {
        // 512 MB in one block that holds no frame.
        byte[] start = CaptureBuilder.Pcapng().Interface(LinkType.Ethernet).ToArray();
        const int Body = 512 << 20;
        var packed = new MemoryStream();
        using (Stream stream = Packer(format, packed))
        {
            stream.Write(start);
            stream.Write(BitConverter.GetBytes(10));
            stream.Write(BitConverter.GetBytes(Body + 12));
            for (int written = 0; written < Body; written += 1 << 20) stream.Write(new byte[1 << 20]);
            stream.Write(BitConverter.GetBytes(Body + 12));
        }

        packed.Position = 0;
        long before = Peak();
        using var reader = CaptureReader.Open(packed, "bomb");
        Assert.False(reader.Read());
        Assert.Null(reader.Damage);
        Assert.InRange(Peak() - before, 0, 64 << 20);
    }

    [Fact]
    public void WhereNoFrameComesReadingCanBeCancelledAllTheSame()
    {
        using var cancel = new CancellationTokenSource();
        using var reader = CaptureReader.Open(new Endless(cancel), "endless", cancel.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => reader.Read());
    }

    private static long Peak()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static Stream Packer(Format format, Stream destination) => format == Format.Gzip
        ? new GZipStream(destination, CompressionLevel.Fastest, leaveOpen: true)
        : new CompressionStream(destination, 3, leaveOpen: true);

    private static byte[] Pack(Format format, byte[] plain)
    {
        var packed = new MemoryStream();
        using (Stream stream = Packer(format, packed)) stream.Write(plain);
        return packed.ToArray();
    }

    /// <summary>A pcapng file of blocks without frames that never ends; somebody gives up after a megabyte.</summary>
    private sealed class Endless(CancellationTokenSource cancel) : MemoryStream
    {
        private readonly byte[] _start = CaptureBuilder.Pcapng().ToArray();
        private readonly byte[] _block = CaptureBuilder.Pcapng().Block(10, new byte[52]).ToArray()[28..];
        private long _given;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            for (int i = 0; i < buffer.Length; i++, _given++)
                buffer[i] = _given < _start.Length ? _start[_given] : _block[(_given - _start.Length) % _block.Length];
            if (_given > 1 << 20) cancel.Cancel();
            return buffer.Length;
        }
    }
}
