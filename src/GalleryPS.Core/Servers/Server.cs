using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;
using GalleryPS.Servers;
using GalleryPS.Sessions;

namespace GalleryPS;

/// <summary>
/// A TCP service that sends the same to every client and closes: one of several that stand behind one name or one address.
/// It runs in the background until it is stopped.
/// </summary>
public sealed class Server : IDisposable
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);
    private readonly List<Socket> _listeners;
    private readonly ConnectionLog _log;
    private readonly PatientClients _patient;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private readonly Lock _stopLock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan? _ran;

    private Server(ServerOptions options, Answer answer, List<Socket> listeners)
    {
        Name = options.EffectiveName;
        Greeting = answer.IsGallery ? null : options.Greeting ?? DefaultGreeting(options.EffectiveName);
        Gallery = options.Gallery;
        Images = answer.Images;
        EndPoint = (IPEndPoint)listeners[0].LocalEndPoint!;
        _listeners = listeners;
        _log = new ConnectionLog(options.EffectiveName, options.LogSize);
        _patient = new PatientClients(answer, _log, options.StallTimeout, _stop.Token);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The address it listens on.</summary>
    public IPAddress Address => EndPoint.Address;

    /// <summary>Its TCP port.</summary>
    public int Port => EndPoint.Port;

    /// <summary>What every client is sent; null when it is a gallery.</summary>
    public string? Greeting { get; }

    /// <summary>The gallery that every client is sent, or null.</summary>
    public string? Gallery { get; }

    /// <summary>Images of the gallery.</summary>
    public int Images { get; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset Started { get; } = DateTimeOffset.Now;

    /// <summary>Whether it listens.</summary>
    public bool IsRunning => _ran is null;

    /// <summary>Connections that ended so far.</summary>
    public long Connections => _log.Totals.Connections;

    /// <summary>Connections that did not get everything.</summary>
    public long Failed => _log.Totals.Failed;

    /// <summary>Clients that are being served now.</summary>
    public int Active => _patient.Open;

    /// <summary>Bytes sent so far.</summary>
    public long Bytes => _log.Totals.Bytes;

    /// <summary>The last connections, oldest first (see <see cref="ServerOptions.LogSize"/>).</summary>
    public IReadOnlyList<ServerConnection> Log => _log.Snapshot();

    /// <summary>Starts a server.</summary>
    /// <param name="options">How it answers.</param>
    /// <returns>The server, listening; stop it in the end.</returns>
    /// <exception cref="GalleryException">It cannot listen, or there is no gallery.</exception>
    public static Server Start(ServerOptions options) => Start(options, portable: false);

    /// <summary>Runs a server in the foreground until cancelled.</summary>
    /// <param name="options">How it answers.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A <see cref="ReadyEvent"/>, a <see cref="ConnectionEvent"/> each, and a <see cref="ServerSummaryEvent"/>.</returns>
    public static IEnumerable<GalleryEvent> Run(ServerOptions options, CancellationToken cancellationToken)
    {
        using var queue = new EventQueue(65_536);
        using CancellationTokenRegistration wake = queue.WakeOn(cancellationToken);
        Server server = Start(options, portable: false, c => queue.Add(new ConnectionEvent(c)));
        try
        {
            yield return new ReadyEvent(Transport.Tcp, [server.EndPoint], null, []);
            yield return new NoticeEvent($"{server.Name} listens on {server.EndPoint} and sends {(server.Greeting is null ? $"{server.Images} images" : "a greeting")}.");
            while (queue.TryTake(TimeSpan.FromDays(1), out GalleryEvent? next, cancellationToken) is TakeResult.Taken or TakeResult.TimedOut)
            {
                if (next is not null) yield return next;
            }
        }
        finally
        {
            queue.Complete();
            server.Dispose();
        }

        yield return new ServerSummaryEvent(server.Summary);
    }

    /// <summary>Stops listening and lets go of the clients that are being served. A second call does nothing.</summary>
    public void Dispose()
    {
        lock (_stopLock)
        {
            if (_ran is not null) return;
            _stop.Cancel();
            foreach (Socket listener in _listeners)
            {
                if (OperatingSystem.IsLinux()) Network.Native.LinuxAcceptor.Wake(listener);
            }

            foreach (Thread thread in _threads) thread.Join();
            foreach (Socket listener in _listeners) listener.Dispose();
            _patient.WaitForAll(ClosingTime);
            _ran = Stopwatch.GetElapsedTime(_started);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} on {EndPoint}";

    internal ServerSummary Summary
    {
        get
        {
            (long connections, long failed, long bytes) = _log.Totals;
            return new ServerSummary(Name, connections, failed, bytes, _ran ?? Stopwatch.GetElapsedTime(_started));
        }
    }

    internal static Server Start(ServerOptions options, bool portable, Action<ServerConnection>? onConnection = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        IPAddress address = Hosts.Resolve(options.Address);
        if (Hosts.IsMulticast(address))
        {
            throw new GalleryException(
                ErrorIds.AddressIsMulticast, GalleryErrorCategory.InvalidArgument,
                $"{address} is a multicast group; TCP has one server at the end of a connection.", address, "Give an address of this machine.");
        }

        Answer answer = options.Gallery is { } gallery
            ? Answer.FromGallery(gallery)
            : Answer.FromText(options.Greeting ?? DefaultGreeting(options.EffectiveName));
        List<Socket> listeners = TcpTransport.Listen(new TcpReceiveOptions([new IPEndPoint(address, options.Port)]));
        var server = new Server(options, answer, listeners);
        server._log.OnConnection = onConnection;
        foreach (Socket listener in listeners)
        {
            NoticeSmallSteps(listener);
            var loop = new AcceptLoop(listener, answer, server._log, server._patient, server._stop.Token);
            var thread = new Thread(() => loop.Run(portable)) { IsBackground = true, Name = $"Server {options.EffectiveName}" };
            server._threads.Add(thread);
            thread.Start();
        }

        return server;
    }

    // Linux tells a writer of room only when a third of the send buffer, which grows to megabytes, is free: a slow client would
    // look like one that takes nothing. With a bound on what is not sent yet, each small step is noticed. Connections
    // inherit it from the listener.
    private static void NoticeSmallSteps(Socket listener)
    {
        const int TcpNotSentLowWaterMark = 25;
        if (OperatingSystem.IsLinux()) listener.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowWaterMark, BitConverter.GetBytes(128 << 10));
    }

    private static string DefaultGreeting(string name) => $"Hello from {name}";
}
