using System.Diagnostics;

namespace GalleryPS.Operations;

/// <summary>
/// Progress of work that tells none itself: from image to image. It stays away from short work and does not slow down long
/// work.
/// </summary>
/// <param name="activity">What is being done.</param>
/// <param name="total">Bytes in all, or null when nobody knows. Who knows them wants to hear how long it takes, not how fast it is.</param>
internal sealed class TransferProgress(string activity, long? total = null)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromMilliseconds(200);
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _last, _bytes;
    private int _images;

    /// <summary>Counts an image.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <returns>What to show now, or null.</returns>
    public ProgressEvent? After(long bytes)
    {
        _images++;
        _bytes += bytes;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start);
        if (elapsed < Quiet || (_last != 0 && Stopwatch.GetElapsedTime(_last) < Pause)) return null;
        _last = Stopwatch.GetTimestamp();
        return new ProgressEvent(activity, _bytes, total, total is null ? _bytes * 8 / elapsed.TotalSeconds : null)
        {
            Completed = _images,
            TimeLeft = total > 0 && _bytes > 0 ? elapsed * ((double)(total.Value - _bytes) / _bytes) : null,
        };
    }
}
