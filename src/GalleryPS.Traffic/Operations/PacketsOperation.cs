namespace GalleryPS.Traffic;

/// <summary>Shows the packets of a capture, each explained.</summary>
public static class PacketsOperation
{
    /// <summary>Reads the packets one by one.</summary>
    /// <param name="options">Which packets, and where to store the images in them.</param>
    /// <param name="path">The capture.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// A <see cref="PacketEvent"/> for each; an <see cref="ErrorEvent"/> for an image that cannot be stored and for a file that
    /// cannot be read, or not to its end; at the end warnings of what was passed over.
    /// </returns>
    public static IEnumerable<GalleryEvent> Run(PacketOptions options, string path, CancellationToken cancellationToken)
    {
        var beside = new List<GalleryEvent>();
        IEnumerator<Packet>? packets = null;
        try
        {
            bool more;
            do
            {
                try
                {
                    packets ??= PacketReader.Read(path, options, OnError, OnNote, cancellationToken).GetEnumerator();
                    more = packets.MoveNext();
                }
                catch (GalleryException e) when (e.Id == ErrorIds.UnreadableCapture)
                {
                    OnError(e);
                    more = false;
                }

                foreach (GalleryEvent galleryEvent in beside) yield return galleryEvent;
                beside.Clear();
                if (more) yield return new PacketEvent(packets!.Current);
            }
            while (more);
        }
        finally
        {
            packets?.Dispose();
        }

        void OnError(GalleryException error) => beside.Add(new ErrorEvent(error));

        void OnNote(string note) => beside.Add(new WarningEvent(ErrorIds.UnreadableCapture, note));
    }
}
