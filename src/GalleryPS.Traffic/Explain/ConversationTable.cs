namespace GalleryPS.Traffic;

/// <summary>
/// The TCP connections of a capture. A first pass over a file finds out what each carries; a second one goes
/// through them again, so that even the SYN can be explained by what follows it. A live stream has one pass only.
/// </summary>
internal sealed class ConversationTable(ImageNumbers numbers)
{
    private const int Limit = 65536;

    private readonly Dictionary<FlowKey, Conversation> _current = [];
    private readonly List<(FlowKey Key, Conversation Conversation)> _all = [];

    /// <summary>Finds the connection a segment belongs to, and makes it when it is new.</summary>
    /// <param name="packet">A segment that is no later fragment.</param>
    /// <param name="reversed">Whether it goes from the key's larger end to the smaller.</param>
    /// <returns>Null when there are more connections than are kept apart.</returns>
    public Conversation? Find(in PacketView packet, out bool reversed)
    {
        var key = FlowKey.Of(packet, out reversed);
        bool syn = (packet.Flags & TcpFlags.Syn) != TcpFlags.None;
        bool asks = syn && (packet.Flags & TcpFlags.Ack) == TcpFlags.None;
        if (_current.TryGetValue(key, out Conversation? conversation))
        {
            StreamState stream = conversation.Stream(reversed);
            bool another = asks && packet.HasSequence && stream.Known && stream.First != packet.Sequence + 1;
            if (!another) return conversation;
            if (conversation.Next is { } next) return _current[key] = next;
        }

        if (_all.Count == Limit) return null;
        var added = new Conversation(key, syn && !asks ? !reversed : reversed);
        if (conversation is not null) conversation.Next = added;
        _all.Add((key, added));
        return _current[key] = added;
    }

    /// <summary>After the first pass: says what each connection carried, and goes back to the beginning.</summary>
    public void Settle()
    {
        _current.Clear();
        foreach ((FlowKey key, Conversation conversation) in _all)
        {
            Settle(conversation, atEnd: true);
            conversation.Total = conversation.Forward.Bytes;
            conversation.Forward.Rewind();
            conversation.Back.Rewind();
            _current.TryAdd(key, conversation);
        }
    }

    /// <summary>Says what a connection carries as soon as it can be said.</summary>
    /// <param name="conversation">The connection.</param>
    /// <param name="atEnd">Whether nothing follows.</param>
    public void Settle(Conversation conversation, bool atEnd)
    {
        if (conversation.Image is not null || conversation.IsEnd) return;
        StreamState forward = conversation.Forward;
        if (forward.Bytes > 0)
        {
            // Where the snap length cut the payload off, an image is the best guess.
            bool image = forward.Start.IsEmpty
                || (ImageHeader.DetectFormat(forward.Start) != ImageFormat.Unknown
                    && (atEnd || forward.Start.Length >= Math.Min(forward.Bytes, ImageHeader.SignatureLength)));
            if (image) conversation.Image = numbers.Next(conversation.Route);
        }
        else if (forward.FinSeen && conversation.Back.Bytes == 0)
        {
            conversation.IsEnd = true;
            numbers.End(conversation.Route);
        }
    }
}

/// <summary>Numbers the images along each route from 0; an end of transmission begins a new gallery.</summary>
internal sealed class ImageNumbers
{
    private const int Limit = 65536;

    private readonly Dictionary<Route, int> _next = [];

    /// <summary>To whom images went.</summary>
    public IEnumerable<UInt128> Destinations => _next.Keys.Select(route => route.Destination);

    public int Next(Route route)
    {
        if (_next.Count == Limit) _next.Clear();
        int number = _next.GetValueOrDefault(route);
        _next[route] = number + 1;
        return number;
    }

    public void End(Route route)
    {
        if (_next.ContainsKey(route)) _next[route] = 0;
    }
}
