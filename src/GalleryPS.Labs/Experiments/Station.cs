using System.Net;
using GalleryPS.Labs.Agents;

namespace GalleryPS.Labs.Experiments;

/// <summary>A host that takes part in an experiment.</summary>
/// <param name="Agent">What works there.</param>
/// <param name="Look">What it is.</param>
internal sealed record Station(Agent Agent, AgentLook Look) : IDisposable
{
    /// <summary>Its name.</summary>
    public string Name => Agent.Host;

    /// <summary>Its address.</summary>
    public IPAddress Address { get; } = IPAddress.Parse(Look.Address);

    /// <summary>Whether the gallery and the captures are to be carried over: it has files of its own.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>A host of a lab, of which everything is known.</summary>
    public static Station Of(LabHost host, Agent agent) => new(agent, new AgentLook(host.IPv4.ToString(), "eth0", "10.77.0.255", host.Mtu, "", ""));

    /// <summary>A machine; it is asked what it is.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.HostFailed"/>.</exception>
    public static async Task<Station> ConnectAsync(AgentChannel channel, TimeSpan patience, CancellationToken cancellationToken)
    {
        Agent? agent = null;
        try
        {
            agent = Agent.Start(channel, cancellationToken);
            AgentLook look = await agent.LookAsync(await AddressesOf(channel.Host, cancellationToken).ConfigureAwait(false)).WaitAsync(patience, cancellationToken).ConfigureAwait(false);
            return new Station(agent, look) { IsElsewhere = true };
        }
        catch (TimeoutException e)
        {
            channel.Dispose();
            throw new GalleryException(
                ErrorIds.HostFailed, GalleryErrorCategory.OperationTimeout, FormattableString.Invariant($"The host {channel.Host} says nothing within {patience.TotalSeconds:0} s."), channel.Host,
                "Check that the program 'gallery' runs there.", e);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    public void Dispose() => Agent.Dispose();

    private static async Task<IReadOnlyList<string>> AddressesOf(string host, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false)).Select(static a => a.ToString())];
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ArgumentException)
        {
            // A name that only ssh knows.
            return [];
        }
    }
}
