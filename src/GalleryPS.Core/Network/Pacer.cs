namespace GalleryPS.Network;

/// <summary>Waits for a time, or until cancelled.</summary>
internal static class Pauses
{
    public static void Wait(TimeSpan length, TimeProvider time, CancellationToken cancellationToken)
    {
        TryWait(length, time, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Gives false when it was cancelled.</summary>
    public static bool TryWait(TimeSpan length, TimeProvider time, CancellationToken cancellationToken)
    {
        if (length > TimeSpan.Zero)
        {
            if (length.TotalDays > 1) length = TimeSpan.FromDays(1);

            // The system's own wait is more accurate than a timer.
            if (ReferenceEquals(time, TimeProvider.System)) cancellationToken.WaitHandle.WaitOne(length);
            else Task.WhenAny(Task.Delay(length, time, cancellationToken)).Wait(CancellationToken.None);
        }

        return !cancellationToken.IsCancellationRequested;
    }
}

/// <summary>
/// Spreads bytes evenly over time. What was late is not caught up beyond one burst, so that a pause of the sender does
/// not become a flood at the receiver.
/// </summary>
/// <param name="bitsPerSecond">The rate in bit/s; positive infinity for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class Pacer(double bitsPerSecond, TimeProvider time)
{
    // Sleeping is only accurate to about a millisecond; what is shorter may go at once.
    private readonly long _burst = time.TimestampFrequency / 1000;
    private readonly double _ticksPerByte = double.IsPositiveInfinity(bitsPerSecond) ? 0 : time.TimestampFrequency * 8 / bitsPerSecond;
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

        long now = time.GetTimestamp();
        if (_due > now + _burst) Pauses.Wait(TimeSpan.FromSeconds((_due - now) / (double)time.TimestampFrequency), time, cancellationToken);
        now = time.GetTimestamp();
        if (_due < now - _burst) _due = now - _burst;
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>How long until the next bytes may go.</summary>
    public TimeSpan Left
    {
        get
        {
            double seconds = (_due - time.GetTimestamp()) / (double)time.TimestampFrequency;
            return _ticksPerByte == 0 || seconds <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
        }
    }

    /// <summary>Tells that so many bytes went.</summary>
    public void Sent(long bytes) => _due += (long)(bytes * _ticksPerByte);
}
