using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Flute;

/// <summary>
/// The lines of the report channel. The sender begins with a challenge; the receiver answers with who it is and then
/// reports. With a key each line of the receiver is <c>{"body":{...},"mac":"..."}</c>, the MAC covering the challenge, the
/// number of the line and the body, so that no line can be forged, repeated or moved.
/// </summary>
public sealed class ReportCodec : IDisposable
{
    /// <summary>Longest line, in bytes.</summary>
    public const int MaxLine = 1 << 20;

    /// <summary>The longest time from one report to the next that a receiver is asked for, and lets itself be asked for.</summary>
    public static readonly TimeSpan MostPace = TimeSpan.FromSeconds(60);

    // Block numbers have at most 16 bits, symbols' ids 24, and there are no more symbols than ids.
    private const int MaxBlock = 0xFFFF, MaxSymbol = 0xFFFFFF;
    private const long MostMicroseconds = 100L * 366 * 24 * 3600 * 1_000_000;
    private readonly byte[] _challenge;
    private readonly IncrementalHash? _hmac;
    private ulong _line;

    /// <summary>Makes one for one connection.</summary>
    /// <param name="challenge">The sender's random bytes.</param>
    /// <param name="key">The key, from <see cref="GroupKey.ReportKey"/>; null for none.</param>
    public ReportCodec(byte[] challenge, byte[]? key)
    {
        _challenge = challenge;
        if (key is not null) _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    }

    /// <summary>The sender's first line.</summary>
    /// <param name="challenge">Random bytes.</param>
    /// <param name="tsi">The session.</param>
    /// <param name="wantsMac">Whether lines without a MAC are refused.</param>
    /// <param name="every">How long to wait from one report to the next, as <see cref="Pace"/> says it; zero for as often as the receiver likes.</param>
    public static byte[] Challenge(byte[] challenge, ulong tsi, bool wantsMac = false, TimeSpan every = default)
    {
        string pace = every > TimeSpan.Zero ? $",\"every\":{every.Ticks / TimeSpan.TicksPerMicrosecond}" : "";
        return Encoding.UTF8.GetBytes($"{{\"type\":\"challenge\",\"tsi\":{tsi},\"mac\":{(wantsMac ? "true" : "false")},\"nonce\":\"{Convert.ToHexStringLower(challenge)}\"{pace}}}\n");
    }

