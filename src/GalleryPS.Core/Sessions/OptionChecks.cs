namespace GalleryPS;

/// <summary>Checks that several options records share.</summary>
internal static class OptionChecks
{
    public static void Port(int port, bool zeroAllowed = false)
    {
        if (port < (zeroAllowed ? 0 : 1) || port > 65535) throw Invalid($"{port} is not a port: it must be from 1 to 65535.", port);
    }

    public static void Range(int? value, int least, int most, string name)
    {
        if (value < least || value > most) throw Invalid($"{name} must be from {least} to {most}, not {value}.", value);
    }

    public static void NotNegative(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero) throw Invalid($"{name} must not be negative.", value);
    }

    public static void Positive(TimeSpan? value, string name)
    {
        if (value <= TimeSpan.Zero) throw Invalid($"{name} must be longer than zero.", value);
    }

    public static void FluteNeedsUdp(Transport transport)
    {
        if (transport != Transport.Tcp) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "Flute runs over UDP; TCP needs no such protocol.", transport,
            "Leave -Protocol out, or use -Transport Unicast, Broadcast or Multicast.");
    }

    public static void OnlyFlute(bool given, string what)
    {
        if (!given) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{what} belong to the Flute protocol; Plain knows nothing of it.", what,
            "Add -Protocol Flute on both sides, or leave it out.");
    }

    public static GalleryException Invalid(string message, object? target) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target);
}
