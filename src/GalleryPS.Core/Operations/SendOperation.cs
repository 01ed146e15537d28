namespace GalleryPS.Operations;

/// <summary>Sends a gallery: each image, then the end of transmission.</summary>
/// <param name="options">How to send.</param>
/// <param name="fitter">Makes images smaller when the options ask for it; null when they do not.</param>
public sealed class SendOperation(SendOptions options, IImageFitter? fitter = null) : IOperation<ImageInput>
{
    // Usually one. Images that name a destination of their own go there in a session of their own.
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly TransferProgress _progress = new("Sending the gallery");

    /// <summary>
    /// Whether each image is sent when it is added. If not, all travel together: <see cref="End"/> sends them, and who wants only the end
    /// to be sent cancels before.
    /// </summary>
    public bool SendsAtOnce { get; } = ProtocolTraits.Of(options.Protocol).SendsAtOnce;

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken)
    {
        // What cannot work is told before there is an image.
        Open(options, cancellationToken);
        return [];
    }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Add(ImageInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        Session session = Open(For(input), cancellationToken);
        if (!session.IsPrepared)
        {
            session.IsPrepared = true;
            foreach (GalleryEvent galleryEvent in session.Sender.Prepare(cancellationToken)) yield return galleryEvent;
        }

        foreach (GalleryEvent galleryEvent in Send(session.Sender, input, cancellationToken))
        {
            yield return galleryEvent;
            if (galleryEvent is SentEvent sent && SendsAtOnce && _progress.After(sent.Image.Bytes) is { } progress) yield return progress;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> End(CancellationToken cancellationToken)
    {
        foreach (Session session in _sessions.Values)
        {
            // Who was sent nothing waits for no end.
            if (!session.IsPrepared) continue;
            foreach (GalleryEvent galleryEvent in session.Sender.Finish(cancellationToken)) yield return galleryEvent;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Session session in _sessions.Values) session.Sender.Dispose();
    }

    private static IEnumerable<GalleryEvent> Send(GallerySender sender, ImageInput input, CancellationToken cancellationToken)
    {
        if (input.Path is { } path) return sender.Send(path, cancellationToken);
        byte[] data;
        try
        {
            data = input.Received!.GetData();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new ErrorEvent(new GalleryException(
                ErrorIds.UnreadableImage, GalleryErrorCategory.ReadError, $"{input.Name} cannot be read: {e.Message}", input.Received,
                "It was stored when it arrived; check that its file is still there.", e))];
        }

        return sender.Send(input.Name, data, cancellationToken);
    }

    private SendOptions For(ImageInput input) => input.To is null && input.Port is null ? options : options with
    {
        Addresses = options.Addresses with { To = input.To ?? options.Addresses.To, Port = input.Port ?? options.Addresses.Port },
    };

    private Session Open(SendOptions where, CancellationToken cancellationToken)
    {
        string key = $"{string.Join(' ', where.Addresses.To)} {where.Addresses.Port}";
        if (!_sessions.TryGetValue(key, out Session? session))
        {
            _sessions[key] = session = new Session(GallerySender.Open(where, fitter, cancellationToken));
        }

        return session;
    }

    private sealed class Session(GallerySender sender)
    {
        public GallerySender Sender { get; } = sender;

        public bool IsPrepared { get; set; }
    }
}
