using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Flute;
using GalleryPS.Network;
using GalleryPS.Sessions;

namespace GalleryPS.Protocols.Plain;

/// <summary>Plain over UDP: every datagram is an image, an empty one is an end of transmission.</summary>
internal sealed class PlainDatagramReceiver : GalleryReceiver
{
    private readonly ReceiveOptions _options;
    private readonly DatagramReceiver _receiver;
    private readonly KernelDrops _drops;
    private readonly CopyFilter _copies = new();
    private readonly Lock _copiesLock = new();
    private readonly List<Thread> _threads = [];
    private readonly Dictionary<int, string> _nicNames = [];
    private readonly CancellationTokenSource _stop = new();
    private long? _dropped;
    private bool _hinted;

    private PlainDatagramReceiver(ReceiveOptions options, Inbox inbox, DatagramReceiver receiver)
        : base(options, inbox)
    {
        _options = options;
        _receiver = receiver;
        _drops = new KernelDrops(receiver.Sockets.Select(static s => s.Socket));
        foreach (Interface nic in Interfaces.List()) _nicNames[nic.Index] = nic.Name;
    }

    public override ReadyEvent Ready => new(
        _options.Transport, _receiver.EndPoints, _receiver.Group,
        [.. _receiver.Sockets.Where(static s => !s.Nic.IsDefault).Select(static s => s.Nic.Name).Distinct(StringComparer.Ordinal)]);

    private protected override long? Dropped => _dropped;

    public static new PlainDatagramReceiver Open(ReceiveOptions options, CancellationToken cancellationToken)
    {
        var inbox = new Inbox(options);
        DatagramReceiver receiver = ReceiveAddresses.OpenDatagram(options, cancellationToken);
        return new PlainDatagramReceiver(options, inbox, receiver);
    }

    private protected override IEnumerable<GalleryEvent> Opening()
    {
        foreach (ReceivingSocket one in _receiver.Sockets)
        {
            yield return new NoticeEvent(_receiver.Group is { } group
                ? $"Joined {group} on {one.Nic}{(_options.Addresses.Source.Count > 0 ? $" for {string.Join(", ", _options.Addresses.Source)} only" : "")}, UDP port {((IPEndPoint)one.Socket.LocalEndPoint!).Port}."
                : $"Bound to {one.Socket.LocalEndPoint}, waiting for UDP {_options.Transport.ToString().ToLowerInvariant()}{(one.Nic.IsDefault ? "" : $" on {one.Nic}")}.");
            yield return new NoticeEvent($"The receive buffer has {one.Socket.ReceiveBufferSize:N0} bytes.");
        }
    }

    private protected override void Start(CancellationToken cancellationToken)
    {
        cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _stop);
        foreach (ReceivingSocket socket in _receiver.Sockets)
        {
            var thread = new Thread(() => Read(socket)) { IsBackground = true, Name = $"UDP {socket.Socket.LocalEndPoint}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private protected override IEnumerable<GalleryEvent> Closing()
    {
        StopReading();
        _dropped = _drops.Count();
        _receiver.Leave();
        if (_receiver.Group is { } group)
        {
            foreach (ReceivingSocket one in _receiver.Sockets) yield return new NoticeEvent($"Left {group} on {one.Nic}.");
        }

        if (_dropped > 0)
        {
            yield return new WarningEvent(
                ErrorIds.DatagramsDropped,
                $"The system threw {_dropped} datagrams away because the receive buffer was full: images are missing. Send slower (-BitRate), or allow larger buffers (Linux: sysctl net.core.rmem_max).");
        }
    }

    protected override void Dispose(bool disposing)
    {
        StopReading();
        _receiver.Leave();
        _receiver.Dispose();
        _stop.Dispose();
    }

    private void StopReading()
    {
        Inbox.Queue.Complete();
        _stop.Cancel();
        foreach (Thread thread in _threads) thread.Join();
        _threads.Clear();
    }

    private void Read(ReceivingSocket socket)
    {
        byte[] buffer = new byte[65_536];
        try
        {
            while (true)
            {
                Arrival arrival = _receiver.Receive(socket, buffer, Inbox.Filtered, _stop.Token);
                Take(arrival, buffer.AsSpan(0, arrival.Length));
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (_stop.IsCancellationRequested) return;
            Inbox.Fail(new GalleryException(
                ErrorIds.NetworkFailure, GalleryErrorCategory.ConnectionError,
                $"Receiving on {socket.Nic} failed: {e.Message}", socket.Nic.Name, null, e));
            Inbox.Queue.Complete();
        }
    }

    // The most common mistake, and the wire tells it: a sender of FLUTE repeats its table all the time.
    private void HintAtFlute(IPEndPoint source, ReadOnlySpan<byte> payload)
    {
        if (_hinted || !LctPacket.TryParse(payload, out LctPacket packet) || packet.Toi != 0 || !packet.TryFind(LctExtensionType.Fdt, out _)) return;
        _hinted = true;
        Inbox.Tell(new WarningEvent(ErrorIds.NotAnImage, $"{source} sends by FLUTE: receive with -Protocol Flute."));
    }

    private void Take(in Arrival arrival, ReadOnlySpan<byte> payload)
    {
        Inbox.Datagram();
        if (payload.IsEmpty)
        {
            bool isNew;
            lock (_copiesLock) isNew = _copies.End(arrival.Source, arrival.InterfaceIndex);
            if (isNew) Inbox.End(arrival.Source);
            return;
        }

        if (ImageHeader.TryRead(payload, out ImageInfo info) != ImageHeaderResult.Ok)
        {
            Inbox.NotAnImage(arrival.Source, payload.Length, "A datagram");
            HintAtFlute(arrival.Source, payload);
            return;
        }

        if (payload.Length > _options.Limits.MaxImageBytes)
        {
            Inbox.Fail(ReceiveAddresses.TooLarge(arrival.Source, payload.Length, _options.Limits.MaxImageBytes));
            return;
        }

        UInt128 fingerprint = Fingerprint(payload);
        Occurrence occurrence;
        lock (_copiesLock) occurrence = _copies.Image(fingerprint, arrival.Source, arrival.InterfaceIndex);
        if (occurrence == Occurrence.OtherNic)
        {
            Inbox.Copy();
            return;
        }

        Inbox.Add(
            payload.ToArray(),
            new ArrivedImage(info, payload.Length, arrival.Source, 1, TimeSpan.Zero, _nicNames.GetValueOrDefault(arrival.InterfaceIndex)),
            fingerprint, occurrence == Occurrence.Again);
    }

    private static UInt128 Fingerprint(ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
