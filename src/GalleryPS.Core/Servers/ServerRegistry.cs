namespace GalleryPS;

/// <summary>The servers that run in this process, by name.</summary>
public static class ServerRegistry
{
    private static readonly Dictionary<string, Server> Running = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All servers, in the order of their names.</summary>
    public static IReadOnlyList<Server> All
    {
        get
        {
            lock (Running) return [.. Running.Values.OrderBy(static s => s.Name, Images.NaturalComparer.Instance)];
        }
    }

    /// <summary>Starts a server and remembers it.</summary>
    /// <param name="options">How it answers.</param>
    /// <returns>The server.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.ServerExists"/>, or it cannot listen.</exception>
    public static Server Start(ServerOptions options) => Start(options, onConnection: null);

    /// <summary>Starts a server and remembers it.</summary>
    /// <param name="options">How it answers.</param>
    /// <param name="onConnection">Called with each connection when it ends; null when nobody listens.</param>
    internal static Server Start(ServerOptions options, Action<ServerConnection>? onConnection)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (Running)
        {
            if (Running.TryGetValue(options.EffectiveName, out Server? same))
            {
                throw new GalleryException(
                    ErrorIds.ServerExists, GalleryErrorCategory.ResourceExists, $"Server {options.EffectiveName} is already running, on {same.EndPoint}.",
                    options.EffectiveName, "Give it another name (-Name), or stop the other one first (Stop-GalleryServer).");
            }

            return Running[options.EffectiveName] = Server.Start(options, portable: false, onConnection);
        }
    }

    /// <summary>Stops a server and forgets it.</summary>
    /// <param name="server">The server.</param>
    public static void Stop(Server server)
    {
        ArgumentNullException.ThrowIfNull(server);
        lock (Running)
        {
            if (Running.TryGetValue(server.Name, out Server? known) && ReferenceEquals(known, server)) Running.Remove(server.Name);
        }

        server.Dispose();
    }
}
