using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;

namespace Flute.Tests;

/// <summary>tshark's dissectors of ALC, LCT and FEC read every field as it was meant.</summary>
public sealed class TsharkTests : IDisposable
{
    private const int Port = 4001;
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"flute-{Guid.NewGuid():N}.pcap");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void HeadersOfAllShapes()
    {
        var headers = new List<LctHeader>();
        foreach (int cci in (int[])[4, 8, 12, 16])
        {
            foreach (int half in (int[])[0, 2])
            {
                foreach (int tsi in (int[])[0, 4])
                {
                    for (int toi = 0; toi < 4; toi++)
                    {
                        int tsiLength = tsi + half, toiLength = 4 * toi + half;
                        if (toiLength == 0 || tsiLength == 0) continue;
                        headers.Add(new LctHeader
                        {
                            CciLength = cci,
                            TsiLength = tsiLength,
                            ToiLength = toiLength,
                            Tsi = 0x123456789ABCUL >> (48 - 8 * tsiLength),
                            Toi = new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10) >> (128 - 8 * toiLength),
                            CloseSession = half != 0,
                            CloseObject = toi % 2 == 1,
                        });
                    }
                }
            }
        }

        string[][] rows = Dissect(
            headers.Select(static h =>
            {
                byte[] packet = new byte[h.FixedLength + 8];
                int position = h.Write(packet, 0);
                new FecPayloadId(3, 4).Write(packet.AsSpan(position), FecEncodingId.CompactNoCode);
                return packet;
            }),
            "rmt-lct.version", "rmt-lct.hlen", "rmt-lct.fsize.cci", "rmt-lct.fsize.tsi", "rmt-lct.fsize.toi", "rmt-lct.tsi", "rmt-lct.tsi64", "rmt-lct.toi", "rmt-lct.toi64",
            "rmt-lct.flags.close_session", "rmt-lct.flags.close_object", "rmt-fec.sbn", "rmt-fec.esi", "rmt-lct.codepoint");
        Assert.Equal(headers.Count, rows.Length);
        foreach ((LctHeader h, string[] row) in headers.Zip(rows))
        {
            // Of longer TOIs tshark shows the last 64 bits as a number.
            string[] toi = h.ToiLength <= 8 ? [Short(h.ToiLength, h.Toi), Long(h.ToiLength, h.Toi)] : ["", Text((ulong)h.Toi)];
            Assert.Equal(
                [
                    "1", Text(h.FixedLength), Text(h.CciLength), Text(h.TsiLength), Text(h.ToiLength), Short(h.TsiLength, h.Tsi), Long(h.TsiLength, h.Tsi), .. toi,
                    Flag(h.CloseSession), Flag(h.CloseObject), "3", "0x00000004", "0",
                ],
                row);
        }
    }

    [Theory]
    [InlineData(FecEncodingId.RaptorQ, 2)]
    [InlineData(FecEncodingId.CompactNoCode, 1)]
    public void ASessionFromBeginningToEnd(FecEncodingId fec, int version)
    {
        // FDT instances are numbered by the tenths of seconds since 1970.
        const int Instance = 0x54321;
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddSeconds(Instance / 10.0);
        using var sender = new FluteSender(new FluteSenderOptions
        {
            Tsi = 99,
            Fec = fec,
            FluteVersion = version,
            Redundancy = 0.3,
            BlockBytes = 3000,
            MaxPacketBytes = 1000,
            UtcNow = () => time,
        });
        sender.Add(FluteObject.FromMemory("one.jpg", new byte[10_000], "image/jpeg"));
        sender.Complete();
        List<byte[]> packets = Channel.Drain(sender);
        string[][] rows = Dissect(
            packets, "rmt-lct.tsi", "rmt-lct.toi", "rmt-lct.codepoint", "rmt-fec.sbn", "rmt-fec.esi", "alc.version", "rmt-lct.hec.type",
            "rmt-fec.fti.transfer_length", "rmt-fec.fti.encoding_symbol_length", "rmt-lct.flute_version", "rmt-lct.fdt_instance_id", "rmt-lct.flags.close_session", "_ws.malformed");
        Assert.Equal(packets.Count, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.True(LctPacket.TryParse(packets[i], out LctPacket packet));
            FecPayloadId id = FecPayloadId.Read(packet.Payload, (FecEncodingId)packet.Codepoint);
            bool fdt = packet.Toi == 0;
            FecOti? oti = packet.TryFind(LctExtensionType.Fti, out LctExtension fti) ? FecOti.TryReadExtension(fti, packet.Codepoint) : null;
            Assert.Equal(fdt, oti is not null);
            Assert.Equal(
                [
                    "99", packet.Toi.ToString(CultureInfo.InvariantCulture), Text(packet.Codepoint), Text(id.SourceBlockNumber),
                    string.Create(CultureInfo.InvariantCulture, $"0x{id.EncodingSymbolId:x8}"), "1",
                    fdt ? (packet.Extensions.Length > 20 ? "192,193,64" : "192,64") : "",
                    fdt ? Text(oti!.TransferLength) : "", fdt ? Text(oti!.SymbolLength) : "", fdt ? Text(version) : "", fdt ? Text(Instance) : "", Flag(packet.CloseSession), "",
                ],
                rows[i]);
        }

        Assert.Contains(rows, static r => r[11] == "1" || r[11] == "True");
        Assert.Contains(rows, static r => r[1] == "1");
    }

    private static string Text<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Short<T>(int length, T number)
        where T : IFormattable => length <= 4 ? Text(number) : "";

    private static string Long<T>(int length, T number)
        where T : IFormattable => length is > 4 and <= 8 ? Text(number) : "";

    private static string Flag(bool flag) => flag ? "1" : "0";

    private string[][] Dissect(IEnumerable<byte[]> packets, params string[] fields)
    {
        Assert.SkipUnless(HasTshark(), "tshark is not installed");
        WriteCapture(packets);
        var start = new ProcessStartInfo("tshark")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-r", _file, "-d", $"udp.port=={Port},alc", "-T", "fields", "-E", "occurrence=a", "-E", "separator=;" },
        };
        foreach (string field in fields)
        {
            start.ArgumentList.Add("-e");
            start.ArgumentList.Add(field);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split(';').Select(static c => c is "True" ? "1" : c is "False" ? "0" : c).ToArray())];
    }

    private static bool HasTshark() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static p => File.Exists(Path.Combine(p, "tshark")));

    // The classic format with raw IPv4 (link type 101).
    private void WriteCapture(IEnumerable<byte[]> packets)
    {
        using FileStream file = File.Create(_file);
        Span<byte> start = stackalloc byte[24];
        start.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(start, 0xA1B2C3D4);
        BinaryPrimitives.WriteUInt16LittleEndian(start[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(start[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(start[16..], 65_535);
        BinaryPrimitives.WriteUInt32LittleEndian(start[20..], 101);
        file.Write(start);
        foreach (byte[] packet in packets)
        {
            byte[] whole = new byte[16 + 28 + packet.Length];
            BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(8), 28 + packet.Length);
            BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(12), 28 + packet.Length);
            Span<byte> ip = whole.AsSpan(16);
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(28 + packet.Length));
            ip[8] = 1;
            ip[9] = 17;
            ((byte[])[192, 0, 2, 1, 239, 1, 1, 5]).CopyTo(ip[12..]);
            BinaryPrimitives.WriteUInt16BigEndian(ip[20..], 40_000);
            BinaryPrimitives.WriteUInt16BigEndian(ip[22..], Port);
            BinaryPrimitives.WriteUInt16BigEndian(ip[24..], (ushort)(8 + packet.Length));
            packet.CopyTo(ip[28..]);
            file.Write(whole);
        }
    }
}
