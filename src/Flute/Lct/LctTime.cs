using System.Buffers.Binary;

namespace Flute;

/// <summary>The times EXT_TIME can carry (RFC 5651 section 5.2.2); each may be missing.</summary>
public readonly record struct LctTime
{
    private const int SctHigh = 0x8000, SctLow = 0x4000, Ert = 0x2000, Slc = 0x1000;

    /// <summary>Sender current time: whole seconds, NTP era 0.</summary>
    public uint? SenderTimeHigh { get; init; }

    /// <summary>Sender current time: fraction in units of 2^-32 s; only together with the seconds.</summary>
    public uint? SenderTimeLow { get; init; }

    /// <summary>Expected residual time of the session or object, in seconds.</summary>
    public uint? ExpectedResidualTime { get; init; }

    /// <summary>When the session last changed, NTP seconds.</summary>
    public uint? SessionLastChanged { get; init; }

    /// <summary>Bytes of the extension.</summary>
    public int Length => 4 + 4 * (Count(SenderTimeHigh) + Count(SenderTimeLow) + Count(ExpectedResidualTime) + Count(SessionLastChanged));

    /// <summary>Writes the extension.</summary>
    /// <returns>Its <see cref="Length"/>.</returns>
    public int Write(Span<byte> destination)
    {
        int length = Length;
        int use = (SenderTimeHigh is null ? 0 : SctHigh) | (SenderTimeLow is null ? 0 : SctLow)
            | (ExpectedResidualTime is null ? 0 : Ert) | (SessionLastChanged is null ? 0 : Slc);
        destination[0] = (byte)LctExtensionType.Time;
        destination[1] = (byte)(length / 4);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)use);
        Span<byte> rest = destination[4..];
        Put(SenderTimeHigh, ref rest);
        Put(SenderTimeLow, ref rest);
        Put(ExpectedResidualTime, ref rest);
        Put(SessionLastChanged, ref rest);
        return length;
    }

    /// <summary>Reads the extension.</summary>
    /// <returns>False when it is another one, or too short for what it announces.</returns>
    public static bool TryRead(LctExtension extension, out LctTime time)
    {
        time = default;
        if (extension.Type != LctExtensionType.Time) return false;
        int use = BinaryPrimitives.ReadUInt16BigEndian(extension.Bytes[2..]);
        ReadOnlySpan<byte> rest = extension.Bytes[4..];
        if (!Take(use & SctHigh, ref rest, out uint? high) || !Take(use & SctLow, ref rest, out uint? low)
            || !Take(use & Ert, ref rest, out uint? ert) || !Take(use & Slc, ref rest, out uint? slc))
        {
            return false;
        }

        time = new LctTime { SenderTimeHigh = high, SenderTimeLow = low, ExpectedResidualTime = ert, SessionLastChanged = slc };
        return true;
    }

    private static int Count(uint? value) => value is null ? 0 : 1;

    private static void Put(uint? value, ref Span<byte> rest)
    {
        if (value is not { } number) return;
        BinaryPrimitives.WriteUInt32BigEndian(rest, number);
        rest = rest[4..];
    }

    private static bool Take(int present, ref ReadOnlySpan<byte> rest, out uint? value)
    {
        value = null;
        if (present == 0) return true;
        if (rest.Length < 4) return false;
        value = BinaryPrimitives.ReadUInt32BigEndian(rest);
        rest = rest[4..];
        return true;
    }
}
