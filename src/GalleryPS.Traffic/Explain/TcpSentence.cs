namespace GalleryPS.Traffic;

/// <summary>What a TCP segment does, in a sentence.</summary>
internal static class TcpSentence
{
    /// <summary>Explains a segment.</summary>
    /// <param name="packet">The segment.</param>
    /// <param name="conversation">Its connection.</param>
    /// <param name="forward">Whether it comes from the one who opened the connection.</param>
    /// <param name="segment">Its place in the connection.</param>
    /// <param name="earlierWindow">The window the same side offered before; negative when there was none.</param>
    /// <param name="earlierAcknowledged">How much the same side had confirmed before.</param>
    public static string For(
        in PacketView packet,
        Conversation conversation,
        bool forward,
        PacketSegment segment,
        long earlierWindow,
        long earlierAcknowledged)
    {
        string what = Purpose(conversation);
        TcpFlags flags = packet.Flags;
        (string opener, string peer) = Ends(conversation);
        string who = forward ? opener : peer;
        string repeated = segment.IsRetransmission ? "Sent again, the first copy was lost or late: " : "";
        if (Has(flags, TcpFlags.Rst)) return $"RST: {who} resets the connection{what}.";
        if (Has(flags, TcpFlags.Syn))
        {
            return Has(flags, TcpFlags.Ack)
                ? $"{repeated}SYN, ACK: {peer} accepts the connection{what}."
                : $"{repeated}SYN: {opener} asks for a connection{what}.";
        }

        string fin = Has(flags, TcpFlags.Fin)
            ? $" FIN: {who} has nothing more to send."
            : "";
        if (packet.PayloadLength > 0) return repeated + Data(packet, conversation, forward, segment) + fin;
        if (fin.Length != 0) return repeated + Closing(conversation, forward, who, segment, earlierAcknowledged);
        if (segment.Acknowledged is not { } acknowledged) return $"A segment of {who} without data or acknowledgment.";
        return Acknowledgment(conversation, forward, who, what, segment, acknowledged, earlierWindow, earlierAcknowledged);
    }

    /// <summary>What the two ends are called: a connection that carries no image has no sender and receiver.</summary>
    private static (string Opener, string Peer) Ends(Conversation conversation) =>
        conversation.Image is not null || conversation.IsEnd ? ("the sender", "the receiver") : ("the client", "the server");

    private static string Purpose(Conversation conversation) =>
        conversation.Image is { } image ? Text($" for image {image}")
        : conversation.IsEnd ? " for the end of transmission"
        : "";

    private static string Data(in PacketView packet, Conversation conversation, bool forward, PacketSegment segment)
    {
        long last = segment.Offset + packet.PayloadLength - 1;
        string bytes = Text($"Bytes {segment.Offset} to {last}");
        if (!forward) return $"{bytes} of what {Ends(conversation).Peer} says.";
        if (conversation.Image is not { } image) return $"{bytes} of what {Ends(conversation).Opener} says, which is not an image.";
        return conversation.Total is { } total
            ? Text($"{bytes} of the {total} of image {image}.")
            : Text($"{bytes} of image {image}.");
    }

    private static string Closing(
        Conversation conversation, bool forward, string who, PacketSegment segment, long earlierAcknowledged)
    {
        string also = segment.Acknowledged > earlierAcknowledged && !forward ? " and acknowledges what it received" : "";
        if (conversation.IsEnd && forward)
            return "FIN: the sender closes the connection without having sent a byte: the end of transmission.";
        if (forward && conversation.Image is { } image) return Text($"FIN: the sender has nothing more to send: image {image} ends here.");
        return $"FIN: {who} has nothing more to send{also}.";
    }

    private static string Acknowledgment(
        Conversation conversation,
        bool forward,
        string who,
        string what,
        PacketSegment segment,
        long acknowledged,
        long earlierWindow,
        long earlierAcknowledged)
    {
        StreamState peer = forward ? conversation.Back : conversation.Forward;
        if (acknowledged > 0 && peer.FinSeen && acknowledged > peer.Bytes && acknowledged > earlierAcknowledged)
            return $"ACK: {who} acknowledges the other side's FIN.";
        if (forward && segment.Offset == 0 && acknowledged == 0 && earlierWindow < 0) return $"ACK: the connection{what} is open.";
        if (acknowledged > earlierAcknowledged) return Text($"ACK: {who} has received {acknowledged} bytes and expects byte {acknowledged}.");
        if (segment.Window == 0) return $"ACK: {who} has no room left and asks to wait.";
        if (earlierWindow >= 0 && segment.Window != earlierWindow) return Text($"ACK: {who} has room for {segment.Window} bytes now.");
        return Text($"ACK: {who} repeats that it expects byte {acknowledged}.");
    }

    private static bool Has(TcpFlags flags, TcpFlags flag) => (flags & flag) != TcpFlags.None;

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
