using System.Globalization;
using System.Net;
using GalleryPS.Events;
using static System.FormattableString;

namespace GalleryPS.Protocols;

/// <summary>What is known of an image when its last byte has arrived.</summary>
/// <param name="Info">Format and size.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Datagrams">UDP datagrams it took.</param>
/// <param name="Elapsed">From its first byte to its last.</param>
/// <param name="Interface">The NIC it came in on, or null.</param>
internal readonly record struct ArrivedImage(
    ImageInfo Info, long Bytes, IPEndPoint Source, long Datagrams, TimeSpan Elapsed, string? Interface);

/// <summary>
/// Where the reading threads put what arrived. Numbers the images, stores them, counts, and knows when a session is over.
/// </summary>
internal sealed class Inbox : IDisposable
{
    private const int WarningsInFull = 10;
    private readonly ReceiveOptions _options;
    private readonly ImageStore? _store;
    private readonly Lazy<StoredImages>? _stored;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, string> _storedPaths = [];
    private long _bytes, _datagrams, _notImages, _duplicates, _failed, _withoutTls;
    private int _images, _next, _ends;

    /// <param name="options">What is accepted, and where it is stored.</param>
    /// <param name="clock">The session's clock.</param>
    public Inbox(ReceiveOptions options, SessionClock clock)
    {
        (_options, Clock) = (options, clock);
        if (options.Storage.OutputDirectory is not { } directory) return;
        _store = new ImageStore(directory, options.Storage.Force, options.Limits.MinimumFreeSpace);
        if (_store.RemoveAbandoned() is > 0 and int files) Queue.Add(new NoticeEvent($"{Counted.Of(files, "temporary file")} of a receiver that was killed {(files == 1 ? "was" : "were")} removed from {_store.FullPath}."));
        if (!options.Resume) return;
        _stored = new Lazy<StoredImages>(() => new StoredImages(_store.FullPath));
        PartialFiles.Limit(_store.FullPath, options.Limits.MaxGalleryBytes);
    }

    public EventQueue Queue { get; } = new();

    /// <summary>The session's clock.</summary>
    public SessionClock Clock { get; }

    /// <summary>Where images are stored, or null.</summary>
    public ImageStore? Store => _store;

    /// <summary>What is in the folder where images are stored, for senders that ask; null unless they may. It is looked at when it is asked for.</summary>
    public StoredImages? Stored => _stored?.Value;

    public int Images => _images;

    public int Ends => _ends;

    /// <summary>Something came.</summary>
    public void Touch() => Clock.Touch();

    /// <summary>Takes an image whose bytes are in memory.</summary>
    /// <param name="data">Its bytes; they belong to the inbox from now on.</param>
    /// <param name="arrived">What is known of it.</param>
    /// <param name="fingerprint">What tells it from other images, where copies are possible; else null.</param>
    /// <param name="duplicate">Whether the same was received before.</param>
    /// <param name="urgent">False when more may come at once; the caller flushes the queue.</param>
    public void Add(byte[] data, in ArrivedImage arrived, UInt128? fingerprint = null, bool duplicate = false, bool urgent = true)
    {
        lock (_lock)
        {
            if (!MakeRoom(arrived)) return;
            _images++;
            int index = _next++;
            string name = NameOf(index, arrived.Info);
            string? path = null;
            if (duplicate && fingerprint is { } known && _storedPaths.TryGetValue(known, out string? earlier))
            {
                path = earlier;
            }
            else if (_store is not null)
            {
                path = TryStore(() => _store.Store(data, name));
                if (path is not null && fingerprint is { } print) _storedPaths.TryAdd(print, path);
            }

            Publish(index, name, arrived, path is null ? data : null, path, duplicate, urgent);
        }
    }

    /// <summary>Takes an image that was written to a file while it arrived.</summary>
    /// <param name="writer">The file, complete; the caller disposes of it.</param>
    /// <param name="arrived">What is known of it.</param>
    public void Add(ImageWriter writer, in ArrivedImage arrived)
    {
        lock (_lock)
        {
            if (!MakeRoom(arrived)) return;
            string name = NameOf(_next, arrived.Info);
            string? path = TryStore(() => writer.Commit(name));
            if (path is null) return;
            _images++;
            Publish(_next++, name, arrived, null, path, duplicate: false, urgent: true);
        }
    }

    /// <summary>
    /// Takes an image that was cut off. It is told as an error, and as an image that is not complete; it does not count as one that
    /// was received.
    /// </summary>
    /// <param name="spool">What arrived.</param>
    /// <param name="arrived">What is known of it.</param>
    /// <param name="error">What to tell.</param>
    public void AddPartial(ImageSpool spool, in ArrivedImage arrived, GalleryException error)
    {
        lock (_lock)
        {
            Touch();
            int index = _next++;
            string name = NameOf(index, arrived.Info);
            byte[]? data = null;
            string? path = null;
            if (_store is null) data = spool.ToArray();
            else if (_options.KeepPartial) path = TryStore(() => spool.Writer?.Commit(name + ImageStore.PartialSuffix) ?? _store.Store(spool.Start, name + ImageStore.PartialSuffix));
            Fail(error);
            Queue.Add(new ReceivedEvent(Describe(index, path is null ? name : Path.GetFileName(path), arrived, data, path, duplicate: false, complete: false)), data?.Length ?? 0);
        }
    }

