using System.Diagnostics;

namespace GalleryPS.Sessions;

/// <summary>
/// Spreads bytes evenly over time. What was late is not caught up beyond one burst, so that a pause of the sender does
/// not become a flood at the receiver.
/// </summary>
internal sealed class Pacer(BitRate rate)
{
    // Sleeping is only accurate to about a millisecond; what is shorter may go at once.
    private static readonly long Burst = Stopwatch.Frequency / 1000;
    private readonly double _ticksPerByte = rate.IsUnlimited ? 0 : Stopwatch.Frequency * 8 / rate.BitsPerSecond;
    private long _due;

    /// <summary>Whether it never waits.</summary>
    public bool IsUnlimited => _ticksPerByte == 0;

    /// <summary>Waits until the next bytes may go.</summary>
    public void Wait(CancellationToken cancellationToken)
    {
        if (_ticksPerByte == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        long now = Stopwatch.GetTimestamp();
        if (_due > now + Burst) Pause(TimeSpan.FromSeconds((_due - now) / (double)Stopwatch.Frequency), cancellationToken);
        now = Stopwatch.GetTimestamp();
        if (_due < now - Burst) _due = now - Burst;
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Tells that so many bytes went.</summary>
    public void Sent(long bytes) => _due += (long)(bytes * _ticksPerByte);

    /// <summary>Waits for a time, or until cancelled.</summary>
    public static void Pause(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time > TimeSpan.Zero) cancellationToken.WaitHandle.WaitOne(time.TotalDays < 1 ? time : TimeSpan.FromDays(1));
        cancellationToken.ThrowIfCancellationRequested();
    }
}
