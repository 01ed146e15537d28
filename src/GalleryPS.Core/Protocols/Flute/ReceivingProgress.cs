using Flute;
using GalleryPS.Events;

namespace GalleryPS.Protocols.Flute;

/// <summary>How far receiving is, all sessions together.</summary>
internal sealed class ReceivingProgress
{
    private const int ImagesShown = 4;
    private readonly RateMeter _rate = new();

    /// <summary>How far it is now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="flute">The protocol.</param>
    /// <param name="completed">Images that are complete.</param>
    public ProgressEvent Measure(TimeSpan now, FluteReceiver flute, int completed)
    {
        long done = 0, total = 0, packets = 0, lost = 0;
        var images = new List<ImageProgress>(ImagesShown);
        foreach (SessionId session in flute.Sessions)
        {
            (long Done, long Total, long Packets, long Lost) part = flute.Progress(session);
            (done, total, packets, lost) = (done + part.Done, total + part.Total, packets + part.Packets, lost + part.Lost);
            foreach (ObjectProgress image in flute.InProgress(session, ImagesShown - images.Count))
            {
                images.Add(new ImageProgress(image.Index, SafeFileName.From(image.Name), image.Done, image.Total));
            }
        }

        _rate.Mark(now, done);
        return new ProgressEvent("Receiving", done, total > 0 ? total : null, _rate.PerSecond * 8)
        {
            TimeLeft = total > 0 ? _rate.TimeUntil(total) : null,
            LossRate = packets + lost == 0 ? null : (double)lost / (packets + lost),
            Completed = completed,
            Images = images,
        };
    }
}