    /// <summary>Takes an image that came with a name and a place in its gallery.</summary>
    /// <param name="content">Its bytes: an <see cref="ImageWriter"/> of <see cref="Store"/>, or another stream. It is disposed of.</param>
    /// <param name="name">The name as it came.</param>
    /// <param name="index">Its place.</param>
    /// <param name="arrived">What is known of it.</param>
    /// <returns>What to tell: the image, or why it could not be kept; null when it is not wanted any more.</returns>
    public GalleryEvent? Take(Stream content, string name, int index, in ArrivedImage arrived)
    {
        lock (_lock)
        {
            using Stream own = content;
            if (!MakeRoom(arrived)) return null;
            byte[]? data = null;
            string? path = null;
            try
            {
                if (content is ImageWriter writer)
                {
                    path = writer.Commit(name);
                }
                else
                {
                    data = GC.AllocateUninitializedArray<byte>(checked((int)arrived.Bytes));
                    content.Position = 0;
                    content.ReadExactly(data);
                }
            }
            catch (Exception e) when (e is GalleryException or IOException or OverflowException or OutOfMemoryException)
            {
                Interlocked.Increment(ref _failed);
                return new ErrorEvent(e as GalleryException ?? new GalleryException(
                    ErrorIds.ImageTooLarge, GalleryErrorCategory.LimitsExceeded, Invariant($"{SafeFileName.From(name)} with {arrived.Bytes:N0} bytes cannot be held in memory: {e.Message}"),
                    name, "Name an output directory (-OutputDirectory).", e));
            }

            _images++;
            _bytes += arrived.Bytes;
            return new ReceivedEvent(Describe(index, path is null ? SafeFileName.From(name) : Path.GetFileName(path), arrived, data, path, duplicate: false));
        }
    }

    /// <summary>Takes an image that was stored by an earlier session, and came without a place in its gallery.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="arrived">What is known of it.</param>
    public void AddStored(string path, in ArrivedImage arrived)
    {
        lock (_lock)
        {
            if (TakeStored(path, _next, arrived) is not { } stored) return;
            _next++;
            Queue.Add(stored);
            if (_options.Until.Count <= _images) Queue.Complete();
        }
    }

    /// <summary>Takes an image that was stored by an earlier session.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="index">Its place in its gallery.</param>
    /// <param name="arrived">What is known of it.</param>
    /// <returns>What to tell; null when it is not wanted any more.</returns>
    public ReceivedEvent? TakeStored(string path, int index, in ArrivedImage arrived)
    {
        lock (_lock)
        {
            if (!MakeRoom(arrived)) return null;
            _images++;
            _bytes += arrived.Bytes;
            return new ReceivedEvent(Describe(index, Path.GetFileName(path), arrived, null, path, duplicate: false, wasThere: true));
        }
    }

    /// <summary>UDP datagrams that were meant for this session.</summary>
    public long Datagrams => Interlocked.Read(ref _datagrams);

    /// <summary>Whether as many images came as were asked for.</summary>
    public bool HasAll => _options.Until.Count <= _images;

    /// <summary>Images that failed.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Counts an image that failed and is told elsewhere.</summary>
    public void CountFailed() => Interlocked.Increment(ref _failed);

    /// <summary>Counts an image that was seen already.</summary>
    public void Copy()
    {
        Interlocked.Increment(ref _duplicates);
        Touch();
    }

    /// <summary>Counts UDP datagrams that were meant for this session.</summary>
    public void Datagram(int datagrams = 1)
    {
        Interlocked.Add(ref _datagrams, datagrams);
        Touch();
    }

    /// <summary>Counts what came from somebody, or to an address, that was not asked for.</summary>
    /// <param name="from">Its sender.</param>
    /// <param name="to">The address it was sent to; null for a connection.</param>
    public void Filtered(IPAddress from, IPAddress? to) => LeftOut.Add(from, to);

    /// <summary>What came and was not asked for.</summary>
    public LeftOut LeftOut { get; } = new();

    /// <summary>Things that are no images.</summary>
    public long NotImages => Interlocked.Read(ref _notImages);

    /// <summary>Counts something that is no image; the first few are told one by one.</summary>
    public void NotAnImage(IPEndPoint source, long bytes, string what)
    {
        long number = Interlocked.Increment(ref _notImages);
        Touch();
        if (number > WarningsInFull) return;
        string more = number == WarningsInFull ? " Further ones are only counted." : "";
        Queue.Add(new WarningEvent(ErrorIds.NotAnImage, $"{what} of {Counted.Of(bytes, "byte")} from {source} is not an image and was ignored.{more}"));
    }

