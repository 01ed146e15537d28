namespace GalleryPS.Operations;

/// <summary>Receives messages until a limit, or cancelling. It takes no input.</summary>
public static class MessageReceiveOperation
{
    /// <summary>Receives.</summary>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <returns>First a <see cref="ReadyEvent"/>, then whatever comes, last a <see cref="MessageSummaryEvent"/>.</returns>
    /// <exception cref="GalleryException">The options cannot work; thrown here, and not when the events are read.</exception>
    public static IEnumerable<GalleryEvent> Run(MessageReceiveOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Events(MessageReceiver.Open(options, cancellationToken), cancellationToken);
    }

    private static IEnumerable<GalleryEvent> Events(MessageReceiver receiver, CancellationToken cancellationToken)
    {
        using (receiver)
        {
            foreach (GalleryEvent received in receiver.Receive(cancellationToken)) yield return received;
        }
    }
}
