namespace GalleryPS.Traffic;

/// <summary>
/// Takes images out of a capture: those of UDP from their datagram, those of TCP from their connection, byte for
/// byte. Only images that are whole get a name.
/// </summary>
internal sealed class ImageCarver(ImageStore store) : IDisposable
{
    private const int MostAssemblies = 64;
    private const int MostStreams = 256;

    private readonly Dictionary<Conversation, StreamFile> _streams = [];
    private readonly LinkedList<DatagramState> _assembling = new();

    /// <summary>Whether names say to whom an image went, because it went to several.</summary>
    public bool NameDestinations { get; set; }

    /// <summary>Takes a packet of UDP in.</summary>
    /// <returns>Where the image was stored that it completes, or null.</returns>
    public string? Datagram(in PacketView packet, DatagramState datagram)
    {
        if (!packet.IsFragment)
        {
            bool whole = datagram.Image is not null && packet.Payload.Length == packet.PayloadLength;
            return whole ? Store(packet.Payload, datagram.Destination, datagram.Image) : null;
        }

        if (datagram.Assembly is null)
        {
            // Several datagrams may be under way at once, but not thousands.
            if (_assembling.Count == MostAssemblies)
            {
                _assembling.First!.Value.Assembly = null;
                _assembling.RemoveFirst();
            }

            datagram.Assembly = new DatagramAssembly();
            _assembling.AddLast(datagram);
        }

        datagram.Assembly.Add(packet.FragmentOffset, packet.Transport, packet.TransportLength, !packet.MoreFragments);
        ReadOnlySpan<byte> payload = datagram.Assembly.Payload;
        if (payload.IsEmpty || datagram.Image is null) return null;
        _assembling.Remove(datagram);
        string? path = Store(payload, datagram.Destination, datagram.Image);
        datagram.Assembly = null;
        return path;
    }

    /// <summary>Takes a segment from the opener of a connection in.</summary>
    /// <param name="conversation">The connection.</param>
    /// <param name="packet">The segment.</param>
    /// <param name="position">Position of its first byte in the stream.</param>
    /// <returns>Where the image was stored that it completes, or null.</returns>
    public string? Segment(Conversation conversation, in PacketView packet, long position)
    {
        if (!_streams.TryGetValue(conversation, out StreamFile? file))
        {
            bool begins = packet.PayloadLength > 0 || (packet.Flags & TcpFlags.Fin) != TcpFlags.None;
            if (!begins || conversation.Image is null) return null;
            if (_streams.Count == MostStreams) Abandon(_streams.Keys.First());
            _streams.Add(conversation, file = new StreamFile(store.Create()));
        }

        if (!file.IsOpen) return null;
        if (packet.PayloadLength > 0) file.Write(position, packet.Payload, packet.PayloadLength);
        if ((packet.Flags & TcpFlags.Fin) != TcpFlags.None) file.Length = position + packet.PayloadLength;
        if (!file.IsWhole) return null;
        string path = file.Commit(format => Name(format, conversation.ServerName, conversation.Image));
        _streams.Remove(conversation);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (StreamFile file in _streams.Values)
            file.Dispose();
    }

    private void Abandon(Conversation conversation)
    {
        _streams.Remove(conversation, out StreamFile? file);
        file?.Dispose();
    }

    private string? Store(ReadOnlySpan<byte> payload, string? destination, int? image)
    {
        ImageFormat format = ImageHeader.DetectFormat(payload);
        return format == ImageFormat.Unknown ? null : store.Store(payload, Name(format, destination, image));
    }

    private string Name(ImageFormat format, string? destination, int? image)
    {
        string name = string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"image-{image:D3}{ImageHeader.DefaultExtension(format)}");
        return NameDestinations ? $"{destination?.Replace(':', '-')}-{name}" : name;
    }

    /// <summary>A stream on its way into a file; its pieces may come in any order, and twice.</summary>
    private sealed class StreamFile(ImageWriter writer) : IDisposable
    {
        private const int MostGaps = 1024;

        // Begin -> end of what is there, never touching.
        private readonly SortedList<long, long> _pieces = [];

        public long? Length { get; set; }

        public bool IsOpen { get; private set; } = true;

        public bool IsWhole => Length is { } length && length > 0 && _pieces.Count == 1
            && _pieces.Keys[0] <= 0 && _pieces.Values[0] >= length;

        public void Write(long position, ReadOnlySpan<byte> captured, long length)
        {
            // Bytes the snap length cut off never come; a position far off is no stream of ours.
            if (captured.Length != length || position < 0 || _pieces.Count > MostGaps)
            {
                Dispose();
                return;
            }

            writer.Position = position;
            writer.Write(captured);
            long end = position + length;
            for (int i = _pieces.Count - 1; i >= 0; i--)
            {
                if (_pieces.Keys[i] > end || _pieces.Values[i] < position) continue;
                position = Math.Min(position, _pieces.Keys[i]);
                end = Math.Max(end, _pieces.Values[i]);
                _pieces.RemoveAt(i);
            }

            _pieces[position] = end;
        }

        public string Commit(Func<ImageFormat, string> name)
        {
            Span<byte> start = stackalloc byte[ImageHeader.SignatureLength];
            writer.Position = 0;
            int read = writer.Read(start);
            string path = writer.Commit(name(ImageHeader.DetectFormat(start[..read])));
            Dispose();
            return path;
        }

        public void Dispose()
        {
            IsOpen = false;
            writer.Dispose();
        }
    }
}
