namespace GalleryPS.Traffic;

/// <summary>What a pass over a capture found besides sums.</summary>
internal sealed record CountFacts
{
    public required long Truncated { get; init; }

    public required long Fragments { get; init; }

    public required long Incomplete { get; init; }

    public required long FirstTime { get; init; }

    public required long LastTime { get; init; }

    public required Timeline? Timeline { get; init; }

    public required IReadOnlySet<LinkType> LinkTypes { get; init; }

    /// <summary>What the reader passed over.</summary>
    public required IReadOnlyList<string> Skipped { get; init; }
}

/// <summary>Makes the public result out of the sums of a pass.</summary>
internal sealed class CountSummary(string path, FlowTable flows, Tally[] lines, CountOptions options)
{
    private static readonly string[] Names = ["UDP", "TCP", "IGMP", "MLD", "ICMP", "ICMPv6", "ARP", "IP (other)", "Other"];

    public TrafficCount Build(CountFacts facts)
    {
        var total = default(Tally);
        var selected = new Tally[lines.Length];
        long superFrames = 0, retransmissions = 0, empty = 0, fragments = 0, inFlows = 0;
        int count = 0;
        long first = long.MaxValue, last = long.MinValue;
        for (int i = 0; i < flows.Count; i++)
        {
            ref FlowEntry flow = ref flows[i];
            if (!flow.Selected) continue;
            count++;
            selected[flow.Key.Protocol == 6 ? (int)PacketKind.Tcp : (int)PacketKind.Udp].Add(flow.Tally);
            superFrames += flow.SuperFrames;
            retransmissions += flow.Retransmissions;
            empty += flow.EmptyDatagrams;
            fragments += flow.Fragments;
            inFlows += flow.Tally.Frames;
            first = Math.Min(first, flow.FirstTime);
            last = Math.Max(last, flow.LastTime);
        }

        Tally[] counted = lines;
        if (options.IsSelective)
        {
            counted = selected;
        }
        else
        {
            first = facts.FirstTime;
            last = facts.LastTime;
            fragments = facts.Fragments;
        }

        foreach (Tally line in counted)
            total.Add(line);
        long without = lines[(int)PacketKind.Udp].Frames + lines[(int)PacketKind.Tcp].Frames - inFlows;
        TrafficTotals captured = total.Captured;
        return new TrafficCount
        {
            Path = path,
            Captured = captured,
            OnWire = total.OnWire,
            Fragments = fragments,
            SuperFrames = superFrames,
            Retransmissions = retransmissions,
            EmptyDatagrams = empty,
            IncompleteDatagrams = facts.Incomplete,
            TruncatedFrames = facts.Truncated,
            First = Time(first, total.Frames),
            Last = Time(last, total.Frames),
            Lines = [.. counted.Select((tally, kind) => (tally, kind)).Where(line => line.tally.Frames != 0)
                .Select(line => new TrafficLine { Protocol = Names[line.kind], Captured = line.tally.Captured })],
            ByFlow = options.ByFlow ? Flows() : [],
            Flows = count,
            FramesWithoutFlow = options.IsSelective ? 0 : without,
            Timeline = facts.Timeline?.ToList() ?? [],
            Notes = Notes(facts, superFrames, total, options.IsSelective ? 0 : without),
        };
    }

    /// <summary>What of the selected connections was sent again, as the wire carried it.</summary>
    public TrafficTotals Repeated()
    {
        var total = default(Tally);
        for (int i = 0; i < flows.Count; i++)
        {
            ref FlowEntry flow = ref flows[i];
            if (flow.Selected) total.Add(flow.Repeated);
        }

        return total.OnWire;
    }

    /// <summary>Bytes of each selected connection's stream, both directions, and how many there were of each.</summary>
    public IReadOnlyDictionary<long, long> StreamSizes()
    {
        var sizes = new Dictionary<long, long>();
        for (int i = 0; i < flows.Count; i++)
        {
            ref FlowEntry flow = ref flows[i];
            if (flow.Selected && flow.Transport == Transport.Tcp)
            {
                long bytes = flow.Forward.Bytes + flow.Back.Bytes;
                sizes[bytes] = sizes.GetValueOrDefault(bytes) + 1;
            }
        }

        return sizes;
    }

    private List<TrafficCount> Flows()
    {
        var list = new List<TrafficCount>();
        for (int i = 0; i < flows.Count; i++)
        {
            ref FlowEntry flow = ref flows[i];
            if (flow.Selected) list.Add(Flow(ref flow));
        }

        return list;
    }

    private TrafficCount Flow(ref FlowEntry flow)
    {
        FlowEnd source = flow.Reversed ? flow.Key.High : flow.Key.Low;
        FlowEnd destination = flow.Reversed ? flow.Key.Low : flow.Key.High;
        System.Net.IPEndPoint from = source.EndPoint(flow.Key.IPv6);
        System.Net.IPEndPoint to = destination.EndPoint(flow.Key.IPv6);
        string protocol = flow.Key.Protocol == 6 ? "TCP" : "UDP";
        return new TrafficCount
        {
            Path = path,
            Flow = $"{from} -> {to} {protocol}",
            Source = from,
            Destination = to,
            Protocol = protocol,
            Captured = flow.Tally.Captured,
            OnWire = flow.Tally.OnWire,
            ForwardPackets = flow.ForwardPackets,
            ReturnPackets = flow.Tally.Packets - flow.ForwardPackets,
            Fragments = flow.Fragments,
            SuperFrames = flow.SuperFrames,
            Retransmissions = flow.Retransmissions,
            EmptyDatagrams = flow.EmptyDatagrams,
            First = Time(flow.FirstTime, 1),
            Last = Time(flow.LastTime, 1),
            Flows = 1,
        };
    }

    private static DateTimeOffset? Time(long nanoseconds, long frames) =>
        frames == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    private static List<string> Notes(CountFacts facts, long superFrames, in Tally total, long without)
    {
        var notes = new List<string>(facts.Skipped);
        if (superFrames != 0)
        {
            notes.Add(Text($"Segmentation offload: {Words.Many(superFrames, "frame")} larger than the link carries; the wire carried {Words.Many(total.Frames + total.SplitFrames, "frame")} in place of {total.Frames}."));
        }

        if (facts.Truncated != 0)
            notes.Add(Text($"Cut by the snap length: {Words.Many(facts.Truncated, "frame")}, counted with the full length."));
        if (facts.Incomplete != 0) notes.Add(Text($"Incomplete: {Words.Many(facts.Incomplete, "fragmented datagram")}."));
        if (without != 0) notes.Add(Text($"Without a flow: {Words.Many(without, "frame")} of UDP or TCP."));
        if (facts.LinkTypes.Contains(LinkType.LinuxCooked) || facts.LinkTypes.Contains(LinkType.LinuxCooked2))
            notes.Add("Linux cooked capture: each frame shows 16 or 20 bytes in place of the link layer's own header.");
        if (facts.LinkTypes.Any(type => !Enum.IsDefined(type)))
            notes.Add("Frames of a link type that is not understood are counted as frames only.");
        if (facts.Timeline is { WasWidened: true } timeline)
            notes.Add(Text($"The capture is too long for the timeline asked for; its intervals are {timeline.Width} long."));
        return notes;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
