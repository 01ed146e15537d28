using System.Net;
using System.Text.Json.Serialization;
using static System.FormattableString;

namespace GalleryPS;

/// <summary>
/// Something that happened in a session. Sessions hand these out in order; whoever presents them (a cmdlet, the
/// command line, a test) decides how they look.
/// </summary>
public abstract record GalleryEvent;

/// <summary>A receiver is bound, has joined or listens: nothing that is sent from now on is missed.</summary>
/// <param name="Transport">The transport it waits on.</param>
/// <param name="EndPoints">Where it is bound or listening.</param>
/// <param name="Group">The joined group, or null.</param>
/// <param name="Interfaces">Names of the NICs it joined on or accepts from; empty when the system decides.</param>
public sealed record ReadyEvent(
    Transport Transport, IReadOnlyList<IPEndPoint> EndPoints, IPAddress? Group, IReadOnlyList<string> Interfaces) : GalleryEvent
{
    /// <summary>Whether only programs on this machine can reach it.</summary>
    [JsonIgnore]
    public bool OnlyThisMachine => Group is null && EndPoints.Count > 0 && EndPoints.All(static e => IPAddress.IsLoopback(e.Address));

    /// <summary>The addresses it waits on, in a sentence.</summary>
    [JsonIgnore]
    public string Where => $"Waiting on {string.Join(", ", EndPoints)}";

    /// <summary>Where it waits, and whether only programs on this machine can reach it there.</summary>
    public override string ToString()
    {
        if (Group is not null) return $"{Where} in group {Group}";
        return OnlyThisMachine ? $"{Where} (this machine only)" : Where;
    }
}

/// <summary>This side speaks TLS, and shows a certificate.</summary>
/// <param name="Thumbprint">The SHA-256 of the certificate, in hexadecimal digits: what the other side gives as <c>-Thumbprint</c>.</param>
/// <param name="SelfSigned">Whether it was made for this session: the other side trusts it by its thumbprint only.</param>
public sealed record CertificateEvent(string Thumbprint, bool SelfSigned) : GalleryEvent
{
    /// <inheritdoc/>
    public override string ToString() => SelfSigned
        ? $"TLS with a certificate made for this session; the other side needs -Thumbprint {Thumbprint}"
        : $"TLS with the certificate of SHA-256 thumbprint {Thumbprint}";
}

/// <summary>The NICs of this machine were listed.</summary>
/// <param name="Interfaces">Those that were asked for, in the order of their indices.</param>
public sealed record InterfacesEvent(IReadOnlyList<Interface> Interfaces) : GalleryEvent;

/// <summary>A sentence for users who ask for details (verbose output).</summary>
/// <param name="Text">The sentence.</param>
public sealed record NoticeEvent(string Text) : GalleryEvent;

/// <summary>Something odd that did not stop the session.</summary>
/// <param name="Id">One of <see cref="ErrorIds"/>.</param>
/// <param name="Text">What happened.</param>
public sealed record WarningEvent(string Id, string Text) : GalleryEvent;

/// <summary>Something failed; the session goes on with what is left.</summary>
/// <param name="Error">The failure.</param>
public sealed record ErrorEvent(GalleryException Error) : GalleryEvent;

/// <summary>Somebody joined the group that a sender waits for.</summary>
/// <param name="Group">The group.</param>
/// <param name="Member">Who says so; null when it is a program on this machine.</param>
/// <param name="Interface">The NIC on which it was heard.</param>
/// <param name="Waited">How long the sender waited.</param>
public sealed record MemberEvent(IPAddress Group, IPAddress? Member, string? Interface, TimeSpan Waited) : GalleryEvent
{
    /// <inheritdoc/>
    public override string ToString() =>
        Invariant($"{(Member is null ? "A program on this machine" : Member)} is a member of {Group} on {Interface ?? "the default NIC"}; waited {Waited.TotalSeconds:0.###} s.");
}

/// <summary>An image was sent.</summary>
/// <param name="Image">The image.</param>
public sealed record SentEvent(SentImage Image) : GalleryEvent;

/// <summary>An image arrived.</summary>
/// <param name="Image">The image.</param>
public sealed record ReceivedEvent(ReceivedImage Image) : GalleryEvent;

/// <summary>A receiver that reports is served: it has everything, or it went away.</summary>
/// <param name="Receiver">The receiver.</param>
public sealed record ServedEvent(ServedReceiver Receiver) : GalleryEvent;

/// <summary>How far long work is.</summary>
/// <param name="Activity">What is being done.</param>
/// <param name="Done">Bytes done so far.</param>
/// <param name="Total">Bytes in all, or null when nobody knows.</param>
/// <param name="Rate">Bit/s at present, or null.</param>
public sealed record ProgressEvent(string Activity, long Done, long? Total, double? Rate) : GalleryEvent
{
    /// <summary>How long the rest will take if it goes on like this; null when nobody knows.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Share of the packets that was lost, 0 to 1 (sending: at the receiver that lost most); null when nobody knows.</summary>
    public double? LossRate { get; init; }

    /// <summary>Images that are complete; null when sending.</summary>
    public int? Completed { get; init; }

    /// <summary>Images that are under way: some, where there are many.</summary>
    public IReadOnlyList<ImageProgress> Images { get; init; } = [];
}

/// <summary>How far an image is.</summary>
/// <param name="Index">Its place in the gallery, from 0.</param>
/// <param name="Name">Its name, safe to show.</param>
/// <param name="Done">Bytes done so far.</param>
/// <param name="Total">Bytes in all.</param>
public sealed record ImageProgress(int Index, string Name, long Done, long Total);

/// <summary>An end of transmission was sent or seen.</summary>
/// <param name="Peer">Whose end it is (receiving) or where it went (sending).</param>
/// <param name="Seen">How many ends there were so far, this one included.</param>
/// <param name="Expected">How many are waited for.</param>
public sealed record EndEvent(IPEndPoint Peer, int Seen, int Expected) : GalleryEvent;

/// <summary>The last event of a session: what it amounted to.</summary>
/// <param name="Summary">The totals.</param>
public sealed record SummaryEvent(SessionSummary Summary) : GalleryEvent;

/// <summary>The totals of a session.</summary>
public sealed record SessionSummary
{
    /// <summary>Images sent or received (a copy to each of three receivers counts three).</summary>
    public long Images { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>UDP datagrams, the ends of transmission included; 0 for TCP.</summary>
    public long Datagrams { get; init; }

    /// <summary>Ends of transmission sent or seen.</summary>
    public int Ends { get; init; }

    /// <summary>Datagrams or connections that were no image.</summary>
    public long NotImages { get; init; }

    /// <summary>Images that were seen again (the network's or a second NIC's copies).</summary>
    public long Duplicates { get; init; }

    /// <summary>Datagrams or connections from senders that were not asked for.</summary>
    public long Filtered { get; init; }

    /// <summary>Datagrams the kernel threw away because the receive buffer was full; null where it does not tell.</summary>
    public long? Dropped { get; init; }

    /// <summary>Sending: destinations whose host answered that no program has the UDP port.</summary>
    public int NobodyListens { get; init; }

    /// <summary>Sending on several NICs: datagrams that did not leave on one of them.</summary>
    public long Missed { get; init; }

    /// <summary>Images that failed.</summary>
    public long Failed { get; init; }

    /// <summary>From ready (or the first image sent) to the end.</summary>
    public TimeSpan Elapsed { get; init; }
}
