using GalleryPS.Servers;
using GalleryPS.Sessions;

namespace GalleryPS.Operations;

/// <summary>Answers TCP clients: until it is cancelled, or in the background from <see cref="Start"/> to <see cref="Stop"/>.</summary>
public static class ServeOperation
{
    /// <summary>Runs a server until cancelled.</summary>
    /// <param name="options">How it answers.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A <see cref="ReadyEvent"/>, a <see cref="ConnectionEvent"/> for each client, and a <see cref="ServerSummaryEvent"/>.</returns>
    /// <exception cref="GalleryException">It cannot listen, its name is taken, or there is no gallery; thrown here.</exception>
    public static IEnumerable<GalleryEvent> Run(ServerOptions options, CancellationToken cancellationToken) =>
        SessionLoop.Run(new ForegroundServer(options), cancellationToken);

    /// <summary>Starts a server that answers in the background.</summary>
    /// <param name="options">How it answers.</param>
    /// <param name="server">The server, listening.</param>
    /// <returns>What it does.</returns>
    /// <exception cref="GalleryException">It cannot listen, its name is taken, or there is no gallery.</exception>
    public static IEnumerable<GalleryEvent> Start(ServerOptions options, out Server server)
    {
        server = ServerRegistry.Start(options);
        return server.Introduction;
    }

    /// <summary>Stops a server, and lets go of the clients that are being served.</summary>
    /// <param name="server">The server; one that was stopped before stays as it is.</param>
    /// <returns>A <see cref="ServerSummaryEvent"/>.</returns>
    public static IEnumerable<GalleryEvent> Stop(Server server)
    {
        ServerRegistry.Stop(server);
        return [new ServerSummaryEvent(server.Summary)];
    }
}
