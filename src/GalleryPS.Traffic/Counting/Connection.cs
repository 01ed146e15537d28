using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>Follows a TCP connection as far as counting needs it: who opened it, what was sent twice.</summary>
internal static class Connection
{
    /// <summary>Takes a segment in.</summary>
    /// <param name="packet">The segment.</param>
    /// <param name="flow">Its flow.</param>
    /// <param name="reversed">Whether it goes from the key's larger end to the smaller.</param>
    /// <returns>Whether all it carries had been sent before, or it does nothing but answer such a segment.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Follow(in PacketView packet, ref FlowEntry flow, bool reversed)
    {
        TcpFlags flags = packet.Flags;
        if ((flags & TcpFlags.Syn) != TcpFlags.None && !flow.Opened)
        {
            // The one who asks for the connection is the source, even when the capture missed its SYN.
            bool asks = (flags & TcpFlags.Ack) == TcpFlags.None;
            bool source = asks ? reversed : !reversed;
            if (flow.Reversed != source)
            {
                flow.Reversed = source;
                flow.ForwardPackets = flow.Tally.Packets - flow.ForwardPackets;
                (flow.Forward, flow.Back) = (flow.Back, flow.Forward);
            }

            flow.Opened = true;
        }

        if (!packet.HasSequence) return false;
        bool repeated = false;
        ref TcpDirection direction = ref reversed == flow.Reversed ? ref flow.Forward : ref flow.Back;
        uint sequence = packet.Sequence;
        if ((flags & TcpFlags.Syn) != TcpFlags.None)
        {
            repeated = direction.Known && sequence + 1 == direction.First;
            if (repeated)
            {
                flow.Retransmissions++;

                // The answer to a SYN is a SYN, which is seen to be sent again by itself.
                if ((flags & TcpFlags.Ack) != TcpFlags.None) direction.Unanswered++;
            }

            direction.SegmentSize = (ushort)packet.MaximumSegmentSize;
            direction.Known = true;
            direction.First = direction.Next = sequence + 1;
            return repeated;
        }

        long payload = packet.PayloadLength;
        if (!direction.Known)
        {
            direction.Known = true;
            direction.First = direction.Next = sequence;
        }

        if (payload > 0)
        {
            int ahead = (int)(sequence + (uint)payload - direction.Next);
            if (ahead <= 0 || (int)(sequence - direction.Next) < 0) flow.Retransmissions++;
            repeated = ahead <= 0;
            if (ahead > 0)
            {
                direction.Bytes += ahead;
                direction.Next += (uint)ahead;
            }
        }

        if ((flags & TcpFlags.Fin) != TcpFlags.None)
        {
            if (direction.Finished && payload == 0)
            {
                repeated = true;
                flow.Retransmissions++;
            }

            // Data sent again together with a FIN that is new is not all old.
            repeated &= direction.Finished;
            direction.Finished = true;
        }

        if (repeated) direction.Unanswered++;
        if ((flags & TcpFlags.Ack) == TcpFlags.None) return repeated;
        ref TcpDirection peer = ref reversed == flow.Reversed ? ref flow.Back : ref flow.Forward;
        if (payload == 0 && (flags & (TcpFlags.Fin | TcpFlags.Rst)) == TcpFlags.None
            && peer.Unanswered > 0 && packet.Acknowledgment == direction.Acknowledged)
        {
            // What comes twice is answered at once, with an acknowledgment that confirms nothing new (RFC 9293, 3.10.7.4).
            peer.Unanswered--;
            return true;
        }

        direction.Acknowledged = packet.Acknowledgment;
        return repeated;
    }
}
