namespace Flute;

/// <summary>Numbers from the time of day, for what a sender that is started again must number higher than before.</summary>
internal static class Clock
{
    /// <summary>Ticks of so many per second since 1970; 0 before that.</summary>
    public static long Since1970(DateTimeOffset time, long perSecond)
    {
        TimeSpan since = time - DateTimeOffset.UnixEpoch;
        return since <= TimeSpan.Zero ? 0 : since.Ticks / TimeSpan.TicksPerSecond * perSecond + since.Ticks % TimeSpan.TicksPerSecond * perSecond / TimeSpan.TicksPerSecond;
    }
}
