namespace Flute;

/// <summary>NTP seconds, in which FDT instances say when they expire: seconds since 1900, modulo 2^32.</summary>
public static class NtpTime
{
    private static readonly DateTimeOffset Epoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The seconds of a time.</summary>
    public static uint From(DateTimeOffset time) => unchecked((uint)(long)Math.Floor((time - Epoch).TotalSeconds));

    /// <summary>Whether a time given in NTP seconds is over; the nearest one is meant (they wrap in 2036).</summary>
    public static bool IsOver(uint seconds, DateTimeOffset now) => IsOver(seconds, From(now));

    /// <summary>Whether a time is over, both in NTP seconds.</summary>
    public static bool IsOver(uint seconds, uint now) => unchecked((int)(seconds - now)) < 0;
}
