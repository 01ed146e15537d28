using GalleryPS.Operations;

namespace GalleryPS.Traffic;

/// <summary>Predicts what a gallery costs: takes its images, or their sizes, then predicts.</summary>
/// <param name="options">What is assumed.</param>
public sealed class MeasureOperation(EstimateOptions options) : IOperation<ImageInput>
{
    private readonly List<Payload> _gallery = [];

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken)
    {
        options.Validate();
        return [];
    }

    /// <summary>Takes an image of which only the size is known.</summary>
    /// <param name="bytes">Its size.</param>
    public void Add(long bytes) => _gallery.Add(new Payload($"{bytes} bytes", bytes));

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Add(ImageInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            _gallery.Add(ToPayload(input, cancellationToken));
            return [];
        }
        catch (GalleryException e)
        {
            return [new ErrorEvent(e)];
        }
    }

    /// <summary>Predicts.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>An <see cref="ErrorEvent"/> for each image that a transport cannot carry, then an <see cref="EstimateEvent"/>; nothing without images.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public IEnumerable<GalleryEvent> End(CancellationToken cancellationToken)
    {
        if (_gallery.Count == 0) return [];
        var errors = new List<GalleryException>();
        IReadOnlyList<TrafficEstimate> estimates = TrafficModel.Estimate(_gallery, options, errors.Add, cancellationToken);
        return [.. errors.Select(static e => new ErrorEvent(e)), new EstimateEvent(estimates, options.PerImage)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static Payload ToPayload(ImageInput input, CancellationToken cancellationToken)
    {
        if (input.Path is null) return new Payload(input.Name, input.Received!.Bytes);

        // What would not be sent does not count.
        using var image = OutgoingImage.FromFile(input.Path, cancellationToken);
        return new Payload(image.Name, image.Length) { Path = image.Path, Format = image.Info.Format };
    }
}
