namespace GalleryPS.Traffic;

/// <summary>Reads the packets of a capture as objects, each explained. Memory does not grow with the file.</summary>
internal static class PacketReader
{
    /// <summary>
    /// Reads a file. It is gone through twice, so that the packets that open a connection can be explained by what
    /// the connection carries later; a named pipe is read once, as it comes.
    /// </summary>
    /// <param name="path">The file: pcap or pcapng, plain or compressed with gzip or Zstandard.</param>
    /// <param name="options">Which packets.</param>
    /// <param name="onError">Hears of damage in the file, after everything before it was yielded, and of images that
    /// cannot be stored; null throws instead.</param>
    /// <param name="onNote">Hears at the end what was passed over because it is not understood, in sentences.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GalleryException">The file cannot be opened or is no capture at all.</exception>
    public static IEnumerable<Packet> Read(
        string path,
        PacketOptions options,
        Action<GalleryException>? onError = null,
        Action<string>? onNote = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var explainer = new PacketExplainer(CreateStore(options));
        var first = CaptureReader.Open(path, cancellationToken);
        if (!first.CanReadAgain) return Read(first, explainer, options, onError, onNote, cancellationToken);
        using (first)
        {
            explainer.Survey(first, cancellationToken);
        }

        return Read(CaptureReader.Open(path, cancellationToken), explainer, options, onError, onNote, cancellationToken);
    }

    /// <summary>Reads packets as they come, from a stream that is read once.</summary>
    /// <param name="reader">The reader; disposed of at the end.</param>
    /// <param name="options">Which packets.</param>
    /// <param name="onError">As above.</param>
    /// <param name="onNote">As above.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static IEnumerable<Packet> Read(
        CaptureReader reader,
        PacketOptions options,
        Action<GalleryException>? onError = null,
        Action<string>? onNote = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(options);
        return Read(reader, new PacketExplainer(CreateStore(options)), options, onError, onNote, cancellationToken);
    }

    private static ImageStore? CreateStore(PacketOptions options) =>
        options.Storage.OutputDirectory is null ? null : new ImageStore(options.Storage.OutputDirectory, options.Storage.Force);

    private static IEnumerable<Packet> Read(
        CaptureReader reader,
        PacketExplainer explainer,
        PacketOptions options,
        Action<GalleryException>? onError,
        Action<string>? onNote,
        CancellationToken cancellationToken)
    {
        using (reader)
        using (explainer)
        {
            long wanted = options.First ?? long.MaxValue;
            while (wanted > 0 && reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Packet packet = explainer.Explain(reader, onError);
                if (!Matches(packet, options)) continue;
                wanted--;
                yield return packet;
            }

            foreach (string note in reader.Notes)
                onNote?.Invoke(note);
            if (reader.Damage is { } damage) (onError ?? throw damage)(damage);
        }
    }

    private static bool Matches(Packet packet, PacketOptions options) =>
        (options.Image is null || (packet.Image is { } image && options.Image.Contains(image)))
        && (options.Flow is null || (packet.Flow?.Contains(options.Flow, StringComparison.OrdinalIgnoreCase) ?? false));
}
