using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Flute.Tests;

/// <summary>Senders that are hostile, or do what the standards allow and ours does not.</summary>
public sealed class OddSenderTests : IDisposable
{
    private static readonly IPEndPoint Elsewhere = new(IPAddress.Parse("203.0.113.66"), 1);
    private readonly List<FluteEvent> _events = [];
    private FluteReceiver _receiver = new(new FluteReceiverOptions(), new MemoryStore());
    private TimeSpan _now;
    private long _lost;

    public void Dispose() => _receiver.Dispose();

    private void Use(FluteReceiverOptions options)
    {
        _receiver.Dispose();
        _receiver = new FluteReceiver(options, new MemoryStore());
    }

    private void Push(byte[] packet, IPEndPoint? source = null)
    {
        _receiver.Push(packet, source ?? Channel.Source, _now);
        foreach (SessionId session in _receiver.Sessions) _lost = Math.Max(_lost, _receiver.Progress(session).Lost);
        while (_receiver.TryTake(out FluteEvent? one)) _events.Add(one);
    }

    private void Wait(TimeSpan time)
    {
        _receiver.Poll(_now += time);
        while (_receiver.TryTake(out FluteEvent? one)) _events.Add(one);
    }

    private string[] Received() => [.. _events.OfType<ObjectReceived>().Select(static o => o.File.Name)];

    private static FluteSenderOptions At(int seconds) => new() { Tsi = 5, UtcNow = () => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(seconds) };

    private static List<byte[]> Session(FluteSenderOptions options, params (string Name, byte[] Data)[] files)
    {
        using var sender = new FluteSender(options);
        foreach ((string name, byte[] data) in files) sender.Add(FluteObject.FromMemory(name, data));
        sender.Complete();
        return Channel.Drain(sender);
    }

    [Fact]
    public void SymbolIdsDoNotRunOver()
    {
        Push(FdtPackets.One(FecOti.RaptorQ(4, 4, 1)!, new byte[8], symbol: 0xFFFFFF));
        Push(Forged.Fdt($"<File TOI='1' Content-Location='a' Content-Length='8' FEC-OTI-FEC-Encoding-ID='6' FEC-OTI-Encoding-Symbol-Length='4' FEC-OTI-Scheme-Specific-Info='AQABBA=='/>", id: 2));
        Push(Forged.Data(1, new byte[8], 0xFFFFFF, fec: FecEncodingId.RaptorQ));
        Assert.Empty(_events.OfType<ObjectFailed>());
        Push(Forged.Data(1, new byte[8], 0, fec: FecEncodingId.RaptorQ));
        Assert.Equal(["a"], Received());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(400)]
    public void TheCloseFlagMayBeThereSecondsBeforeTheEnd(int milliseconds)
    {
        Push(Forged.Fdt("<File TOI='1' Content-Location='a' Content-Length='20'/>", attributes: $"Complete='true' {Forged.OneByteSymbols}"));
        for (uint i = 0; i < 20; i++, Wait(TimeSpan.FromMilliseconds(milliseconds))) Push(Forged.Data(1, [1], i, close: i > 5));
        Assert.Equal(["a"], Received());
    }

    [Fact]
    public void TheEndOfAnUnknownSessionIsNothing()
    {
        Push(Forged.Close(77));
        Wait(TimeSpan.FromSeconds(1));
        Assert.Empty(_events);
        Assert.Empty(_receiver.Sessions);
    }

    [Fact]
    public void WithAKeyARecordedEndEndsNothing()
    {
        GroupKey key = GroupKey.FromPassphrase("secret");
        DateTimeOffset today = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        List<byte[]> old = Session(new FluteSenderOptions { Tsi = 5, GroupKey = key, UtcNow = () => today.AddDays(-30) }, ("a", new byte[50_000]));
        Use(new FluteReceiverOptions { GroupKey = key, UtcNow = () => today });
        foreach (byte[] packet in old) Push(packet, Elsewhere);
        Wait(TimeSpan.FromSeconds(1));
        Assert.Empty(_events.OfType<SessionEnded>());
        Assert.Empty(Received());
    }

    [Fact]
    public void SessionsThatAreDeadOrNeverUnderstoodMakeRoomForOthers()
    {
        for (uint tsi = 1; tsi <= 16; tsi++) Push(Forged.Fdt("<File TOI='1' Content-Location='a' Content-Length='8'/>", tsi, attributes: Forged.OneByteSymbols));
        Wait(TimeSpan.FromMinutes(1));
        Push(Forged.Fdt("", 99));
        Assert.Contains(_receiver.Sessions, static s => s.Tsi == 99);

        // What is given up is told.
        Assert.Equal([(SessionEnd.Abandoned, 1)], _events.OfType<SessionEnded>().Select(static e => (e.End, e.Missing)));
        Assert.Equal(ObjectFailure.Incomplete, Assert.Single(_events.OfType<ObjectFailed>()).Failure);
    }

