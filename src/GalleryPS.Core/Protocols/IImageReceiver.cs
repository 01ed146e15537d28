namespace GalleryPS.Protocols;

/// <summary>
/// Receives images by a protocol. It is bound, joined or listening once it is open, and puts what comes into an
/// <see cref="Inbox"/>; the session decides when it ends.
/// </summary>
internal interface IImageReceiver : IDisposable
{
    /// <summary>Where it is bound, joined or listening.</summary>
    ReadyEvent Ready { get; }

    /// <summary>Datagrams the system dropped because a buffer was full; null where it does not tell.</summary>
    long? Dropped => null;

    /// <summary>What to tell at the beginning.</summary>
    IEnumerable<GalleryEvent> Opening();

    /// <summary>Starts the threads that read.</summary>
    void Start();

    /// <summary>Stops the threads, leaves and closes, and tells so.</summary>
    IEnumerable<GalleryEvent> Closing();

    /// <summary>Why nothing came, where the protocol knows better than that nothing came; else null.</summary>
    GalleryException? ExplainNothingReceived() => null;
}
