namespace GalleryPS.Operations;

/// <summary>Sends messages.</summary>
/// <param name="options">How to send.</param>
public sealed class MessageSendOperation(MessageSendOptions options) : IOperation<OutgoingMessage>
{
    private MessageSender? _sender;
    private bool _prepared;

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken)
    {
        _sender ??= MessageSender.Open(options, cancellationToken);
        return [];
    }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Add(OutgoingMessage input, CancellationToken cancellationToken)
    {
        if (!_prepared)
        {
            _prepared = true;
            foreach (GalleryEvent galleryEvent in _sender!.Prepare(cancellationToken)) yield return galleryEvent;
        }

        foreach (GalleryEvent galleryEvent in _sender!.Send(input, cancellationToken)) yield return galleryEvent;
    }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> End(CancellationToken cancellationToken) => _prepared ? _sender!.Finish() : [];

    /// <inheritdoc/>
    public void Dispose() => _sender?.Dispose();
}