    [Fact]
    public void PacketsNowAndThenDoNotKeepASessionWithoutTable()
    {
        for (int second = 0; second < 20; second += 4, Wait(TimeSpan.FromSeconds(4)))
        {
            for (uint tsi = 1; tsi <= 16; tsi++) Push(Forged.Data(1, [1], (uint)second, tsi: tsi));
        }

        foreach (byte[] packet in Session(new FluteSenderOptions { Tsi = 99 }, ("a", new byte[50_000]))) Push(packet);
        Assert.Equal(["a"], Received());
    }

    [Fact]
    public void ASenderThatStartsAgainUnderItsNumberIsReceived()
    {
        byte[] a = RandomNumberGenerator.GetBytes(50_000), b = RandomNumberGenerator.GetBytes(60_000);
        foreach (byte[] packet in Session(At(0), ("a", a)).Take(20)) Push(packet);
        Wait(TimeSpan.FromSeconds(1));
        foreach (byte[] packet in Session(At(30), ("b", b))) Push(packet);
        Assert.Equal(["b"], Received());
        Assert.Equal("a", Assert.Single(_events.OfType<ObjectFailed>()).File.Name);
        Assert.Equal([SessionEnd.Abandoned, SessionEnd.AllReceived], _events.OfType<SessionEnded>().Select(static e => e.End));
    }

    [Theory]
    [InlineData(0, 15)]
    [InlineData(60, 1)]
    public void ASecondGalleryUnderTheSameNumberIsReceived(int secondsByClock, int seconds)
    {
        foreach (byte[] packet in Session(At(0), ("a", new byte[5000]))) Push(packet);
        Wait(TimeSpan.FromSeconds(seconds));
        foreach (byte[] packet in Session(At(secondsByClock), ("b", new byte[5000]))) Push(packet);
        Assert.Equal(["a", "b"], Received());
    }

    [Fact]
    public void WhatStillComesAfterTheEndBeginsNothing()
    {
        List<byte[]> packets = Session(new FluteSenderOptions { Tsi = 5 }, ("a", new byte[5000]));
        for (int round = 0; round < 20; round++, Wait(TimeSpan.FromSeconds(2)))
        {
            foreach (byte[] packet in packets) Push(packet);
        }

        Assert.Equal(["a"], Received());
        Assert.Single(_events.OfType<SessionEnded>());
    }

    [Theory]
    [InlineData("Transfer-Length='5000'", 10)]
    [InlineData("Content-Length='1'", 3200)]
    public void TransmissionInformationInPacketsDoesNotOverruleTheTable(string length, int inBand)
    {
        Push(Forged.Fdt($"<File TOI='1' Content-Location='a' {length}/>"));
        Push(Forged.Data(1, new byte[inBand], oti: FecOti.CompactNoCode(inBand, inBand, 1)));
        Assert.Empty(Received());
        int right = int.Parse(length.Split('\'')[1], CultureInfo.InvariantCulture);
        Push(Forged.Data(1, new byte[right], oti: FecOti.CompactNoCode(right, right, 1)));
        Assert.Equal(["a"], Received());
    }

    [Fact]
    public void TheLimitOfASessionHoldsForLengthsInPacketsToo()
    {
        Use(new FluteReceiverOptions { MaxTotalBytes = 2500 });
        Push(Forged.Fdt(string.Concat(Enumerable.Range(1, 20).Select(static i => $"<File TOI='{i}' Content-Location='{i}'/>"))));
        for (uint i = 1; i <= 20; i++) Push(Forged.Data(i, new byte[1000], oti: FecOti.CompactNoCode(1000, 1000, 1)));
        Assert.Equal(["1", "2"], Received());
        Assert.All(_events.OfType<ObjectFailed>(), static o => Assert.Equal(ObjectFailure.SessionTooLarge, o.Failure));
        Assert.Equal(18, _events.OfType<ObjectFailed>().Count());
    }

    [Fact]
    public void ATableThatContradictsItselfAboutLengthsIsNotBelieved()
    {
        Push(Forged.Fdt("<File TOI='1' Content-Location='a' Content-Length='2' Transfer-Length='900'/>", attributes: Forged.OneByteSymbols));
        Assert.Equal(ObjectFailure.NotUnderstood, Assert.Single(_events.OfType<ObjectFailed>()).Failure);
    }

    [Fact]
    public void LargeObjectIdentifiersAreReceived()
    {
        Push(Forged.Fdt("<File TOI='18446744073709551617' Content-Location='a' Content-Length='1'/>", attributes: $"Complete='true' {Forged.OneByteSymbols}"));
        Push(Forged.Data((UInt128.One << 64) + 1, [7]));
        Assert.Equal(["a"], Received());
        Assert.Equal(SessionEnd.AllReceived, Assert.Single(_events.OfType<SessionEnded>()).End);
    }

