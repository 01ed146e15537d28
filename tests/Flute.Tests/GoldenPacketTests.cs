using System.Text;

namespace Flute.Tests;

/// <summary>Packets byte by byte: what every field means, and that it is written and read so.</summary>
public class GoldenPacketTests
{
    [Fact]
    public void ADataPacketOfRaptorQ()
    {
        // V=1 C=0 PSI=0 | S=0 O=0 H=1 A=0 B=0 | HDR_LEN 3 words | codepoint 6 (RaptorQ)
        // CCI 0 | TSI 42 | TOI 1 | SBN 0, ESI 0 | the only symbol, "hello", without its padding
        byte[] golden = Hex.Of("10 10 03 06  00000000  002a  0001  00 000000  68656c6c6f");
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 42 });
        sender.Add(new FluteObject { Name = "a", Source = new MemorySource("hello"u8.ToArray()) });
        sender.Complete();
        byte[] packet = Channel.Drain(sender).Single(static p => p[3] == 6);
        Assert.Equal(Hex.Text(golden), Hex.Text(packet));
    }

    [Fact]
    public void TheFirstRepairSymbolAndAWideSession()
    {
        // S=1 O=1 H=0: identifiers of 32 bits. The block has one source symbol, so ESI 1 is the first repair symbol:
        // 1,452 bytes (1,472 - 16 - 4), of which only the header is looked at here.
        byte[] golden = Hex.Of("10 a0 04 06  00000000  00012345  00000001  00 000001");
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 0x12345, Redundancy = 1 });
        sender.Add(new FluteObject { Name = "a", Source = new MemorySource("hello"u8.ToArray()) });
        sender.Complete();
        byte[] packet = Channel.Drain(sender).Last(static p => p[3] == 6);
        Assert.Equal(Hex.Text(golden), Hex.Text(packet.AsSpan(0, 20)));
        Assert.Equal(20 + 1452, packet.Length);
    }

    [Fact]
    public void AnFDTPacketOfVersion1WithoutACode()
    {
        using var sender = new FluteSender(new FluteSenderOptions
        {
            Tsi = 42,
            FluteVersion = 1,
            Fec = FecEncodingId.CompactNoCode,
            UtcNow = static () => DateTimeOffset.UnixEpoch,
            FdtLifetime = TimeSpan.FromSeconds(10),
        });
        sender.Add(FluteObject.FromMemory("p 0.jpg", "hello"u8.ToArray(), "image/jpeg"));
        sender.Complete();
        byte[] packet = Channel.Drain(sender)[0];

        // V=1, 16-bit identifiers, HDR_LEN 8 words, codepoint 0 | CCI 0 | TSI 42 | TOI 0
        // EXT_FDT (192): version 1, instance 0, for instances begin where the clock is | EXT_FTI (64), 4 words: transfer length, reserved, symbol length 1432, block length 1
        // SBN 0, ESI 0
        string length = (packet.Length - 36).ToString("x12", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            Hex.Text(Hex.Of($"10 10 08 00  00000000  002a  0000  c0 1 00000  40 04 {length} 0000 0598 00000001  0000 0000")),
            Hex.Text(packet.AsSpan(0, 36)));
        string xml = Encoding.UTF8.GetString(packet.AsSpan(36));

        // 2208988810 = 70 years up to 1970 in seconds, and 10 more.
        Assert.Equal(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <FDT-Instance Expires="2208988810" Complete="true" FEC-OTI-FEC-Encoding-ID="0" FEC-OTI-Maximum-Source-Block-Length="1440" FEC-OTI-Encoding-Symbol-Length="1456" xmlns="urn:IETF:metadata:2005:FLUTE:FDT">
             <File TOI="1" Content-Location="p%200.jpg" Content-Length="5" Transfer-Length="5" Content-Type="image/jpeg" Content-MD5="XUFAKrxLKna5cZ2REBfFkg==" />
            </FDT-Instance>
            """.ReplaceLineEndings("\n"),
            xml);
    }

    [Fact]
    public void AnFDTOfVersion2WithRaptorQ()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 42, UtcNow = static () => DateTimeOffset.UnixEpoch, ReportTo = ":4711" });
        sender.Add(FluteObject.FromMemory("a.png", new byte[5_000_000], "image/png"));
        sender.Complete();
        byte[] packet = Channel.Drain(sender, 1)[0];
        Assert.Equal(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <FDT-Instance xmlns:g="urn:galleryps:fdt:1" Expires="2208992400" Complete="true" FEC-OTI-FEC-Encoding-ID="6" FEC-OTI-Encoding-Symbol-Length="1456" g:Report-To=":4711" xmlns="urn:ietf:params:xml:ns:fdt">
             <File TOI="1" Content-Location="a.png" Content-Length="5000000" Transfer-Length="5000000" Content-Type="image/png" Content-MD5="hkmuWnMryAjyKGd7J6Hptg==" FEC-OTI-Scheme-Specific-Info="AwABBA==" g:Content-SHA256="s5eBWJxEA/uCF0yWR6AQRkz/OLrZdlR9M5iZsABTpUU=" />
            </FDT-Instance>
            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(packet.AsSpan(36)));
    }

    [Fact]
    public void EXTFTIOfBothSchemes()
    {
        // HET 64, HEL 4 | F 0x01020304 (48 bits) | reserved | T 1456 | B 1440
        byte[] noCode = Hex.Of("40 04 000001020304 0000 05b0 000005a0");
        // HET 64, HEL 4 | F (40 bits) | reserved | T 1456 | Z 9 | N 2 | Al 4 | padding
        byte[] raptorQ = Hex.Of("40 04 0001020304 00 05b0 09 0002 04 0000");
        byte[] written = new byte[16];
        FecOti.CompactNoCode(0x01020304, 1456, 1440)!.WriteExtension(written);
        Assert.Equal(Hex.Text(noCode), Hex.Text(written));
        FecOti.RaptorQ(0x01020304, 1456, 9, 2)!.WriteExtension(written);
        Assert.Equal(Hex.Text(raptorQ), Hex.Text(written));
        Assert.Equal(FecOti.CompactNoCode(0x01020304, 1456, 1440), FecOti.TryReadExtension(new LctExtension(noCode), 0));
        Assert.Equal(FecOti.RaptorQ(0x01020304, 1456, 9, 2), FecOti.TryReadExtension(new LctExtension(raptorQ), 6));
        Assert.Null(FecOti.TryReadExtension(new LctExtension(noCode), 1));
    }

    [Fact]
    public void EXTTIMEWithAllTimes()
    {
        // HET 2, HEL 5 | use: SCT high, SCT low, ERT, SLC | the four times
        byte[] golden = Hex.Of("02 05 f000 00000001 80000000 0000003c 00000005");
        var time = new LctTime { SenderTimeHigh = 1, SenderTimeLow = 1u << 31, ExpectedResidualTime = 60, SessionLastChanged = 5 };
        byte[] written = new byte[time.Length];
        time.Write(written);
        Assert.Equal(Hex.Text(golden), Hex.Text(written));
        Assert.True(LctTime.TryRead(new LctExtension(golden), out LctTime read));
        Assert.Equal(time, read);
        Assert.False(LctTime.TryRead(new LctExtension(Hex.Of("02 02 f000 00000001")), out _));
    }

    [Fact]
    public void EXTAUTHWithASequenceNumber()
    {
        // HET 1, HEL 6 | ASID 1, reserved 0, AR 1 | sequence number 0x0000000007 | HMAC-SHA-256 over the packet with this field zero, first 16 bytes
        byte[] key = Enumerable.Range(0, 32).Select(static i => (byte)i).ToArray();
        byte[] packet = Hex.Of("10 10 09 06  00000000  002a  0001  01 06 11 00 00000007 00000000000000000000000000000000  00 000000  68656c6c6f");
        using var authenticator = new PacketAuthenticator(key);
        byte[] written = new byte[24];
        PacketAuthenticator.WriteExtension(written, 7);
        Assert.Equal(Hex.Text(packet.AsSpan(12, 24)), Hex.Text(written));
        byte[] mac = System.Security.Cryptography.HMACSHA256.HashData(key, packet);
        authenticator.Sign(packet, 12);
        Assert.Equal(Hex.Text(mac.AsSpan(0, 16)), Hex.Text(packet.AsSpan(20, 16)));
        Assert.True(LctPacket.TryParse(packet, out LctPacket parsed));
        Assert.True(authenticator.Verify(packet, parsed, out ulong number));
        Assert.Equal(7UL, number);
    }

    [Fact]
    public void IdentifiersOf48And112Bits()
    {
        // C=3 (128 bits of CCI), PSI=2 | S=1 O=3 H=1 A=1 B=1 | HDR_LEN 11 words | codepoint 0x80
        // ... TSI (48) | TOI (112) | EXT_CENC (193): gzip
        byte[] golden = Hex.Of("1e f3 0b 80  00000000000000000000000000000000  123456789abc  0102030405060708090a0b0c0d0e  c1 03 0000");
        var header = new LctHeader
        {
            CciLength = 16,
            TsiLength = 6,
            ToiLength = 14,
            Tsi = 0x123456789abc,
            Toi = new UInt128(0x010203040506, 0x0708090a0b0c0d0e),
            Psi = 2,
            CloseSession = true,
            CloseObject = true,
            Codepoint = 0x80,
        };
        byte[] written = new byte[44];
        Assert.Equal(40, header.Write(written, 4));
        LctHeader.WriteContentEncoding(written.AsSpan(40), ContentEncoding.Gzip);
        Assert.Equal(Hex.Text(golden), Hex.Text(written));
        Assert.True(LctPacket.TryParse(golden, out LctPacket packet));
        Assert.Equal((header.Tsi, header.Toi, 2, true, true), (packet.Tsi, packet.Toi, packet.Psi, packet.CloseSession, packet.CloseObject));
        Assert.True(packet.TryFind(LctExtensionType.Cenc, out LctExtension extension));
        Assert.True(extension.TryReadContentEncoding(out ContentEncoding encoding));
        Assert.Equal(ContentEncoding.Gzip, encoding);
    }
}