    /// <summary>Reads the sender's first line.</summary>
    public static bool TryReadChallenge(ReadOnlyMemory<byte> line, out bool wantsMac, out byte[] challenge)
    {
        wantsMac = false;
        challenge = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.GetProperty("type").GetString() != "challenge") return false;
            wantsMac = root.TryGetProperty("mac", out JsonElement mac) && mac.GetBoolean();
            challenge = Convert.FromHexString(root.GetProperty("nonce").GetString() ?? "");
            return challenge.Length is >= 8 and <= 64;
        }
        catch (Exception e) when (IsBadJson(e))
        {
            return false;
        }
    }

    /// <summary>What the receiver's first line, when it was read, said of <see cref="Join"/>'s receiver; null when it said nothing.</summary>
    public string? Receiver { get; private set; }

    /// <summary>Whether the receiver, as its first line says, reads <see cref="Pace"/>; one that does not is told nothing.</summary>
    public bool TakesPace { get; private set; }

    /// <summary>What the sender says to a receiver of many: how long to wait from one report to the next.</summary>
    /// <param name="every">About that long; zero for as often as it likes.</param>
    public static byte[] Pace(TimeSpan every) =>
        Encoding.UTF8.GetBytes($"{{\"type\":\"pace\",\"every\":{every.Ticks / TimeSpan.TicksPerMicrosecond}}}\n");

    /// <summary>Reads such a line, or what the sender's first line says of it. One that asks for longer than <see cref="MostPace"/> makes no sense.</summary>
    public static bool TryReadPace(ReadOnlyMemory<byte> line, out TimeSpan every)
    {
        every = TimeSpan.Zero;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.GetProperty("type").GetString() is not ("pace" or "challenge") || !root.TryGetProperty("every", out _)) return false;
            every = Time(root, "every");
            return every >= TimeSpan.Zero && every <= MostPace;
        }
        catch (Exception e) when (IsBadJson(e))
        {
            return false;
        }
    }

    /// <summary>The receiver's first line.</summary>
    /// <param name="host">Its host.</param>
    /// <param name="receiver">Something that no other receiver has: on another connection it is known by that.</param>
    public byte[] Join(string host, string? receiver = null) => Line(json =>
    {
        json.WriteString("type", "join");
        json.WriteString("host", host);
        if (receiver is not null) json.WriteString("receiver", receiver);
        json.WriteBoolean("paced", true);
    });

    /// <summary>A report.</summary>
    public byte[] Report(ReceptionReport report) => Line(json =>
    {
        json.WriteString("type", "report");
        json.WriteNumber("packets", report.Packets);
        if (report.Last is { } last)
        {
            json.WriteStartArray("last");
            json.WriteNumberValue(last.Toi);
            json.WriteNumberValue(last.Id.SourceBlockNumber);
            json.WriteNumberValue(last.Id.EncodingSymbolId);
            json.WriteEndArray();
        }

        if (report.LastAt is { } at)
        {
            WriteTime(json, "at", at);
            WriteTime(json, "held", report.Held);
        }

        if (report.Decoding > TimeSpan.Zero) WriteTime(json, "decoding", report.Decoding);
        if (report.Storing > TimeSpan.Zero) WriteTime(json, "storing", report.Storing);
        json.WriteBoolean("idle", report.IsIdle);
        json.WriteBoolean("fdt", report.HasFdt);
        json.WriteBoolean("finished", report.Finished);
        if (report.IsBusy) json.WriteBoolean("busy", true);
        if (report.Refused > 0) json.WriteNumber("refused", report.Refused);
        WriteTois(json, "restarted", report.Restarted);
        WriteTois(json, "objects", report.Objects);

        if (report.Blocks.Count > 0)
        {
            json.WriteStartArray("blocks");
            foreach ((ulong toi, int number) in report.Blocks)
            {
                json.WriteNumberValue(toi);
                json.WriteNumberValue(number);
            }

            json.WriteEndArray();
        }

        if (report.Open.Count > 0)
        {
            json.WriteStartArray("open");
            foreach (OpenBlock open in report.Open)
            {
                json.WriteNumberValue(open.Toi);
                json.WriteNumberValue(open.SourceBlockNumber);
                json.WriteNumberValue(open.Symbols);
            }

            json.WriteEndArray();
        }
    });

    /// <summary>Reads a line of the receiver.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="host">Set when it is the receiver's first line.</param>
    /// <param name="report">Set when it is a report.</param>
    /// <param name="authentic">False when the MAC is missing or wrong.</param>
    /// <returns>False when it makes no sense or is not authentic.</returns>
    public bool TryRead(ReadOnlyMemory<byte> line, out string? host, out ReceptionReport? report, out bool authentic)
    {
        host = null;
        report = null;
        authentic = _hmac is null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement body = document.RootElement;
            if (_hmac is not null)
            {
                JsonElement inner = body.GetProperty("body");
                byte[] claimed = Convert.FromHexString(body.GetProperty("mac").GetString() ?? "");
                if (!CryptographicOperations.FixedTimeEquals(claimed, Mac(Encoding.UTF8.GetBytes(inner.GetRawText())))) return false;
                authentic = true;
                body = inner;
            }

            _line++;
            switch (body.GetProperty("type").GetString())
            {
                case "join":
                    host = body.GetProperty("host").GetString();
                    Receiver = body.TryGetProperty("receiver", out JsonElement receiver) ? receiver.GetString() : null;
                    TakesPace = body.TryGetProperty("paced", out JsonElement paced) && paced.GetBoolean();
                    return host is { Length: <= 255 } && (Receiver is null || Receiver.Length <= 64);
                case "report":
                    report = ReadReport(body);
                    return report is not null;
                default:
                    return false;
            }
        }
        catch (Exception e) when (IsBadJson(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hmac?.Dispose();

    private static ReceptionReport? ReadReport(JsonElement body)
    {
        JsonElement[] blocks = Elements(body, "blocks"), open = Elements(body, "open"), last = Elements(body, "last");
        if (blocks.Length % 2 != 0 || open.Length % 3 != 0 || last.Length is not (0 or 3)) return null;
        long packets = body.GetProperty("packets").GetInt64();
        int refused = body.TryGetProperty("refused", out JsonElement number) ? number.GetInt32() : 0;
        ulong[] objects = Tois(body, "objects");
        if (packets < 0 || refused < 0 || refused > objects.Length) return null;
        return new ReceptionReport
        {
            Packets = packets,
            Last = last.Length == 0 ? null : new PacketMark(last[0].GetUInt64(), new FecPayloadId(Within(last[1], 0, MaxBlock), (uint)Within(last[2], 0, MaxSymbol))),
            LastAt = body.TryGetProperty("at", out _) ? Time(body, "at") : null,
            Held = Time(body, "held"),
            Decoding = Time(body, "decoding"),
            Storing = Time(body, "storing"),
            IsIdle = body.GetProperty("idle").GetBoolean(),
            IsBusy = body.TryGetProperty("busy", out JsonElement busy) && busy.GetBoolean(),
            HasFdt = body.GetProperty("fdt").GetBoolean(),
            Finished = body.GetProperty("finished").GetBoolean(),
            Refused = refused,
            Restarted = Tois(body, "restarted"),
            Objects = objects,
            Blocks = [.. blocks.Chunk(2).Select(static b => (b[0].GetUInt64(), Within(b[1], 0, MaxBlock)))],
            Open = [.. open.Chunk(3).Select(static o => new OpenBlock(o[0].GetUInt64(), Within(o[1], 0, MaxBlock), Within(o[2], OpenBlock.Decoding, MaxSymbol)))],
        };
    }

    private static void WriteTime(Utf8JsonWriter json, string name, TimeSpan time) => json.WriteNumber(name, time.Ticks / TimeSpan.TicksPerMicrosecond);

    // Microseconds; a century is enough for any clock.
    private static TimeSpan Time(JsonElement body, string name) => !body.TryGetProperty(name, out JsonElement number) ? TimeSpan.Zero
        : number.GetInt64() is long time && Math.Abs(time) <= MostMicroseconds ? TimeSpan.FromTicks(time * TimeSpan.TicksPerMicrosecond)
        : throw new FormatException("A time is out of range.");

    private static void WriteTois(Utf8JsonWriter json, string name, IReadOnlyList<ulong> tois)
    {
        if (tois.Count == 0) return;
        json.WriteStartArray(name);
        foreach (ulong toi in tois) json.WriteNumberValue(toi);
        json.WriteEndArray();
    }

    // A receiver tells what came to it, and anybody can send it packets with any TOI; so any is read, and what is not known is skipped.
    private static ulong[] Tois(JsonElement body, string name) => [.. Elements(body, name).Select(static n => n.GetUInt64())];

    private static JsonElement[] Elements(JsonElement body, string name) => body.TryGetProperty(name, out JsonElement array) ? [.. array.EnumerateArray()] : [];

    private static int Within(JsonElement number, int least, int most) =>
        number.GetInt32() is int value && value >= least && value <= most ? value : throw new FormatException("A number is out of range.");

    private static bool IsBadJson(Exception e) =>
        e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException;

    private byte[] Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        if (_hmac is null) return [.. buffer.WrittenSpan, (byte)'\n'];
        string mac = Convert.ToHexStringLower(Mac(buffer.WrittenSpan));
        _line++;
        return [.. "{\"body\":"u8, .. buffer.WrittenSpan, .. ",\"mac\":\""u8, .. Encoding.ASCII.GetBytes(mac), .. "\"}\n"u8];
    }

    private byte[] Mac(ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, _line);
        _hmac!.AppendData(_challenge);
        _hmac.AppendData(number);
        _hmac.AppendData(body);
        return _hmac.GetHashAndReset();
    }
}
