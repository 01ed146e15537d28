using System.Buffers.Binary;

namespace GalleryPS.Traffic;

/// <summary>Turns frames into explained packets, one after the other.</summary>
internal sealed class PacketExplainer : IDisposable
{
    private readonly ImageNumbers _streamNumbers = new();
    private readonly ConversationTable _conversations;
    private readonly ImageCarver? _carver;
    private ImageNumbers _datagramNumbers = new();
    private DatagramTable _datagrams;
    private bool _surveyed;
    private long _firstTime = long.MinValue;

    public PacketExplainer(ImageStore? store)
    {
        _conversations = new ConversationTable(_streamNumbers);
        _datagrams = new DatagramTable(_datagramNumbers);
        _carver = store is null ? null : new ImageCarver(store);
    }

    /// <summary>Goes through a file once to learn what its connections carry.</summary>
    public void Survey(CaptureReader reader, CancellationToken cancellationToken)
    {
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var packet = new PacketView(reader.Current);
            if (packet.Kind == PacketKind.Tcp && packet.HasSequence)
            {
                if (_conversations.Find(packet, out bool reversed) is { } conversation) Follow(packet, conversation, reversed);
            }
            else if (packet.Kind == PacketKind.Udp)
            {
                _datagrams.Take(packet, reader.Number);
            }
        }