    /// <summary>Tells of somebody with whom there is no TLS, or of whom nobody wanted it; the first few are told one by one.</summary>
    public void WithoutTls(GalleryException why)
    {
        long number = Interlocked.Increment(ref _withoutTls);
        if (number > WarningsInFull) return;
        string more = number == WarningsInFull ? " Further ones are not reported." : "";
        Queue.Add(new WarningEvent(why.Id, $"{why.Message} {why.RecommendedAction}{more}"));
    }

    /// <summary>Reports an image that failed.</summary>
    public void Fail(GalleryException error)
    {
        Interlocked.Increment(ref _failed);
        Queue.Add(new ErrorEvent(error));
    }

    /// <summary>Reports why receiving cannot go on, and ends the session.</summary>
    public void Break(GalleryException error)
    {
        Fail(error);
        Queue.Complete();
    }

    /// <summary>Reports something else.</summary>
    public void Report(GalleryEvent happened) => Queue.Add(happened, happened is ReceivedEvent { Image: { Path: null } image } ? image.Bytes : 0);

    /// <summary>Whether as many ends came as were asked for. Then the protocol completes the queue, when nobody is in the middle of a gallery.</summary>
    public bool HasEnds => Volatile.Read(ref _ends) >= _options.Senders;

    /// <summary>Counts an end of transmission; those beyond the number that is waited for are not told.</summary>
    public void End(IPEndPoint peer)
    {
        Touch();
        lock (_lock)
        {
            int seen = _ends + 1;
            if (seen <= _options.Senders) Queue.Add(new EndEvent(peer, seen, _options.Senders));
            Volatile.Write(ref _ends, seen);
        }
    }

    public SessionSummary Summary() => new()
    {
        Images = _images,
        Bytes = _bytes,
        Datagrams = Interlocked.Read(ref _datagrams),
        Ends = _ends,
        NotImages = Interlocked.Read(ref _notImages),
        Duplicates = Interlocked.Read(ref _duplicates),
        Filtered = LeftOut.Total,
        Failed = Interlocked.Read(ref _failed),
        Elapsed = Clock.Elapsed,
    };

    public void Dispose() => Queue.Dispose();

    private static string NameOf(int index, ImageInfo info) =>
        string.Create(CultureInfo.InvariantCulture, $"image-{index:D3}{ImageHeader.DefaultExtension(info.Format)}");

    private bool MakeRoom(in ArrivedImage arrived)
    {
        Touch();
        if (_images >= _options.Limits.MaxImages)
        {
            Fail(new GalleryException(
                ErrorIds.TooManyImages, GalleryErrorCategory.LimitsExceeded,
                Invariant($"The limit of {_options.Limits.MaxImages:N0} images is reached, and {arrived.Source} sends more."), arrived.Source, "Raise the limit (-MaxImages) if you trust the sender."));
            Queue.Complete();
            return false;
        }

        if (_bytes + arrived.Bytes <= _options.Limits.MaxGalleryBytes) return !(_options.Until.Count <= _images);
        Fail(new GalleryException(
            ErrorIds.GalleryTooLarge, GalleryErrorCategory.LimitsExceeded,
            Invariant($"After {Counted.Of(_images, "image")} of {_bytes:N0} bytes the next one, from {arrived.Source}, would exceed the limit of {_options.Limits.MaxGalleryBytes:N0} bytes."),
            arrived.Source, "Raise the limit (-MaxGalleryBytes) if you trust the sender."));
        Queue.Complete();
        return false;
    }

    private string? TryStore(Func<string> store)
    {
        try
        {
            return store();
        }
        catch (GalleryException e)
        {
            Fail(e);
            return null;
        }
    }

    private void Publish(int index, string name, in ArrivedImage arrived, byte[]? data, string? path, bool duplicate, bool urgent)
    {
        _bytes += arrived.Bytes;
        if (path is not null) Stored?.Add(path, arrived.Bytes);
        if (duplicate) Interlocked.Increment(ref _duplicates);
        Queue.Add(new ReceivedEvent(Describe(index, path is null ? name : Path.GetFileName(path), arrived, data, path, duplicate)), data?.Length ?? 0, urgent);
        if (_options.Until.Count <= _images) Queue.Complete();
    }

    private ReceivedImage Describe(int index, string name, in ArrivedImage arrived, byte[]? data, string? path, bool duplicate, bool complete = true, bool wasThere = false) => new(data)
    {
        Index = index,
        Name = name,
        Bytes = arrived.Bytes,
        Format = arrived.Info.Format,
        Width = arrived.Info.Width,
        Height = arrived.Info.Height,
        Transport = _options.Transport,
        Protocol = _options.Protocol,
        Source = arrived.Source,
        Datagrams = arrived.Datagrams,
        Time = Clock.Now,
        Elapsed = arrived.Elapsed,
        Interface = arrived.Interface,
        IsDuplicate = duplicate,
        IsComplete = complete,
        WasThere = wasThere,
        Path = path,
    };
}
