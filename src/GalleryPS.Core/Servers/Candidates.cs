using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Servers;

/// <summary>A server that can be tried.</summary>
/// <param name="Server">As it was written.</param>
/// <param name="EndPoint">One of its addresses.</param>
/// <param name="Host">Its name or address, without a port.</param>
internal sealed record Candidate(string Server, IPEndPoint EndPoint, string Host);

/// <summary>The servers a user named, looked up, and the order in which they are tried.</summary>
internal sealed class Candidates
{
    private readonly List<List<Candidate>> _servers = [];
    private readonly ServerSelection _select;
    private readonly Random _random;

    private Candidates(ConnectOptions options)
    {
        _select = options.Select;
        _random = options.Seed is { } seed ? new Random(seed) : new Random();
    }

    /// <summary>Servers whose names lead nowhere.</summary>
    public List<ServerFailure> Unknown { get; } = [];

    /// <summary>Looks the servers up.</summary>
    public static async Task<Candidates> FindAsync(ConnectOptions options, CancellationToken cancellationToken)
    {
        var found = new Candidates(options);
        foreach (string written in options.To)
        {
            (string host, int port) = Split(written, options.Port);
            try
            {
                List<Candidate> addresses = [];
                foreach (IPAddress address in await LookUpAsync(host, cancellationToken).ConfigureAwait(false))
                {
                    addresses.Add(new Candidate(written, new IPEndPoint(address, port), host));
                }

                found._servers.Add(addresses);
            }
            catch (GalleryException e)
            {
                found.Unknown.Add(new ServerFailure(written, null, e.Id, e.Message));
            }
        }

        return found;
    }

    /// <summary>The candidates for a connection in the order in which to try them.</summary>
    /// <param name="connection">Number of the connection, counted from 0.</param>
    public IReadOnlyList<Candidate> For(int connection)
    {
        List<Candidate>[] order = [.. _servers];
        switch (_select)
        {
            case ServerSelection.Random:
                _random.Shuffle(order);
                break;
            case ServerSelection.RoundRobin when order.Length > 0:
                int first = connection % order.Length;
                order = [.. order[first..], .. order[..first]];
                break;
            case ServerSelection.Nearest:
                // All servers' first addresses before anybody's second.
                return [.. order.SelectMany(static s => s.Select(static (c, i) => (c, i))).OrderBy(static p => p.i).Select(static p => p.c)];
        }

        return [.. order.SelectMany(static s => s)];
    }

    /// <summary>Host and port of <c>host</c>, <c>host:port</c>, <c>[address]:port</c>; an IPv6 address without brackets has no port.</summary>
    internal static (string Host, int Port) Split(string written, int port)
    {
        string text = written.Trim();
        WrittenAddress.CheckUrl(text);
        int colon = text.LastIndexOf(':');
        bool hasPort = colon >= 0 && (text.IndexOf(':') == colon || (colon > 0 && text[colon - 1] == ']' && text[0] == '['));
        string host = hasPort ? text[..colon] : text;
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        WrittenAddress.Check(host);
        if (!hasPort) return (host, port);
        if (!int.TryParse(text[(colon + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
        {
            throw OptionChecks.Invalid($"'{written}' has no port from 1 to 65535 after the colon.", written);
        }

        return (host, port);
    }

    private static async Task<IEnumerable<IPAddress>> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        if (Hosts.TryLiteral(host, out _) || host.Length == 0) return [Checked(Hosts.Resolve(host, cancellationToken), host)];
        try
        {
            IPAddress[] all = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            if (all.Length > 0) return all.Select(Hosts.Normal).Distinct();
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // As Hosts says it.
        }

        return [Hosts.Resolve(host, cancellationToken)];
    }

    private static IPAddress Checked(IPAddress address, string written) => Hosts.IsMulticast(address)
        ? throw new GalleryException(
            ErrorIds.AddressIsMulticast, GalleryErrorCategory.InvalidArgument, $"{written} is a multicast group; a TCP connection leads to one server.", written,
            "Give the address of a host, or the anycast address that several hosts share.")
        : address;
}
