namespace GalleryPS;

/// <summary>Checks that several options records share.</summary>
internal static class OptionChecks
{
    /// <summary>Checks every option of a record by itself: ranges, and that texts are not empty.</summary>
    public static void Ranges(object options)
    {
        foreach (OptionDescription option in OptionDescription.Of(options.GetType())) option.Check(option.Get(options));
    }

    /// <summary>Port 0 asks the system for a port; only what binds to one address can take what it gets.</summary>
    public static void NoFreePort(int port)
    {
        if (port == 0) throw Invalid("The port must be from 1 to 65535, not 0.", port);
    }

    /// <summary>Options of a group that somebody set are wrong where the group means nothing.</summary>
    /// <param name="options">The record.</param>
    /// <param name="group">The name of the group.</param>
    /// <param name="isDefault">Whether the group is as it comes.</param>
    /// <param name="why">What the options belong to.</param>
    /// <param name="action">What to do.</param>
    public static void NoneOf(object options, string group, bool isDefault, string why, string action)
    {
        if (isDefault) return;
        List<string> given = [.. OptionDescription.Of(options.GetType()).Where(o => o.Group == group && o.IsGiven(options)).Select(static o => $"-{o.Name}")];
        string names = given.Count == 1 ? $"{given[0]} belongs" : $"{string.Join(", ", given.SkipLast(1))} and {given[^1]} belong";
        throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{names} to {why}.", string.Join(", ", given), action);
    }

    /// <summary>Checks what the choice of the protocol implies.</summary>
    /// <typeparam name="TFlute">The options that only Flute has.</typeparam>
    public static void Protocol<TFlute>(object options, Protocol protocol, Transport transport, TFlute flute)
        where TFlute : new()
    {
        if (protocol != GalleryPS.Protocol.Flute)
        {
            NoneOf(options, "Flute", flute!.Equals(new TFlute()), "the Flute protocol", "Add -Protocol Flute on both sides, or leave it out.");
            return;
        }

        if (transport != Transport.Tcp) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "Flute runs over UDP; TCP needs no such protocol.", transport,
            "Leave -Protocol out, or use -Transport Unicast, Broadcast or Multicast.");
    }

    public static GalleryException Invalid(string message, object? target) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target);
}
