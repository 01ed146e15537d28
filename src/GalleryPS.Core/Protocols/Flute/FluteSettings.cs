using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>What the options of a sender mean to FLUTE; whoever sends and whoever predicts asks here.</summary>
internal static class FluteSettings
{
    // What reporting receivers lose is sent again, in whatever block it was: a few blocks keep reading, encoding and decoding busy, and
    // images become whole one after the other.
    private const long InterleavedWithReports = 8L << 20;

    // At a given rate, images take turns for about a second: whoever looks at them does not wait until all of them are whole.
    private const long LeastInterleaved = 4L << 20, MostInterleaved = FluteSenderOptions.DefaultInterleavedBytes;

    /// <summary>The options of a session.</summary>
    /// <param name="options">What the user asked for.</param>
    /// <param name="tsi">The session.</param>
    /// <param name="destinations">How many destinations take every packet.</param>
    /// <param name="packetBytes">Largest UDP payload.</param>
    /// <param name="packetOverhead">Bytes that the layers below add to each packet.</param>
    public static FluteSenderOptions Of(SendOptions options, ulong tsi, int destinations, int packetBytes, int packetOverhead)
    {
        FluteSendOptions flute = options.Flute;
        bool reported = flute.Receivers is not null;
        double redundancy = (flute.Redundancy ?? (!reported && flute.Fec == Fec.RaptorQ ? FluteSendOptions.DefaultRedundancy : 0)) / 100;
        BitRate rate = options.Pacing.BitRate ?? (reported ? BitRate.Unlimited : PacingOptions.DefaultFluteRate);

        // What is meant is the rate of the link, which takes every packet once per destination.
        double bitsPerSecond = rate.BitsPerSecond / destinations;
        return new FluteSenderOptions
        {
            Tsi = tsi,
            FluteVersion = flute.FluteVersion,
            Fec = flute.Fec == Fec.RaptorQ ? FecEncodingId.RaptorQ : FecEncodingId.CompactNoCode,
            MaxPacketBytes = packetBytes,
            PacketOverhead = packetOverhead,
            Redundancy = redundancy,
            Passes = flute.Carousel ? 0 : flute.Repeat + 1,
            WaitsForReports = reported,
            BitRate = rate.IsUnlimited ? null : bitsPerSecond,
            InterleavedBytes = reported ? InterleavedWithReports : rate.IsUnlimited ? MostInterleaved : Math.Clamp((long)(bitsPerSecond / 8), LeastInterleaved, MostInterleaved),
            GroupKey = flute.Passphrase?.Key.Value,
        };
    }
}
