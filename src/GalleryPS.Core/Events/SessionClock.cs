namespace GalleryPS.Events;

/// <summary>When a session began, and when something came last.</summary>
internal sealed class SessionClock(TimeProvider time)
{
    private long _began = time.GetTimestamp(), _lastActivity = time.GetTimestamp();

    /// <summary>Where all of a session's times come from.</summary>
    public TimeProvider Time => time;

    /// <summary>The time of day.</summary>
    public DateTimeOffset Now => time.LocalNow();

    /// <summary>Since the session began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>How long nothing has come.</summary>
    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref _lastActivity));

    /// <summary>The session begins now.</summary>
    public void Begin()
    {
        _began = time.GetTimestamp();
        Touch();
    }

    /// <summary>Something came.</summary>
    public void Touch() => Interlocked.Exchange(ref _lastActivity, time.GetTimestamp());
}

/// <summary>The time of day of a clock.</summary>
internal static class TimeOfDay
{
    /// <summary>The local time. The system's is had faster than through its <see cref="TimeProvider"/>.</summary>
    public static DateTimeOffset LocalNow(this TimeProvider time) => ReferenceEquals(time, TimeProvider.System) ? DateTimeOffset.Now : time.GetLocalNow();
}