    [Fact]
    public void ALaterTableAddsWhatAnEarlierOneDidNotSay()
    {
        Push(Forged.Fdt("<File TOI='1' Content-Location='a'/>", id: 1));
        Push(Forged.Data(1, [7]));
        Assert.Empty(Received());
        Push(Forged.Fdt("<File TOI='1' Content-Location='a' Content-Length='1'/>", id: 2, attributes: $"Complete='true' {Forged.OneByteSymbols}"));
        Push(Forged.Data(1, [7]));
        Assert.Equal(["a"], Received());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AChecksumMayBeOfTheEncodedFile(bool encoded)
    {
        byte[] file = Encoding.ASCII.GetBytes(new string('x', 5000)), zipped = ContentEncodings.Compress(file, ContentEncoding.Gzip);
        string md5 = Convert.ToBase64String(MD5.HashData(encoded ? zipped : file));
        Push(Forged.Fdt(
            $"<File TOI='1' Content-Location='a' Content-Encoding='gzip' Content-Length='5000' Transfer-Length='{zipped.Length}' Content-MD5='{md5}'/>",
            attributes: $"FEC-OTI-FEC-Encoding-ID='0' FEC-OTI-Maximum-Source-Block-Length='1' FEC-OTI-Encoding-Symbol-Length='{zipped.Length}'"));
        Push(Forged.Data(1, zipped));
        Assert.Equal(["a"], Received());
    }

    [Fact]
    public void TinySymbolsAreCountedAtWhatTheyCost()
    {
        const int Objects = 100, Bytes = 56_403;
        Use(new FluteReceiverOptions { MaxBufferedBytes = 8 << 20 });
        string files = string.Concat(Enumerable.Range(1, Objects).Select(static i => $"<File TOI='{i}' Content-Location='a{i}' Content-Length='{Bytes}'/>"));
        Push(Forged.Fdt(files, attributes: "FEC-OTI-FEC-Encoding-ID='6' FEC-OTI-Encoding-Symbol-Length='1' FEC-OTI-Scheme-Specific-Info='AQABAQ=='"));
        for (uint i = 1; i <= Objects; i++)
        {
            for (uint id = 60_000; id + 1400 < 60_000 + Bytes; id += 1400) Push(Forged.Data(i, new byte[1400], id, fec: FecEncodingId.RaptorQ));
        }

        // Each takes a byte, and 32 for its places in tables: four blocks find room.
        Assert.InRange(_receiver.Counts.OverLimit, 96 * 40, 96 * 41);
    }

    [Fact]
    public void BlocksThatGetNothingAnyMoreMakeRoomForOthers()
    {
        Use(new FluteReceiverOptions { MaxBufferedBytes = 1_000_000 });
        Push(Forged.Fdt(
            "<File TOI='1' Content-Location='a' Content-Length='600000'/><File TOI='2' Content-Location='b' Content-Length='600000'/>",
            attributes: "FEC-OTI-FEC-Encoding-ID='0' FEC-OTI-Maximum-Source-Block-Length='1000' FEC-OTI-Encoding-Symbol-Length='1000'"));
        for (uint i = 1; i < 600; i++) Push(Forged.Data(1, new byte[1000], i));
        Wait(TimeSpan.FromMinutes(1));
        for (uint i = 0; i < 1200; i++, Wait(TimeSpan.FromMilliseconds(10))) Push(Forged.Data(2, new byte[1000], i % 600));
        Assert.Equal(["b"], Received());
    }

    [Theory]
    [InlineData(50)]
    [InlineData(2000)]
    public void WhoJoinsInTheMiddleDidNotLoseWhatWentBefore(int missed)
    {
        foreach (byte[] packet in Session(new FluteSenderOptions { Tsi = 5, Passes = 3, BitRate = 20e6 }, [.. Enumerable.Range(0, 8).Select(static i => ($"{i}", new byte[300_000]))]).Skip(missed).SkipLast(100)) Push(packet);
        Assert.Equal(8, Received().Length);
        Assert.InRange(_lost, 0, 20);
    }

    [Fact]
    public void WhatWasCompleteAndNotTakenIsClosed()
    {
        List<Action> work = [];
        var store = new TrackingStore();
        var receiver = new FluteReceiver(new FluteReceiverOptions { Background = work.Add }, store);
        foreach (byte[] packet in Session(new FluteSenderOptions { Tsi = 5 }, ("a", new byte[50_000]), ("b", new byte[50_000]))) receiver.Push(packet, Channel.Source, _now);
        Assert.Equal(2, work.Count);
        work[0]();
        receiver.Dispose();
        work[1]();
        Assert.NotEmpty(store.Streams);
        Assert.All(store.Streams, static s => Assert.False(s.CanRead));
    }

    private sealed class TrackingStore : IObjectStore
    {
        public List<Stream> Streams { get; } = [];

        public Stream Open(SessionId session, FdtFile file) => OpenTemporary();

        public Stream OpenTemporary()
        {
            var stream = new MemoryStream();
            Streams.Add(stream);
            return stream;
        }
    }
}
