using System.Net;
using Flute;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>
/// Receives images by FLUTE. One thread per socket feeds the protocol (<see cref="FluteIntake"/>), the thread pool decodes and
/// stores, one thread hands over what is whole (<see cref="FluteHandOver"/>).
/// </summary>
internal sealed class FluteGalleryReceiver : IImageReceiver
{
    // Packets come in bursts that no scheduler is always in time for.
    private const int ReceiveBuffer = 16 << 20;

    // With UDP_GRO each holds a burst: a few of them fill the processor's cache.
    private const int BuffersTogether = 8;
    private const int SettleMilliseconds = 3;

    // What is still being decoded when receiving ends counts, if it is soon.
    private static readonly TimeSpan DecodingTimeout = TimeSpan.FromMilliseconds(100);
    private readonly Inbox _inbox;
    private readonly DatagramListener _listener;
    private readonly FluteIntake _intake;
    private readonly FluteHandOver _handOver;

    private FluteGalleryReceiver(ReceiveOptions options, Inbox inbox, bool portable, DatagramReceiver receiver)
    {
        _inbox = inbox;
        _listener = new DatagramListener(receiver, options.Transport, ReceiveBuffer, portable, new ListenerNews(Notice, inbox.Report, inbox.Break, () => inbox.Clock.Now));
        _intake = new FluteIntake(options, inbox, _listener.Sockets, _listener.Stopping);
        _handOver = new FluteHandOver(inbox, _intake, _listener.NicName);
    }

    public ReadyEvent Ready => _listener.Ready;

    public long? Dropped => _listener.Dropped;

    public static FluteGalleryReceiver Open(ReceiveOptions options, Inbox inbox, ProtocolContext context, CancellationToken cancellationToken) =>
        new(options, inbox, context.Portable, ReceiveAddresses.OpenDatagram(options, cancellationToken));

    public IEnumerable<GalleryEvent> Opening() => _listener.Opening("FLUTE by UDP", _inbox.Clock.Now);

    public void Start()
    {
        _listener.Start("FLUTE", socket => new SocketIntake(_intake, _inbox, socket), BuffersTogether, bursts: true);
        _listener.Run("FLUTE images", "Receiving (FLUTE images)", "FLUTE images", () => _handOver.Run(_listener.Stopping));
    }

    public IEnumerable<GalleryEvent> Closing()
    {
        StopReading();
        List<GalleryEvent> left = [.. _listener.Leave(_inbox.Clock.Now)];
        foreach (FluteEvent received in _intake.Finish(DecodingTimeout))
        {
            // A limit that was reached is no reason to complain about what was not asked for any more.
            if (received is ObjectFailed && _inbox.HasAll) continue;
            foreach (GalleryEvent galleryEvent in _handOver.EventsOf(received)) yield return galleryEvent;
        }

        foreach (GalleryEvent galleryEvent in _handOver.Announced()) yield return galleryEvent;
        if (_intake.Hints.NotAuthenticAtTheEnd(_intake.Counts) is { } warning) yield return warning;
        foreach (GalleryEvent galleryEvent in left) yield return galleryEvent;
        FluteReceiverCounts counts = _intake.Counts;
        yield return new NoticeEvent(
            $"{Counted.Of(counts.Packets, "packet")} of FLUTE, {counts.Redundant} not needed, {counts.Malformed} malformed, {counts.NotAuthentic} not authentic, {counts.Replayed} replayed, {counts.Expired} expired, {counts.OverLimit} over a limit.");
        if (Dropped > 0 && _inbox.Failed > 0) yield return _listener.DroppedWarning(".", "-BitRate");
    }

    public GalleryException? ExplainNothingReceived() => _intake.Counts is { NotAuthentic: > 0, Packets: 0 } counts
        ? new GalleryException(
            ErrorIds.NotAuthentic, GalleryErrorCategory.SecurityError,
            $"{Counted.Of(counts.NotAuthentic, "packet")} arrived, none of them authentic.", Ready.EndPoints[0],
            "Give the same passphrase (-Passphrase) on both sides.")
        : null;

    public void Dispose()
    {
        StopReading();
        _listener.Dispose();
        _intake.Dispose();
    }

    private void StopReading()
    {
        _intake.CompleteAdding();
        _listener.StopReading();
    }

    private static NoticeEvent Notice(MembershipChange change) => new(change.Action == MembershipAction.Joined ? $"{change.ToString().TrimEnd('.')}, for FLUTE." : change.ToString());

    private sealed class SocketIntake : ISocketIntake
    {
        private readonly FluteIntake _intake;
        private readonly Inbox _inbox;
        private readonly int _reportEvery;
        private bool _idle;

        public SocketIntake(FluteIntake intake, Inbox inbox, ReceivingSocket socket)
        {
            (_intake, _inbox, _reportEvery) = (intake, inbox, Math.Clamp(DatagramSockets.Granted(socket.Socket) / 2304 / 8, 8, 512));
            intake.Enter();
        }

        // Soon after a burst there is something to decode or to report, whether more comes or not.
        public int WaitForRoom()
        {
            _intake.WaitForDecoding();
            return _idle ? ReadingThreads.PollMilliseconds : SettleMilliseconds;
        }

        public void Take(in Datagram datagram) => _intake.Push(datagram, _reportEvery);

        public void LeaveOut(IPAddress source, IPAddress destination) => _inbox.Filtered(source, destination);

        public void Flush(int count)
        {
            _intake.After(anything: count > 0, wasIdle: _idle);
            _idle = count == 0;
        }

        public void End() => _intake.Exit(_idle);
    }
}