        _conversations.Settle();
        if (_carver is not null)
            _carver.NameDestinations = _streamNumbers.Destinations.Concat(_datagramNumbers.Destinations).Distinct().Skip(1).Any();
        _datagramNumbers = new ImageNumbers();
        _datagrams = new DatagramTable(_datagramNumbers);
        _surveyed = true;
    }

    /// <summary>Explains the reader's current frame.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="onError">Hears of images that cannot be stored; null throws.</param>
    public Packet Explain(CaptureReader reader, Action<GalleryException>? onError)
    {
        CapturedFrame frame = reader.Current;
        var packet = new PacketView(frame);
        if (_firstTime == long.MinValue) _firstTime = frame.Time;
        var draft = new PacketDraft(reader.Number, frame, packet, frame.Time - _firstTime);
        return packet.Kind switch
        {
            PacketKind.Udp => Udp(packet, draft, onError),
            PacketKind.Tcp when packet.HasSequence => Tcp(packet, draft, onError),
            PacketKind.Tcp => draft.Finish("A part of a TCP segment."),
            PacketKind.Igmp => draft.Finish($"{draft.Source} {GroupSentence.Igmp(packet.Transport)}"),
            PacketKind.Mld => draft.Finish($"{draft.Source} {GroupSentence.Mld(packet.Transport)}"),
            PacketKind.Icmp when packet.FragmentOffset == 0 => draft.Finish(NeighborSentence.Icmp(packet.Transport)),
            PacketKind.IcmpV6 when packet.FragmentOffset == 0 => draft.Finish(NeighborSentence.IcmpV6(packet.Transport)),
            PacketKind.Arp => draft.Finish(NeighborSentence.Arp(packet.Data[packet.LinkHeaderLength..])),
            PacketKind.Icmp or PacketKind.IcmpV6 => draft.Finish("A fragment of a message of the network layer."),
            PacketKind.OtherIP => draft.Finish(FormattableString.Invariant($"An IP packet of protocol {packet.Protocol}.")),
            _ => draft.Finish("A frame that carries no IP."),
        };
    }

    public void Dispose() => _carver?.Dispose();

    private static PacketSegment Follow(in PacketView packet, Conversation conversation, bool reversed)
    {
        bool syn = (packet.Flags & TcpFlags.Syn) != TcpFlags.None;
        StreamState stream = conversation.Stream(reversed);
        StreamState peer = conversation.Stream(!reversed);
        bool known = stream.Known;
        stream.Begin(syn ? packet.Sequence + 1 : packet.Sequence, syn ? WindowShift(packet) : 0);
        long position = syn ? 0 : stream.Position(packet.Sequence);
        bool again = syn && known && stream.SynSeen;
        stream.SynSeen |= syn;
        if (packet.PayloadLength > 0 && !syn) again = stream.Take(position, packet.Payload, packet.PayloadLength);
        if ((packet.Flags & TcpFlags.Fin) != TcpFlags.None)
        {
            again |= stream.FinSeen && packet.PayloadLength == 0;
            stream.Finish();
        }

        bool acknowledges = (packet.Flags & TcpFlags.Ack) != TcpFlags.None && peer.Known;
        int window = packet.Transport.Length >= 16 ? BinaryPrimitives.ReadUInt16BigEndian(packet.Transport[14..]) : 0;
        return new PacketSegment
        {
            Offset = position,
            Acknowledged = acknowledges ? peer.Position(packet.Acknowledgment) : null,
            Window = syn ? window : (long)window << stream.WindowShift,
            IsRetransmission = again,
        };
    }

    private Packet Tcp(in PacketView packet, PacketDraft draft, Action<GalleryException>? onError)
    {
        draft.Flags = FlagText(packet.Flags);
        Conversation? conversation = _conversations.Find(packet, out bool reversed);
        if (conversation is null) return draft.Finish("A TCP segment; there are too many connections to tell them apart.");
        bool forward = conversation.IsForward(reversed);
        StreamState stream = conversation.Stream(reversed);
        long earlierWindow = stream.Known && stream.Window >= 0 ? stream.Window : -1;
        long earlierAcknowledged = stream.Acknowledged;
        PacketSegment segment = Follow(packet, conversation, reversed);
        if (!_surveyed) _conversations.Settle(conversation, atEnd: false);
        draft.Flow = conversation.Flow;
        draft.Segment = segment;
        draft.Image = conversation.Image;
        draft.IsEnd = conversation.IsEnd;
        if (forward && conversation.Image is not null && packet.PayloadLength > 0) draft.Carries(segment.Offset, packet.PayloadLength);
        string sentence = TcpSentence.For(packet, conversation, forward, segment, earlierWindow, earlierAcknowledged);

        // The window of a SYN is not scaled and compares with no other.
        if ((packet.Flags & TcpFlags.Syn) == TcpFlags.None) stream.Window = segment.Window;
        stream.Acknowledged = Math.Max(stream.Acknowledged, segment.Acknowledged ?? 0);
        if (forward && _carver is not null)
        {
            try
            {
                draft.Path = _carver.Segment(conversation, packet, segment.Offset);
            }
            catch (GalleryException e) when (onError is not null)
            {
                onError(e);
            }
        }

        return draft.Finish(sentence);
    }

    private Packet Udp(in PacketView packet, PacketDraft draft, Action<GalleryException>? onError)
    {
        DatagramState datagram = _datagrams.Take(packet, draft.Number);
        draft.Flow = datagram.Flow;
        draft.Image = datagram.Image;
        draft.IsEnd = datagram.IsEnd;
        if (packet.IsFragment)
        {
            draft.UsePorts(datagram);
            draft.Fragment = Fragment(packet, datagram);
        }

        if (datagram.Image is not null && packet.PayloadLength > 0)
            draft.Carries(Math.Max(0, packet.FragmentOffset - LayerModel.UdpHeader), packet.PayloadLength);
        if (_carver is not null)
        {
            try
            {
                draft.Path = _carver.Datagram(packet, datagram);
            }
            catch (GalleryException e) when (onError is not null)
            {
                onError(e);
            }
        }

        return draft.Finish(UdpSentence.For(packet, datagram, draft.Fragment));
    }

    private static PacketFragment Fragment(in PacketView packet, DatagramState datagram)
    {
        // Fragments but the last have one size, which the first one shows; without it the order of arrival must do.
        int size = datagram.FragmentSize;
        return new PacketFragment
        {
            Id = packet.FragmentId,
            Datagram = datagram.FirstNumber,
            Index = size == 0 ? 0 : (packet.FragmentOffset + size - 1) / size,
            Count = datagram.Count,
            Offset = packet.FragmentOffset,
            IsLast = !packet.MoreFragments,
        };
    }

    private static int WindowShift(in PacketView packet)
    {
        ReadOnlySpan<byte> transport = packet.Transport;
        if (transport.Length < packet.TransportHeaderLength) return 0;
        ReadOnlySpan<byte> options = transport[20..packet.TransportHeaderLength];
        while (options.Length >= 2 && options[0] != 0)
        {
            int size = options[0] == 1 ? 1 : options[1];
            if (size < 1 || (size == 1 && options[0] != 1) || size > options.Length) break;
            if (options[0] == 3 && size == 3) return Math.Min((int)options[2], 14);
            options = options[size..];
        }

        return 0;
    }

    private static string FlagText(TcpFlags flags) =>
        flags == TcpFlags.None ? "" : flags.ToString().ToUpperInvariant();
}
