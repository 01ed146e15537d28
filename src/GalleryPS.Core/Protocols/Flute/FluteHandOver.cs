using System.Net;
using Flute;
using static System.FormattableString;

namespace GalleryPS.Protocols.Flute;

/// <summary>Puts into the inbox what the protocol brought: images that are whole, failures, ends of sessions.</summary>
/// <param name="inbox">The inbox.</param>
/// <param name="intake">The protocol.</param>
/// <param name="nicName">Name of the NIC of an index.</param>
internal sealed class FluteHandOver(Inbox inbox, FluteIntake intake, Func<int, string?> nicName)
{
    /// <summary>Hands over until receiving ends.</summary>
    public void Run(CancellationToken stopping)
    {
        foreach (FluteEvent received in intake.Arrived())
        {
            if (stopping.IsCancellationRequested)
            {
                FluteIntake.Discard(received);
                continue;
            }

            if (Translate(received) is { } told) inbox.Report(told);
            if (inbox.HasAll) inbox.Queue.Complete();

            // A session that was never understood, or made room for others, ends nothing.
            if (received is not SessionEnded end) continue;
            if (end is { FdtSeen: true, End: not SessionEnd.Abandoned }) inbox.End(intake.SourceOf(received.Session).Source);
            intake.Forget(received.Session);
        }
    }

    /// <summary>What to tell of an event, if anything; an image is stored.</summary>
    public GalleryEvent? Translate(FluteEvent received)
    {
        switch (received)
        {
            case SessionOpened:
                return new NoticeEvent($"FLUTE session from {received.Session}.");
            case FdtReceived fdt:
                return new NoticeEvent(Invariant($"{received.Session}: {Counted.Of(fdt.Files, "image")}, {fdt.Bytes:N0} bytes{(fdt.Complete ? "" : " so far")}."));
            case ObjectReceived image:
                return Take(image);
            case ObjectRestarted again:
                return new NoticeEvent($"{SafeFileName.From(again.File.Name)} from {intake.SourceOf(again.Session).Source} is received again from the start: {again.Detail}.");
            case ObjectFailed failed:
                inbox.CountFailed();
                return new ErrorEvent(FluteErrors.Of(failed, intake.SourceOf(failed.Session).Source));
            case SessionEnded { End: SessionEnd.Abandoned, FdtSeen: false }:
                return new NoticeEvent($"{received.Session}: nothing arrived that could be understood.");
            default:
                return null;
        }
    }

    private GalleryEvent? Take(ObjectReceived received)
    {
        (IPEndPoint source, int nic) = intake.SourceOf(received.Session);
        long length = received.Content.Length;
        received.Content.Position = 0;
        bool isImage;
        ImageInfo info;
        try
        {
            isImage = ImageHeader.TryRead(received.Content, out info);
        }
        catch (Exception e) when (e is GalleryException or IOException)
        {
            received.Content.Dispose();
            inbox.CountFailed();
            return new ErrorEvent(e as GalleryException ?? FluteErrors.NotKept(received.File.Name, e));
        }

        if (!isImage)
        {
            received.Content.Dispose();
            inbox.NotAnImage(source, length, $"'{SafeFileName.From(received.File.Name)}'");
            return null;
        }

        return inbox.Take(
            received.Content, received.File.Name, received.Index, new ArrivedImage(info, length, source, received.Packets, received.Elapsed, nicName(nic)));
    }
}
