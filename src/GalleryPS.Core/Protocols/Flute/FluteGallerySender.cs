using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Flute;
using GalleryPS.Network;
using GalleryPS.Network.Native;
using static System.FormattableString;

namespace GalleryPS.Protocols.Flute;

/// <summary>
/// Sends a gallery by FLUTE. The images are registered as they are given, and sent in turns at the end, when their number
/// is known. The calling thread sends; the thread pool reads, hashes and encodes ahead.
/// </summary>
internal sealed class FluteGallerySender : IImageSender
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200), LongestWait = TimeSpan.FromMilliseconds(50),
        FinalSending = TimeSpan.FromMilliseconds(100);

    private readonly SendOptions _options;
    private readonly IReadOnlyList<(IPEndPoint To, DatagramSender By)> _routes;
    private readonly FluteOutbox _outbox;
    private readonly FluteSenderOptions _fluteOptions;
    private readonly ReportServer? _reports;
    private readonly TlsServer? _tls;
    private readonly List<Item> _items = [];
    private readonly Queue<GalleryEvent> _events = new();
    private readonly byte[] _batch;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly int _packetBytes;
    private FluteSender _flute;
    private ReceiverService? _receivers;
    private SendingProgress _progress;
    private TimeSpan _begun, _lastProgress;
    private bool _stopped;
    private long _totalBytes, _sentBytes;

    private FluteGallerySender(SendOptions options, IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes, ProtocolContext context)
    {
        _options = options;
        _time = context.Time;
        _started = _time.GetTimestamp();
        _routes = routes;
        _outbox = new FluteOutbox(routes, options.Flute.ReceiverTimeout, context.Portable, _time, _events.Enqueue, IsNobodyThere)
        {
            HasReceiver = options.Flute.Receivers is null ? null : to => _receivers?.Knows(to.Address) == true,
        };

        // Reports were kept away as well: those whose connection has to find its way again are not silent.
        _outbox.Back = () => _receivers?.Excuse(Now);
        _packetBytes = FluteRoutes.MaxPacketBytes(options, routes);
        ulong tsi = (ulong?)options.Flute.Tsi ?? (ulong)RandomNumberGenerator.GetInt32(1, 65_536);
        GroupKey? key = options.Flute.Passphrase?.Key.Value;
        _tls = TlsServer.Of(options.Tls, _time);
        if (options.Flute.Receivers is not null) _reports = ReportServer.Open(routes[0].To.AddressFamily, tsi, key?.ReportKey(tsi), _time, _tls);
        try
        {
            _fluteOptions = FluteSettings.Of(options, tsi, routes.Count, _packetBytes, FluteRoutes.PacketOverhead(routes)) with
            {
                Session = routes.Any(static r => r.By.Copies > 1) ? Guid.NewGuid().ToString("N") : null,
                UtcNow = _time.GetUtcNow,
                ReportTo = _reports is null ? null : $":{_reports.Port}",
                Background = static work => ThreadPool.UnsafeQueueUserWorkItem(static w => w(), work, preferLocal: false),
            };
            OpenSession(objects: 0);
        }
        catch
        {
            _reports?.Dispose();
            throw;
        }

        _batch = new byte[BatchSender.MaxPackets * _packetBytes];
    }

    public IReadOnlyList<IPEndPoint> Destinations => [.. _routes.Select(static r => r.To)];

    public long OtherDatagrams { get; private set; }

    public int NobodyListens => _outbox.Watch.NobodyListens;

    public long Missed => _outbox.Watch.Missed;

    private TimeSpan Now => _time.GetElapsedTime(_started);

    public static FluteGallerySender Open(SendOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes = SendAddresses.OpenDatagram(options, context.Portable, cancellationToken);
        try
        {
            return new FluteGallerySender(options, routes, context);
        }
        catch
        {
            foreach ((_, DatagramSender by) in routes) by.Dispose();
            throw;
        }
    }

    /// <summary>Registers an image; its bytes are read, hashed and encoded on the thread pool.</summary>
    public IEnumerable<GalleryEvent> Take(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IObjectSource source = image.InMemory is { } memory ? new MemorySource(memory) : new FileSource(image.Path, image.Length);
        _items.Add(new Item(image.Name, image.Path, image.Length, image.Info, index, source, Task.Run(() => Hashes.Of(source), cancellationToken)));
        yield return new NoticeEvent(Invariant($"{image.Name}: {image.Length:N0} bytes."));
    }

    /// <summary>Sends all images in turns, serves the receivers that report, and ends the session.</summary>
    public IEnumerable<GalleryEvent> Complete(CancellationToken cancellationToken)
    {
        if (_items.Count > ushort.MaxValue)
        {
            // Longer identifiers leave less room for symbols, so this is not done without need.
            _flute.Dispose();
            OpenSession(_items.Count);
        }

        yield return new NoticeEvent(
            $"FLUTE session {_flute.Tsi}, version {_options.Flute.FluteVersion}, {(_options.Flute.Fec == Fec.RaptorQ ? "RaptorQ" : "no error correction")}, symbols of {_flute.SymbolLength} bytes, to {string.Join(", ", Destinations)}.");
        foreach (GalleryEvent error in AddRegistered(cancellationToken)) yield return error;
        if (_items.Count == 0) yield break;
        if (_options.Pacing.BitRate is { } rate && new SlowRates(rate).Before(_items.Sum(static i => i.Bytes) * 8d, $"{Counted.Of(_items.Count, "image")} take") is { } slow) yield return slow;
        if (_receivers is not null)
        {
            foreach (GalleryEvent galleryEvent in WaitForReceivers(_receivers, cancellationToken)) yield return galleryEvent;
        }

        _begun = Now;
        _receivers?.Begin(_begun);
        while ((!_flute.IsFinished || _outbox.IsWaiting) && !_stopped)
        {
            Step(cancellationToken);
            while (_events.TryDequeue(out GalleryEvent? galleryEvent)) yield return galleryEvent;
        }

        foreach (GalleryEvent sent in Results()) yield return sent;
        foreach (GalleryEvent never in _outbox.NeverReached()) yield return never;
        if (_receivers?.Verdict() is { } verdict) yield return verdict;
        int number = 0;
        foreach ((IPEndPoint to, _) in _routes) yield return new EndEvent(to, ++number, _routes.Count);
        foreach (GalleryEvent happened in _outbox.Watch.Last(images: null, inVain: _receivers is null || _receivers.Verdict() is not null)) yield return happened;
        OtherDatagrams += _flute.FdtPackets * _routes.Sum(static r => r.By.Copies);
    }

    public void Dispose()
    {
        _flute.Dispose();
        _reports?.Dispose();
        foreach ((_, DatagramSender by) in _routes) by.Dispose();
    }

    [MemberNotNull(nameof(_flute), nameof(_progress))]
    private void OpenSession(int objects)
    {
        _flute = new FluteSender(_fluteOptions with { MaxObjects = (uint)objects });
        _receivers = _reports is null ? null : new ReceiverService(_options, _reports, _flute, _fluteOptions, _events.Enqueue);
        _progress = new SendingProgress(_options, _flute, _receivers?.Delivery);
    }

    private IEnumerable<GalleryEvent> AddRegistered(CancellationToken cancellationToken)
    {
        for (int i = 0; i < _items.Count; i++)
        {
            Item item = _items[i];
            GalleryException? error = null;
            try
            {
                item.Hash.Wait(cancellationToken);
                Hashes hashes = item.Hash.Result;
                _flute.Add(new FluteObject
                {
                    Name = item.Name,
                    Source = item.Source,
                    ContentType = MediaTypes.Of(item.Info.Format),
                    Md5 = hashes.Md5,
                    Sha256 = hashes.Sha256,
                });
                _totalBytes += item.Bytes;
            }
            catch (Exception e) when (e is AggregateException or InvalidOperationException or ArgumentException)
            {
                error = Unreadable(item, (e as AggregateException)?.InnerException ?? e);
            }

            if (error is null) continue;
            _items.RemoveAt(i--);
            yield return new ErrorEvent(error);
        }

        _flute.Complete();
    }

    private IEnumerable<GalleryEvent> WaitForReceivers(ReceiverService receivers, CancellationToken cancellationToken)
    {
        int wanted = _options.Flute.Receivers!.Value;
        yield return new NoticeEvent($"Waiting for {Counted.Of(wanted, "receiver")}; reports come to TCP port {_reports!.Port}.");
        if (_tls is not null) yield return new CertificateEvent(_tls.Thumbprint, _tls.IsSelfSigned);
        _flute.AnnounceOnly = true;
        TimeSpan start = Now;
        while (receivers.Delivery.Heard(Now) < wanted)
        {
            Step(cancellationToken);
            while (_events.TryDequeue(out GalleryEvent? galleryEvent)) yield return galleryEvent;
            if (_options.Flute.WaitTimeout is not { } timeout || Now - start < timeout) continue;
            string text = Invariant($"{Counted.Of(receivers.Delivery.Present, wanted, "receiver")} reported within {timeout.TotalSeconds:0.###} s.");
            if (receivers.Delivery.Present == 0)
            {
                throw new GalleryException(
                    ErrorIds.ReceiversMissing, GalleryErrorCategory.OperationTimeout, text, wanted,
                    "Check that the receivers use -Protocol Flute and the same address and port, and can reach this host by TCP.");
            }

            yield return new WarningEvent(ErrorIds.ReceiversMissing, $"{text} Sending starts with those.");
            break;
        }

        _flute.AnnounceOnly = false;
    }

    private void Step(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            // Receivers need not wait for a time-out: they are told that this is the end.
            _flute.AnnounceOnly = false;
            _flute.Complete();
            _flute.Finish();
            for (TimeSpan until = Now + FinalSending; !_flute.IsFinished && Now < until;)
            {
                if (!SendBatch(Now)) ShortSleep.For(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            }

            // That is how a carousel is meant to end.
            _stopped = _options.Flute.Carousel;
            if (_stopped) return;
            cancellationToken.ThrowIfCancellationRequested();
        }

        TimeSpan now = Now;
        if (_receivers is not null) _receivers.IsAway = _outbox.IsWaiting;
        _receivers?.Serve(now);
        if (_receivers?.Delivery.MaySend(now) == false && !_outbox.IsWaiting)
        {
            _receivers.Limits.Note(now, TransferLimit.ReceiverCpu, _receivers.Delivery.Fullest);
            _reports!.News.WaitOne(1);
            return;
        }

        if (_outbox.Watch.IsDue || IsFirstTime)
        {
            foreach (GalleryEvent galleryEvent in _outbox.Watch.News()) _events.Enqueue(galleryEvent);
        }

        if (_outbox.IsWaiting) _outbox.SendWaiting(cancellationToken);
        else if (SendBatch(now)) _receivers?.Limits.Note(now, TransferLimit.Sender);
        else Wait(now, cancellationToken);
        while (_flute.TryTake(out FluteSenderEvent? happened)) Note(happened);
        if (now - _lastProgress < ProgressInterval) return;
        _lastProgress = now;
        _events.Enqueue(_progress.Measure(now, _totalBytes, i => (_items[i].Index, _items[i].Name)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool SendBatch(TimeSpan now)
    {
        int used = 0, length = 0, count = 0;
        while (count < BatchSender.MaxPackets)
        {
            int read = _flute.TryRead(now, _batch.AsSpan(used, _packetBytes));
            if (read == 0) break;
            count++;
            used += read;
            if (length == 0) length = read;

            // A batch has packets of one length; a shorter one ends it. A longer one begins the next.
            if (read < length) break;
            if (read > length)
            {
                Send(_batch.AsSpan(0, used - read), length);
                _batch.AsSpan(used - read, read).CopyTo(_batch);
                (used, length, count) = (read, read, 1);
            }
        }

        if (used > 0) Send(_batch.AsSpan(0, used), length);
        return used > 0;
    }

    private void Send(ReadOnlySpan<byte> packets, int length)
    {
        _receivers?.Delivery.Leave(Now);
        if (!_flute.AnnounceOnly) _sentBytes += packets.Length;
        if (!_outbox.Send(packets, length)) return;
        if (_receivers is not null) _receivers.Delivery.LastSent = Now;
    }

    // Until everything was sent once, nobody can have everything and be gone, unless it says so.
    private bool IsFirstTime => !_flute.AnnounceOnly && _sentBytes < _totalBytes && _receivers?.Delivery.AnybodyWaits != false;

    private bool IsNobodyThere(IPEndPoint to) => IsFirstTime && _receivers?.Knows(to.Address) != true;

    private void Wait(TimeSpan asked, CancellationToken cancellationToken)
    {
        // What should have been there already is not ready; what became due since it was asked for is there now.
        bool isReady = _flute.NextDue > asked;
        TimeSpan now = Now, wait = _flute.NextDue - now;
        _receivers?.Limits.Note(now, _flute.IsIdle ? null : !isReady ? TransferLimit.Sender : _receivers.Delivery.Rate?.IsNetwork == true ? TransferLimit.Network : TransferLimit.BitRate);
        if (!isReady && !_flute.IsFinished && _receivers is not null) _reports!.News.WaitOne(1);
        if (!isReady || wait <= TimeSpan.Zero) return;
        if (wait > LongestWait) wait = LongestWait;
        if (_reports is not null && wait > TimeSpan.FromMilliseconds(1)) _reports.News.WaitOne(wait);
        else ShortSleep.For(wait, cancellationToken);
    }

    private void Note(FluteSenderEvent happened)
    {
        Item item = _items[(int)happened.Toi - 1];
        switch (happened)
        {
            case ObjectSent sent:
                item.Packets = sent.Packets;
                item.Sent = Now;
                break;
            case ObjectUnreadable unreadable:
                item.Failed = true;
                _events.Enqueue(new ErrorEvent(Unreadable(item, unreadable.Exception)));
                break;
        }
    }

    private IEnumerable<GalleryEvent> Results()
    {
        for (int i = 0; i < _items.Count; i++)
        {
            Item item = _items[i];
            if (item.Failed) continue;
            foreach ((IPEndPoint to, DatagramSender by) in _routes)
            {
                yield return new SentEvent(new SentImage
                {
                    Index = item.Index,
                    Name = item.Name,
                    Path = item.Path,
                    Bytes = item.Bytes,
                    Format = item.Info.Format,
                    Width = item.Info.Width,
                    Height = item.Info.Height,
                    Transport = _options.Transport,
                    Protocol = Protocol.Flute,
                    Destination = to,
                    Datagrams = _flute.PacketsOf((ulong)i + 1) * by.Copies,
                    WasThere = item.Bytes > 0 && _flute.PacketsOf((ulong)i + 1) == 0,
                    Elapsed = item.Sent - _begun is { Ticks: > 0 } elapsed ? elapsed : TimeSpan.Zero,
                });
            }
        }
    }

    private static GalleryException Unreadable(Item item, Exception e) => new(
        ErrorIds.UnreadableImage, GalleryErrorCategory.ReadError, $"{item.Path} cannot be read: {e.Message}", item.Path,
        "Check that the file exists, does not change, and that you may read it.", e);

    private sealed record Item(string Name, string Path, long Bytes, ImageInfo Info, int Index, IObjectSource Source, Task<Hashes> Hash)
    {
        public long Packets { get; set; }

        public TimeSpan Sent { get; set; }

        public bool Failed { get; set; }
    }
}
