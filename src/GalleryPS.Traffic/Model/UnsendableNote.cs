namespace GalleryPS.Traffic;

/// <summary>Says which images no UDP datagram can carry, and what sending all of them by FLUTE would cost.</summary>
internal static class UnsendableNote
{
    private const int MostNamed = 3;

    public static string For(
        List<Payload> large, List<(Payload Payload, int Index)> all, int limit, EstimateOptions options, CancellationToken cancellationToken)
    {
        // To one destination, or to a group; a rough number will do, so no file is read for its checksum.
        List<Payload> images = [.. all.Select(static item => item.Payload)];
        string? cost = null;
        if (options.FluteMtu >= 576)
        {
            cost = Flute(images, options, cancellationToken) is not { } flute ? null : Text($" With -Protocol Flute all images go to a group, or to one receiver, in about {Words.Many(flute.Packets, "packet")} and {flute.LinkBytes:N0} bytes.");
        }

        string names = string.Join(", ", large.Take(MostNamed).Select(static image => image.Name));
        string more = large.Count > MostNamed ? Text($" and {large.Count - MostNamed} more") : "";
        return Text($"Not sent, larger than the {limit:N0} bytes of a datagram: {names}{more}.{cost}");
    }

    private static TrafficTotals? Flute(List<Payload> images, EstimateOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return new FluteModel(options, 1, images.Count, cancellationToken).Gallery(FluteModel.Objects(images, exact: false, cancellationToken), exact: false).Usual;
        }
        catch (GalleryException e) when (e.Id == ErrorIds.ImageTooLarge)
        {
            return null;
        }
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
