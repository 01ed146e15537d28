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
    // What failed of sessions that only announced so far: a table alone costs a stranger one packet.
    private readonly Dictionary<SessionId, List<FluteEvent>> _heldBack = [];
    private readonly HashSet<SessionId> _begun = [];
    private long _sessions, _images, _late;

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

            foreach (GalleryEvent galleryEvent in EventsOf(received)) inbox.Report(galleryEvent);
            if (inbox.HasAll) inbox.Queue.Complete();

            if (received is NothingAwaited) inbox.Queue.Complete();
            if (received is not SessionEnded end) continue;

            // A session that was never understood, or made room for others, ends nothing.
            if (end is { FdtSeen: true, End: not SessionEnd.Abandoned }) inbox.End(intake.SourceOf(received.Session).Source);
            intake.Forget(received.Session);
            if (inbox.HasEnds && intake.IsOver()) inbox.Queue.Complete();
        }
    }

    /// <summary>
    /// Tells in one line of what was announced and never began to arrive, and of what began when everybody who was waited for had
    /// ended: anybody can send tables.
    /// </summary>
    public IEnumerable<GalleryEvent> Announced()
    {
        if (_late > 0) yield return new NoticeEvent($"{Counted.Of(_late, "image")} of sessions that began after the last end of transmission {(_late == 1 ? "is" : "are")} not complete.");
        if (_images == 0) yield break;
        string text = $"{Counted.Of(_sessions, "session")} announced {Counted.Of(_images, "image")}, and nothing of {(_images == 1 ? "it" : "them")} arrived.";
        if (inbox.Images > 0 || inbox.Failed > 0)
        {
            yield return new WarningEvent(ErrorIds.NothingOfSession, text);
            yield break;
        }

        inbox.CountFailed();
        yield return new ErrorEvent(new GalleryException(
            ErrorIds.NothingOfSession, GalleryErrorCategory.InvalidData, text, _sessions,
            "Start receivers before the sender, or let it repeat (-Repeat) or wait for receivers (-Receivers). Where large packets are lost on the way, use smaller ones (-Mtu)."));
    }

    /// <summary>What users see of an event of FLUTE; an image is stored.</summary>
    public IEnumerable<GalleryEvent> EventsOf(FluteEvent received)
    {
        if (Translate(received) is { } galleryEvent) yield return galleryEvent;
        if (received is SessionBegun && _begun.Add(received.Session) && _heldBack.Remove(received.Session, out List<FluteEvent>? held))
        {
            foreach (FluteEvent failed in held) yield return Failed(failed);
        }

        if (received is not SessionEnded) yield break;
        _begun.Remove(received.Session);
        _heldBack.Remove(received.Session);
    }

    private GalleryEvent? Translate(FluteEvent received)
    {
        switch (received)
        {
            case SessionOpened:
                return new NoticeEvent($"FLUTE session from {received.Session}.");
            case FdtReceived fdt:
                return new NoticeEvent(Invariant($"{received.Session}: {Counted.Of(fdt.Files, "image")}, {fdt.Bytes:N0} bytes{(fdt.Complete ? "" : " so far")}."));
            case ObjectReceived image:
                return Take(image);
            case ObjectPresent present:
                return TakeStored(present);
            case ObjectRestarted again:
                return new NoticeEvent($"{SafeFileName.From(again.File.Name)} from {intake.SourceOf(again.Session).Source} is received again from the start: {again.Detail}.");
            case ObjectFailed or ObjectsLeftOut when !_begun.Contains(received.Session):
                if (!_heldBack.TryGetValue(received.Session, out List<FluteEvent>? held)) _heldBack[received.Session] = held = [];
                held.Add(received);
                return null;
            case ObjectFailed { Failure: ObjectFailure.Incomplete } late when !intake.WasAwaited(late.Session):
                _late++;
                return null;
            case ObjectFailed or ObjectsLeftOut:
                return Failed(received);
            case SessionEnded { End: SessionEnd.Abandoned, FdtSeen: false }:
                return new NoticeEvent($"{received.Session}: nothing arrived that could be understood.");
            case SessionEnded { HasBegun: false, Missing: > 0 } hollow:
                _sessions++;
                _images += hollow.Missing;
                return new NoticeEvent($"{received.Session}: nothing arrived of {Counted.Of(hollow.Missing, "image")}.");
            default:
                return null;
        }
    }

    private ErrorEvent Failed(FluteEvent failed)
    {
        inbox.CountFailed();
        IPEndPoint source = intake.SourceOf(failed.Session).Source;
        return new ErrorEvent(failed is ObjectFailed failure ? FluteErrors.Of(failure, source) : FluteErrors.LeftOut((ObjectsLeftOut)failed, source));
    }

    // What is whole and no image was stored by somebody else; nobody receives it again either.
    private GalleryEvent? TakeStored(ObjectPresent present)
    {
        (IPEndPoint source, int nic) = intake.SourceOf(present.Session);
        try
        {
            using FileStream file = File.OpenRead(present.Path);
            return ImageHeader.TryRead(file, out ImageInfo info)
                ? inbox.TakeStored(present.Path, present.Index, new ArrivedImage(info, file.Length, source, 0, TimeSpan.Zero, nicName(nic)))
                : null;
        }
        catch (Exception e) when (e is GalleryException or IOException or UnauthorizedAccessException)
        {
            inbox.CountFailed();
            return new ErrorEvent(FluteErrors.NotKept(present.File.Name, e));
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
