namespace GalleryPS.Traffic;

/// <summary>What a packet of UDP does, in a sentence.</summary>
internal static class UdpSentence
{
    /// <summary>Explains a packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="datagram">Its datagram.</param>
    /// <param name="fragment">What part of it the packet is, or null.</param>
    public static string For(in PacketView packet, DatagramState datagram, PacketFragment? fragment)
    {
        if (fragment is null)
        {
            if (datagram.IsEnd) return "A datagram without a byte: the end of transmission.";
            return datagram.Image is { } image
                ? Text($"Image {image}, whole in one datagram of {Counted.Of(packet.PayloadLength, "byte")}.")
                : Text($"A datagram of {Counted.Of(packet.PayloadLength, "byte")} that is not an image.");
        }

        string of = datagram.Image is { } part ? Text($"of image {part}")
            : datagram.Flow is null ? "of a datagram whose first fragment was not captured yet"
            : "of a datagram that is not an image";
        string count = fragment.Count is { } known ? Text($"{known} fragments") : "the fragments";
        if (fragment.Index == 0)
        {
            return datagram.Length > LayerModel.UdpHeader
                ? Text($"First of {count} {of}: too large for one packet, its {datagram.Length} bytes with the UDP header were cut up.")
                : $"First of {count} {of}.";
        }

        return fragment.IsLast
            ? $"Last of {count} {of}."
            : Text($"Fragment {fragment.Index + 1}{(fragment.Count is { } all ? Text($" of {all}") : "")} {of}.");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
