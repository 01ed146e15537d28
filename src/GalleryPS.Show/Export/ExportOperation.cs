using GalleryPS.Operations;

namespace GalleryPS.Show.Export;

/// <summary>Exports a gallery: takes its images, then writes them into one file.</summary>
/// <param name="options">What to make; the path is a full one.</param>
public sealed class ExportOperation(ExportOptions options) : IOperation<ImageInput>
{
    private readonly List<GalleryItem> _items = [];
    private readonly ItemSpool _spool = new();

    /// <summary>Images so far.</summary>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken)
    {
        GalleryExport.Check(options);
        return [];
    }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Add(ImageInput input, CancellationToken cancellationToken)
    {
        _items.Add(GalleryItem.From(input, _items.Count, _spool, cancellationToken));
        return [];
    }

    /// <summary>Writes the file.</summary>
    /// <param name="cancellationToken">Stops; nothing is left behind.</param>
    /// <returns>Progress, an <see cref="ErrorEvent"/> for each image that is broken, last an <see cref="ExportedEvent"/>; nothing without images.</returns>
    public IEnumerable<GalleryEvent> End(CancellationToken cancellationToken) => _items.Count == 0 ? [] : CallbackEvents.Of(Write, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _spool.Dispose();

    private void Write(Action<GalleryEvent> report, CancellationToken cancellationToken)
    {
        var progress = new TransferProgress("Exporting the gallery", _items.Sum(static i => i.Bytes));
        FileInfo file = GalleryExport.Write(
            _items,
            options,
            error => report(new ErrorEvent(error)),
            done =>
            {
                if (progress.After(_items[done].Bytes) is { } shown) report(shown);
            },
            cancellationToken);
        report(new ExportedEvent(file.FullName, file.Length, _items.Count));
    }
}
