using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Flute;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>Plain over UDP: every datagram is an image, an empty one is an end of transmission.</summary>
internal sealed class PlainDatagramReceiver : IImageReceiver, ISocketIntake
{
    // A small gallery and more. Linux charges 2,304 bytes for each fragment of 1,500 bytes, so this is about 2.7 MB of images.
    private const int ReceiveBuffer = 4 << 20;

    // Images are large: more of them together would not stay in the processor's cache.
    private const int Together = 16;
    private readonly ReceiveOptions _options;
    private readonly Inbox _inbox;
    private readonly DatagramListener _listener;
    private readonly CopyFilter _copies = new();
    private readonly Lock _copiesLock = new();
    private readonly Transmissions _transmissions;
    private bool _hintGiven;

    private PlainDatagramReceiver(ReceiveOptions options, Inbox inbox, bool portable, DatagramReceiver receiver)
    {
        (_options, _inbox) = (options, inbox);
        _transmissions = new Transmissions(inbox, options.Senders, TimeSpan.Zero, "sent an empty datagram");
        _listener = new DatagramListener(
            receiver, options.Transport, ReceiveBuffer, portable,
            new ListenerNews(static change => new NoticeEvent(change.ToString()), inbox.Report, inbox.Break, () => inbox.Clock.Now));
    }

    public ReadyEvent Ready => _listener.Ready;

    public long? Dropped => _listener.Dropped;

    public static PlainDatagramReceiver Open(ReceiveOptions options, Inbox inbox, ProtocolContext context, CancellationToken cancellationToken) =>
        new(options, inbox, context.Portable, ReceiveAddresses.OpenDatagram(options, cancellationToken));

    public IEnumerable<GalleryEvent> Opening() => _listener.Opening("UDP", _inbox.Clock.Now);

    public void Start() => _listener.Start("UDP", _ => this, Together);

    public IEnumerable<GalleryEvent> Closing()
    {
        _listener.StopReading();
        foreach (GalleryEvent left in _listener.Leave(_inbox.Clock.Now)) yield return left;
        if (Dropped > 0) yield return _listener.DroppedWarning(": images are missing.", "-BitRate");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _transmissions.Dispose();
    }

    void ISocketIntake.Take(in Datagram datagram)
    {
        ReadOnlySpan<byte> payload = datagram.Payload;
        _inbox.Datagram();
        if (payload.IsEmpty)
        {
            bool isNew;
            lock (_copiesLock) isNew = _copies.End(datagram.Source, datagram.InterfaceIndex);
            _transmissions.Ended(datagram.Source, datagram.Source, isCopy: !isNew);
            return;
        }

        if (ImageHeader.TryRead(payload, out ImageInfo info) != ImageHeaderResult.Ok)
        {
            _inbox.NotAnImage(datagram.Source, payload.Length, "A datagram");
            HintAtFlute(datagram.Source, payload);
            return;
        }

        if (payload.Length > _options.Limits.MaxImageBytes)
        {
            _inbox.Fail(ReceiveAddresses.TooLarge(datagram.Source, payload.Length, _options.Limits.MaxImageBytes));
            return;
        }

        UInt128 fingerprint = Fingerprint(payload);
        Occurrence occurrence;
        lock (_copiesLock) occurrence = _copies.Image(fingerprint, datagram.Source, datagram.InterfaceIndex);
        _transmissions.ImageArrived(datagram.Source);
        if (occurrence == Occurrence.OtherNic)
        {
            _inbox.Copy();
            return;
        }

        _inbox.Add(
            payload.ToArray(),
            new ArrivedImage(info, payload.Length, datagram.Source, 1, TimeSpan.Zero, _listener.NicName(datagram.InterfaceIndex)),
            fingerprint, occurrence == Occurrence.Again, urgent: false);
    }

    void ISocketIntake.LeaveOut(IPAddress source, IPAddress destination) => _inbox.Filtered(source, destination);

    void ISocketIntake.Flush(int count)
    {
        if (count > 0) _inbox.Queue.Flush();
    }

    // The most common mistake, and the wire tells it: a sender of FLUTE repeats its table all the time.
    private void HintAtFlute(IPEndPoint source, ReadOnlySpan<byte> payload)
    {
        if (_hintGiven || !LctPacket.TryParse(payload, out LctPacket packet) || packet.Toi != 0 || !packet.TryFind(LctExtensionType.Fdt, out _)) return;
        _hintGiven = true;
        _inbox.Report(new WarningEvent(ErrorIds.NotAnImage, $"{source} sends by FLUTE: receive with -Protocol Flute."));
    }

    private static UInt128 Fingerprint(ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
