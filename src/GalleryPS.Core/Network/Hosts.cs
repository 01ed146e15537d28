using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>Turns host names and address literals into addresses.</summary>
public static class Hosts
{
    /// <summary>The address of a host.</summary>
    /// <param name="host">An address literal (IPv6 with or without brackets and zone) or a name.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <returns>An IPv4 address where the name has one, else an IPv6 address.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.AddressNotFound"/>.</exception>
    public static IPAddress Resolve(string host, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        string trimmed = host.Trim();
        if (TryLiteral(trimmed, out IPAddress? literal)) return Normal(literal);
        if (trimmed.Length == 0) throw NotFound(host, null);
        try
        {
            Task<IPAddress[]> lookup = Dns.GetHostAddressesAsync(trimmed, cancellationToken);
            lookup.Wait(cancellationToken);
            IPAddress[] found = lookup.Result;
            return found.FirstOrDefault(static a => a.AddressFamily == AddressFamily.InterNetwork)
                ?? found.FirstOrDefault() ?? throw NotFound(host, null);
        }
        catch (AggregateException e) when (e.InnerException is SocketException or ArgumentException)
        {
            throw NotFound(host, e.InnerException);
        }
        catch (AggregateException e) when (e.InnerException is OperationCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Reads an address. What was meant for one and is none is refused, with the form that works.</summary>
    /// <param name="text">An address, or anything else.</param>
    /// <param name="address">The address.</param>
    /// <returns>False for what may be a name.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.AddressNotFound"/>: it has a port, is a URL, or has numbers with leading zeros, which are octal.</exception>
    public static bool TryLiteral(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        WrittenAddress.Check(text.Trim());
        return IPAddress.TryParse(text.Trim(), out address);
    }

    /// <summary>An IPv4 address in IPv6 clothes (<c>::ffff:a.b.c.d</c>) as the IPv4 address it is.</summary>
    /// <param name="address">Any address.</param>
    /// <returns>The plain form.</returns>
    public static IPAddress Normal(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Whether an address is a multicast group.</summary>
    /// <param name="address">Any address.</param>
    /// <returns>True for 224.0.0.0/4 and ff00::/8.</returns>
    public static bool IsMulticast(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return address.IsIPv6Multicast;
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) && (bytes[0] & 0xF0) == 0xE0;
    }

    private static GalleryException NotFound(string host, Exception? inner) => new(
        ErrorIds.AddressNotFound, GalleryErrorCategory.ObjectNotFound,
        $"'{host}' is not an address, and no host of that name could be found.", host,
        "Check the spelling, or give the IP address.", inner);
}
