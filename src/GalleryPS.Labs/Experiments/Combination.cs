using System.Globalization;

namespace GalleryPS.Labs.Experiments;

/// <summary>One thing that an experiment tries, once.</summary>
/// <param name="Transport">The transport.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="LossPercent">Share of the packets that are lost, in percent.</param>
/// <param name="Repeat">Which of the repeats it is, from 1.</param>
internal sealed record Combination(Transport Transport, Protocol Protocol, double LossPercent, int Repeat)
{
    // What starting receivers and captures, comparing and counting takes, roughly.
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(0.5);

    /// <summary>What files of it are called.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Transport}-{Protocol}-loss{LossPercent}-{Repeat}").ToLowerInvariant();

    /// <summary>It in words.</summary>
    public string Title => string.Create(CultureInfo.InvariantCulture, $"{Transport}, {Protocol}, {LossPercent} % loss, repeat {Repeat}");

    /// <summary>All combinations, those of a loss one behind the other.</summary>
    public static IReadOnlyList<Combination> Of(ExperimentOptions options) =>
    [
        .. from loss in options.LossPercent.Distinct()
           from protocol in options.Protocol.Distinct()
           from transport in options.Transport.Distinct()
           where ProtocolTraits.Of(protocol).RunsOver(transport)
           from repeat in Enumerable.Range(1, options.Repeat)
           select new Combination(transport, protocol, loss, repeat),
    ];

    /// <summary>About how long it takes.</summary>
    /// <param name="options">The experiment.</param>
    /// <param name="bytes">Bytes of the gallery.</param>
    public TimeSpan Estimate(ExperimentOptions options, long bytes)
    {
        var traits = ProtocolTraits.Of(Protocol);
        BitRate rate = options.BitRate ?? (Transport == Transport.Tcp ? new BitRate(1e9) : traits.DatagramRate);
        if (options.Rate is { IsUnlimited: false } link && (rate.IsUnlimited || link.BitsPerSecond < rate.BitsPerSecond)) rate = link;
        return rate.TimeFor(bytes * Transport.CopiesFor(options.Receivers)) + (traits.SendsAtOnce ? options.EndDelay : TimeSpan.Zero) + Around;
    }
}
