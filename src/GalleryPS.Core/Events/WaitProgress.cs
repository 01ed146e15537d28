using GalleryPS.Network;

namespace GalleryPS.Events;

/// <summary>Waits that show how long they still take.</summary>
internal static class WaitProgress
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Waits for a time, or until cancelled, and reports the time left once a second; short waits report nothing.</summary>
    /// <param name="activity">What is waited for.</param>
    /// <param name="length">How long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static IEnumerable<GalleryEvent> Wait(string activity, TimeSpan length, TimeProvider time, CancellationToken cancellationToken)
    {
        if (length > TimeSpan.Zero) return WaitInSteps(activity, length, time, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return [];
    }

    private static IEnumerable<GalleryEvent> WaitInSteps(string activity, TimeSpan length, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        TimeSpan left = length;
        while (left > Step)
        {
            yield return new ProgressEvent(activity, 0, null, null) { TimeLeft = left };
            Pauses.Wait(Step, time, cancellationToken);
            left = length - time.GetElapsedTime(start);
        }

        Pauses.Wait(left, time, cancellationToken);
    }
}
