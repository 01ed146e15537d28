using System.Net;

namespace GalleryPS.Network;

/// <summary>
/// Addresses as people write them. The system reads some of them in ways of its own: <c>010.0.0.1</c> as 8.0.0.1, since
/// numbers with a leading zero were octal once, <c>10</c> as 0.0.0.10, and <c>[::1]:25000</c> without its port.
/// </summary>
internal static class WrittenAddress
{
    /// <summary>Refuses what was meant for an address and is none.</summary>
    /// <param name="text">An address, or anything else.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.AddressNotFound"/>, with the form that works.</exception>
    public static void Check(string text)
    {
        CheckUrl(text);
        if (PortOf(text) is { } withPort)
        {
            throw NotAnAddress(text, $"'{text}' is an address with a port.", $"Write {withPort.Host}, and the port as -Port {withPort.Port}.");
        }

        if (text.Split('/') is [var before, var bits] && IsNumber(bits) && IPAddress.TryParse(before, out _))
        {
            throw NotAnAddress(text, $"'{text}' is a network.", $"Write one address of it, such as {before}.");
        }

        string[] parts = text.Split('.');
        if (!Array.TrueForAll(parts, static p => IsNumber(p) || p.StartsWith("0x", StringComparison.OrdinalIgnoreCase))) return;
        if (parts.Length == 4 && Array.TrueForAll(parts, static p => IsNumber(p) && p.Length <= 3 && (p.Length == 1 || p[0] != '0')))
        {
            if (IPAddress.TryParse(text, out _)) return;
            throw NotAnAddress(text, $"'{text}' is not an address.", "The numbers of an IPv4 address are 0 to 255.");
        }

        string meant = string.Join('.', parts.Select(static p => p.TrimStart('0') is { Length: > 0 } rest ? rest : "0"));
        throw parts.Length == 4 && IPAddress.TryParse(meant, out _)
            ? NotAnAddress(text, $"'{text}' has numbers with leading zeros, which some programs read as octal.", $"Write {meant}.")
            : NotAnAddress(text, $"'{text}' is not an address.", "An IPv4 address has four decimal numbers, such as 192.168.1.20.");
    }

    /// <summary>Refuses a URL.</summary>
    /// <inheritdoc cref="Check"/>
    public static void CheckUrl(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal)) return;
        string advice = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Host.Length > 0
            ? $"Write {url.Host.Trim('[', ']')}{(url.IsDefaultPort ? "" : $", and the port as -Port {url.Port}")}."
            : "Write the host alone.";
        throw NotAnAddress(text, $"'{text}' is a URL, not an address.", advice);
    }

    // host:port and [address]:port. An IPv6 address has more than one colon.
    private static (string Host, string Port)? PortOf(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !IsNumber(text[(colon + 1)..])) return null;
        string host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) return (host[1..^1], text[(colon + 1)..]);
        return host.Contains(':', StringComparison.Ordinal) ? null : (host, text[(colon + 1)..]);
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static GalleryException NotAnAddress(string text, string message, string advice) =>
        new(ErrorIds.AddressNotFound, GalleryErrorCategory.InvalidArgument, message, text, advice);
}
