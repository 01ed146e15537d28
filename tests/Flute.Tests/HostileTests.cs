using System.Net;
using FsCheck;
using FsCheck.Fluent;

namespace Flute.Tests;

/// <summary>Nothing that arrives may crash, hang, take memory without bound, or give a wrong file.</summary>
public class HostileTests
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(3000).WithReplay(20260101, 3);

    [Fact]
    public void AnyBytesParseOrAreRefused() => Prop.ForAll<byte[]>(ArbMap.Default.ArbFor<byte[]>(), static bytes =>
    {
        if (!LctPacket.TryParse(bytes, out LctPacket packet)) return true;
        int total = 0;
        foreach (LctExtension extension in packet) total += extension.Bytes.Length;
        return total == packet.Extensions.Length && packet.Header.Length + packet.Payload.Length == bytes.Length;
    }).Check(Quick);

    [Fact]
    public void EveryHeaderThatCanBeWrittenIsReadBack() => Prop.ForAll(
        (from cci in Gen.Choose(1, 4)
         from half in Gen.Elements(0, 2)
         from tsi in Gen.Elements(0, 4)
         from toi in Gen.Choose(0, 3)
         from low in ArbMap.Default.GeneratorFor<ulong>()
         from high in ArbMap.Default.GeneratorFor<ulong>()
         from flags in Gen.Choose(0, 15)
         from nops in Gen.Choose(0, 5)
         select (cci, half, tsi, toi, low, high, flags, nops)).ToArbitrary(),
        static v =>
        {
            int tsiLength = v.tsi + v.half, toiLength = 4 * v.toi + v.half;
            UInt128 toi = toiLength == 0 ? 0 : new UInt128(v.high, v.low) >> (128 - 8 * toiLength);
            var header = new LctHeader
            {
                CciLength = 4 * v.cci,
                TsiLength = tsiLength,
                ToiLength = toiLength,
                Tsi = tsiLength == 0 ? 0 : v.low >> (64 - 8 * tsiLength),
                Toi = toi,
                Psi = v.flags & 3,
                CloseSession = (v.flags & 4) != 0,
                CloseObject = (v.flags & 8) != 0,
                Codepoint = (byte)v.low,
            };
            byte[] bytes = new byte[header.FixedLength + 4 * v.nops + 3];
            int position = header.Write(bytes, 4 * v.nops);
            for (int i = 0; i < v.nops; i++) bytes[position + 4 * i + 1] = 1;
            return LctPacket.TryParse(bytes, out LctPacket read) && read.Tsi == header.Tsi && read.Toi == header.Toi && read.Psi == header.Psi
                && read.CloseSession == header.CloseSession && read.CloseObject == header.CloseObject && read.Codepoint == header.Codepoint
                && read.Extensions.Length == 4 * v.nops && read.Payload.Length == 3 && read.Cci.Length == header.CciLength;
        }).Check(Quick);

    [Fact]
    public void BlocksCoverAnObjectWithoutGap() => Prop.ForAll(
        (from length in Gen.Choose(0, 50_000_000)
         from symbol in Gen.Choose(1, 9000)
         from blocks in Gen.Choose(1, 5000)
         from raptorQ in Gen.Elements(true, false)
         select (length, symbol, blocks, raptorQ)).ToArbitrary(),
        static v =>
        {
            FecOti? oti = v.raptorQ ? FecOti.RaptorQ(v.length, v.symbol, v.blocks % 256 + 1, 1, 1) : FecOti.CompactNoCode(v.length, v.symbol, v.blocks);
            if (oti is null) return true;
            long offset = 0;
            for (int i = 0; i < oti.SourceBlocks; i++)
            {
                if (oti.OffsetOf(i) != offset || oti.BytesOf(i) < 1 || oti.SymbolsOf(i) > oti.MaxSourceBlockLength) return false;
                offset += oti.BytesOf(i);
            }

            return offset == v.length;
        }).Check(Quick);

    [Fact]
    public void ChangedPacketsNeverGiveAWrongFile()
    {
        byte[] data = new byte[120_000];
        new Random(1).NextBytes(data);
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 9, Redundancy = 0.5, BlockBytes = 30_000, MaxPacketBytes = 600 });
        sender.Add(FluteObject.FromMemory("a", data));
        sender.Complete();
        List<byte[]> packets = Channel.Drain(sender);
        var random = new Random(2);
        int whole = 0;
        for (int round = 0; round < 60; round++)
        {
            using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxBufferedBytes = 1 << 20, MaxCachedBytes = 1 << 16, MaxSessions = 4 }, new MemoryStore());
            foreach (byte[] original in packets)
            {
                byte[] packet = [.. original];
                if (random.Next(250) == 0)
                {
                    for (int i = random.Next(1, 4); i > 0; i--) packet[random.Next(random.Next(2) == 0 ? 40 : packet.Length) % packet.Length] ^= (byte)(1 << random.Next(8));
                    if (random.Next(4) == 0) packet = packet[..random.Next(packet.Length)];
                }

                receiver.Push(packet, Channel.Source, TimeSpan.Zero);
            }

            receiver.Poll(TimeSpan.FromSeconds(1));
            receiver.Abandon();
            while (receiver.TryTake(out FluteEvent? one))
            {
                if (one is not ObjectReceived received) continue;
                whole++;
                Assert.Equal(data, ((MemoryStream)received.Content).ToArray());
            }
        }

        Assert.InRange(whole, 1, 60);
    }

    [Fact]
    public void PacketsBeforeTheTableAreKeptUpToALimit()
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxCachedBytes = 100_000 }, new MemoryStore());
        byte[] packet = Hex.Of("10 10 03 06  00000000  002a  0001  00 000000" + new string('0', 2800));
        for (int i = 0; i < 1000; i++)
        {
            packet[15] = (byte)i;
            receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        }

        long over = receiver.Counts.OverLimit;
        Assert.InRange(over, 900, 990);

        // One session alone does not get all of it.
        packet[9]++;
        receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        Assert.Equal(over, receiver.Counts.OverLimit);
    }

    [Fact]
    public void AFloodForWhichThereIsNoRoomLeavesNothingForTheGarbageCollector()
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxSessions = 4, MaxCachedBytes = 200_000 }, new MemoryStore());
        byte[] packet = Hex.Of("10 10 03 06  00000000  0001  0001  00 000000" + new string('0', 2800));
        TimeSpan now = TimeSpan.Zero;
        for (int round = 0; round < 20; round++) Flood(); // fills what there is
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 10; round++) Flood();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);

        // Other sessions take their places, and their buffers.
        now = TimeSpan.FromSeconds(6);
        packet[8] = 1;
        Flood();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 150_000);
        Assert.All(receiver.Sessions, static s => Assert.Equal(1UL, s.Tsi >> 8));

        void Flood()
        {
            for (int i = 0; i < 2000; i++)
            {
                packet[9] = (byte)i;
                packet[15] = (byte)(i >> 8);
                receiver.Push(packet, Channel.Source, now);
            }
        }
    }

    [Fact]
    public void SessionsAreLimitedAndSilentOnesMakeRoom()
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxSessions = 4 }, new MemoryStore());
        byte[] packet = Hex.Of("10 10 03 06  00000000  0001  0001  00 000000 00");
        for (int i = 0; i < 1000; i++)
        {
            packet[8] = (byte)(i >> 8);
            packet[9] = (byte)i;
            receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        }

        Assert.Equal(4, receiver.Sessions.Count);
        packet[8] = 0x77;
        receiver.Push(packet, Channel.Source, TimeSpan.FromSeconds(6));
        Assert.Contains(receiver.Sessions, s => s.Tsi >> 8 == 0x77);
        Assert.Equal(4, receiver.Sessions.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<FDT-Instance")]
    [InlineData("<FDT-Instance/>")]
    [InlineData("<other Expires='1'/>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><FDT-Instance Expires='1'>&a;</FDT-Instance>")]
    [InlineData("<FDT-Instance Expires='never'/>")]
    public void WhatIsNoTableIsRefused(string xml) => Assert.Null(FdtReader.TryRead(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(xml)), 10));

    [Fact]
    public void OddFilesInATableDoNotTakeTheOthersWithThem()
    {
        const string Xml = """
            <f:FDT-Instance xmlns:f="urn:any" Expires="4294967295" Complete="1" FEC-OTI-FEC-Encoding-ID="6" x:y="z" xmlns:x="urn:x">
              <x:unknown><f:File TOI="77" Content-Location="inner"/></x:unknown>
              <f:File TOI="0" Content-Location="zero"/>
              <f:File TOI="-1" Content-Location="negative"/>
              <f:File TOI="5192296858534827628530496329220095" Content-Location="http://h/p/last%20one.jpg?q#f" Content-Length="7" Content-MD5="short">
                <x:more/><f:Group>one</f:Group><Group>two</Group>
              </f:File>
              <f:File Content-Location="none"/>
              <f:File TOI="3"/>
              <f:File TOI="4" Content-Location="../../etc/passwd" Transfer-Length="99999999999999999999"/>
            </f:FDT-Instance>
            """;
        FdtInstance? read = FdtReader.TryRead(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Xml)), 10);
        Assert.NotNull(read);
        Assert.True(read.Complete);
        Assert.Equal(2, read.Files.Count);
        Assert.Equal(("last one.jpg", 7L, (UInt128.One << 112) - 1), (read.Files[0].Name, read.Files[0].ContentLength, read.Files[0].Toi));
        Assert.Null(read.Files[0].ContentMd5);
        Assert.Equal(["one", "two"], read.Files[0].Groups);
        Assert.Equal("passwd", read.Files[1].Name);
        Assert.Null(read.Files[1].TransferLength);
    }

    [Fact]
    public void ATableThatExplodesIsRefused()
    {
        byte[] bomb = ContentEncodings.Compress(new byte[200_000_000], ContentEncoding.Gzip);
        Assert.True(bomb.Length < 1_000_000);
        FecOti oti = FecOti.CompactNoCode(bomb.Length, 1400, 8192)!;
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxFdtBytes = 1 << 20 }, new MemoryStore());
        byte[] packet = new byte[2000];
        for (int i = 0; i * 1400 < bomb.Length; i++)
        {
            var header = new LctHeader { TsiLength = 2, ToiLength = 2, Tsi = 1 };
            int position = header.Write(packet, 24);
            position += LctHeader.WriteFdt(packet.AsSpan(position), 2, 5);
            position += LctHeader.WriteContentEncoding(packet.AsSpan(position), ContentEncoding.Gzip);
            position += oti.WriteExtension(packet.AsSpan(position));
            new FecPayloadId(0, (uint)i).Write(packet.AsSpan(position), FecEncodingId.CompactNoCode);
            ReadOnlySpan<byte> symbol = bomb.AsSpan(i * 1400, Math.Min(1400, bomb.Length - i * 1400));
            symbol.CopyTo(packet.AsSpan(position + 4));
            receiver.Push(packet.AsSpan(0, position + 4 + symbol.Length), Channel.Source, TimeSpan.Zero);
        }

        Assert.Equal(1, receiver.Counts.Malformed);
        while (receiver.TryTake(out FluteEvent? one)) Assert.IsNotType<FdtReceived>(one);
    }

    [Fact]
    public void HugeNumbersInATableReserveNothing()
    {
        const string Xml = """
            <FDT-Instance Expires="4294967295" Complete="true" FEC-OTI-FEC-Encoding-ID="0" FEC-OTI-Maximum-Source-Block-Length="4294967295" FEC-OTI-Encoding-Symbol-Length="65535">
              <File TOI="1" Content-Location="a" Content-Length="200000000"/>
              <File TOI="2" Content-Location="b" Content-Length="9000000000000000000"/>
              <File TOI="3" Content-Location="c" Content-Length="100" FEC-OTI-FEC-Encoding-ID="6" FEC-OTI-Scheme-Specific-Info="AAAAAA=="/>
              <File TOI="4" Content-Location="d" Content-Length="100" Content-Encoding="br"/>
              <File TOI="5" Content-Location="e" Content-Length="100" FEC-OTI-FEC-Encoding-ID="129"/>
            </FDT-Instance>
            """;
        var store = new MemoryStore();
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxBufferedBytes = 64 << 20 }, store);
        byte[] xml = System.Text.Encoding.UTF8.GetBytes(Xml);
        byte[] packet = new byte[2000];
        int position = new LctHeader { TsiLength = 2, ToiLength = 2, Tsi = 1 }.Write(packet, 20);
        position += LctHeader.WriteFdt(packet.AsSpan(position), 1, 5);
        position += FecOti.CompactNoCode(xml.Length, 1800, 1)!.WriteExtension(packet.AsSpan(position)) + 4;
        xml.CopyTo(packet, position);
        receiver.Push(packet.AsSpan(0, position + xml.Length), Channel.Source, TimeSpan.Zero);
        var failures = new List<(string, ObjectFailure)>();
        while (receiver.TryTake(out FluteEvent? one))
        {
            if (one is ObjectFailed failed) failures.Add((failed.File.Name, failed.Failure));
        }

        Assert.Equal(
            [("a", ObjectFailure.TooLarge), ("b", ObjectFailure.NotUnderstood), ("c", ObjectFailure.NotUnderstood), ("d", ObjectFailure.NotUnderstood), ("e", ObjectFailure.NotUnderstood)],
            failures);
        Assert.Equal(0, store.Opened);
    }

    [Fact]
    public void AllObjectsTogetherHaveALimit()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 9 });
        for (int i = 0; i < 5; i++) sender.Add(FluteObject.FromMemory($"{i}", new byte[1000]));
        sender.Complete();
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxTotalBytes = 3500 }, new MemoryStore());
        foreach (byte[] packet in Channel.Drain(sender)) receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        var events = new List<FluteEvent>();
        while (receiver.TryTake(out FluteEvent? one)) events.Add(one);
        Assert.Equal(3, events.OfType<ObjectReceived>().Count());
        Assert.All(events.OfType<ObjectFailed>(), static f => Assert.Equal(ObjectFailure.SessionTooLarge, f.Failure));
        Assert.Equal(2, events.OfType<ObjectFailed>().Count());
    }

    [Fact]
    public void APacketFromNowhereInParticularIsNoReasonToStop()
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        var random = new Random(4);
        byte[] packet = new byte[100];
        for (int i = 0; i < 200_000; i++)
        {
            random.NextBytes(packet);
            packet[0] = (byte)(0x10 | (packet[0] & 0x0F));
            packet[2] = (byte)(packet[2] % 26);
            receiver.Push(packet.AsSpan(0, random.Next(100)), new IPEndPoint(new IPAddress(packet.AsSpan(60, 4)), 5), TimeSpan.FromMilliseconds(i));
        }

        Assert.InRange(receiver.Sessions.Count, 1, 16);
    }
}
