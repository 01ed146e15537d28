using Flute;
using GalleryPS.Events;

namespace GalleryPS.Protocols.Flute;

/// <summary>How far sending is: by what was planned, or, where receivers report, by the one that has least.</summary>
internal sealed class SendingProgress(SendOptions options, FluteSender flute, DeliveryTracker? delivery)
{
    private const int ImagesShown = 4;
    private readonly RateMeter _rate = new(), _growth = new();

    /// <summary>How far it is now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="bytes">Bytes of all images.</param>
    /// <param name="nameOf">Place and name of an image, by its place in the FDT.</param>
    public ProgressEvent Measure(TimeSpan now, long bytes, Func<int, (int Index, string Name)> nameOf)
    {
        _rate.Mark(now, flute.Bytes);
        if (flute.AnnounceOnly) return new ProgressEvent($"Waiting for receivers, {delivery!.Present} of {options.Flute.Receivers} are connected", 0, null, null);
        long total = bytes * (options.Flute.Repeat + 1);
        double packets = flute.Packets - flute.FdtPackets, planned = (double)flute.Symbols.Pass * (options.Flute.Repeat + 1), loss = 0;
        if (delivery is not null)
        {
            planned = flute.Symbols.Source;
            foreach (ReceiverState receiver in delivery.Receivers)
            {
                if (receiver.IsGone || receiver.Completed is not null) continue;
                packets = Math.Min(packets, receiver.Packets);
                loss = Math.Max(loss, receiver.LossRate);
            }
        }

        double done = total * Math.Min(1, packets / Math.Max(1, planned));
        _growth.Mark(now, done);
        return new ProgressEvent("Sending", options.Flute.Carousel ? flute.Bytes : (long)done, options.Flute.Carousel ? null : total, _rate.PerSecond * 8)
        {
            TimeLeft = options.Flute.Carousel ? null : _growth.TimeUntil(total),
            LossRate = delivery is null ? null : loss,
            Images = [.. flute.InProgress(ImagesShown).Select(i => new ImageProgress(nameOf(i.Index).Index, nameOf(i.Index).Name, i.Done, i.Total))],
        };
    }
}
