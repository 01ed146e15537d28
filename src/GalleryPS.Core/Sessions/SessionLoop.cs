using GalleryPS.Events;

namespace GalleryPS.Sessions;

/// <summary>Why a session ended.</summary>
internal enum StopReason
{
    /// <summary>Everything that was waited for came, or nothing can come any more.</summary>
    Completed,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The time it was given is over.</summary>
    Duration,

    /// <summary>Nothing came for too long.</summary>
    IdleTimeout,
}

/// <summary>Something that listens in the background and puts what happens into a queue.</summary>
internal interface ISession : IDisposable
{
    /// <summary>Where it listens.</summary>
    ReadyEvent Ready { get; }

    /// <summary>Where it puts what happens; completing it ends the session.</summary>
    EventQueue Queue { get; }

    /// <summary>Its clock.</summary>
    SessionClock Clock { get; }

    /// <summary>How long it lasts at most; null for no limit.</summary>
    TimeSpan? Duration => null;

    /// <summary>How long nothing may come; null for no limit.</summary>
    TimeSpan? IdleTimeout => null;

    /// <summary>What to tell at the beginning.</summary>
    IEnumerable<GalleryEvent> Opening();

    /// <summary>Starts the threads that read.</summary>
    void Start();

    /// <summary>Stops the threads, leaves and closes, and tells what is left to be told.</summary>
    IEnumerable<GalleryEvent> Closing(StopReason reason);
}

/// <summary>What all sessions do: tell that they are ready, hand out what comes on the calling thread, end in time, and clean up.</summary>
internal static class SessionLoop
{
    private static readonly TimeSpan LongestAlarm = TimeSpan.FromDays(1), Rounding = TimeSpan.FromMilliseconds(1);

    /// <summary>Runs a session, and disposes of it in the end.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>First its <see cref="ReadyEvent"/>, then whatever comes, then what it tells at the end.</returns>
    public static IEnumerable<GalleryEvent> Run(ISession session, CancellationToken cancellationToken)
    {
        EventQueue queue = session.Queue;
        using CancellationTokenRegistration wake = queue.WakeOn(cancellationToken);
        using ITimer alarm = session.Clock.Time.CreateTimer(static q => ((EventQueue)q!).Alarm(), queue, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            session.Clock.Begin();
            yield return session.Ready;
            foreach (GalleryEvent galleryEvent in session.Opening()) yield return galleryEvent;
            session.Clock.Touch();
            session.Start();
            StopReason? over = Limit(session, alarm);
            if (over is not null) queue.Complete();
            while (true)
            {
                TakeResult result = queue.Take(out GalleryEvent? next, cancellationToken);
                if (result == TakeResult.Taken)
                {
                    yield return next!;
                    continue;
                }

                if (result == TakeResult.Cancelled) over = StopReason.Cancelled;
                if (result is TakeResult.Cancelled or TakeResult.Completed) break;

                // What came in time is still handed out.
                over = Limit(session, alarm);
                if (over is not null) queue.Complete();
            }

            queue.Complete();
            foreach (GalleryEvent galleryEvent in session.Closing(over ?? StopReason.Completed)) yield return galleryEvent;
        }
        finally
        {
            session.Dispose();
        }
    }

    // Which limit is reached, or else sets the alarm for the next one.
    private static StopReason? Limit(ISession session, ITimer alarm)
    {
        TimeSpan? untilEnd = session.Duration - session.Clock.Elapsed, untilIdle = session.IdleTimeout - session.Clock.Idle;
        if (untilEnd <= TimeSpan.Zero) return StopReason.Duration;
        if (untilIdle <= TimeSpan.Zero) return StopReason.IdleTimeout;
        TimeSpan? next = untilIdle is null || untilEnd < untilIdle ? untilEnd : untilIdle;

        // An alarm that rings a hair too early would ring again and again; one millisecond more does no harm.
        if (next is { } wait) alarm.Change(wait < LongestAlarm ? wait + Rounding : LongestAlarm, Timeout.InfiniteTimeSpan);
        return null;
    }
}
