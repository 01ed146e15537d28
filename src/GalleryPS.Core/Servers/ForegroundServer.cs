using GalleryPS.Events;
using GalleryPS.Sessions;

namespace GalleryPS.Servers;

/// <summary>A server as a session: each client is an event, and cancelling stops it.</summary>
internal sealed class ForegroundServer : ISession
{
    private readonly Server _server;

    public ForegroundServer(ServerOptions options) => _server = ServerRegistry.Start(options, connection => Queue.Add(new ConnectionEvent(connection)));

    public ReadyEvent Ready => new(Transport.Tcp, [_server.EndPoint], null, []);

    public EventQueue Queue { get; } = new(65_536);

    public SessionClock Clock => _server.Clock;

    public IEnumerable<GalleryEvent> Opening() => _server.Introduction;

    public void Start()
    {
        // It answers since it was made.
    }

    public IEnumerable<GalleryEvent> Closing(StopReason reason)
    {
        ServerRegistry.Stop(_server);
        return [new ServerSummaryEvent(_server.Summary)];
    }

    public void Dispose()
    {
        Queue.Complete();
        ServerRegistry.Stop(_server);
        Queue.Dispose();
    }
}
