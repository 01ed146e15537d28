using System.Net;
using GalleryPS.Events;
using GalleryPS.Network;
using GalleryPS.Servers;

namespace GalleryPS;

/// <summary>
/// A TCP service that sends the same to every client and closes: one of several that stand behind one name or one address.
/// It runs in the background until it is stopped.
/// </summary>
public sealed class Server : ServerText, IDisposable
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);
    private readonly TcpAcceptor _acceptor;
    private readonly ConnectionLog _log;
    private readonly SlowClients _slow;
    private readonly ReadingThreads _threads;
    private readonly Lock _stopLock = new();
    private TimeSpan? _ran;
    private volatile bool _broken;

    private Server(ServerOptions options, Answer answer, TcpAcceptor acceptor, TimeProvider time)
    {
        Clock = new SessionClock(time);
        _threads = new ReadingThreads(_ => _broken = true);
        Started = Clock.Now;
        Name = options.EffectiveName;
        Greeting = answer.IsGallery ? null : options.Greeting ?? DefaultGreeting(options.EffectiveName);
        Gallery = options.Gallery;
        Images = answer.Images;
        EndPoint = acceptor.EndPoint;
        _acceptor = acceptor;
        _log = new ConnectionLog(options.EffectiveName, options.LogSize, time);
        _slow = new SlowClients(answer, _log, options.StallTimeout, time, _threads.Stopping);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    [AsText]
    public new IPEndPoint EndPoint { get; }

    /// <summary>The address it listens on.</summary>
    [AsText]
    public new IPAddress Address => EndPoint.Address;

    /// <summary>Its TCP port.</summary>
    public int Port => EndPoint.Port;

    /// <summary>What every client is sent; null when it is a gallery.</summary>
    public string? Greeting { get; }

    /// <summary>The gallery that every client is sent, or null.</summary>
    public string? Gallery { get; }

    /// <summary>Images of the gallery.</summary>
    public int Images { get; }

    /// <summary>SHA-256 of the certificate that it shows, in hexadecimal digits; null when it does not speak TLS.</summary>
    public string? Thumbprint { get; private init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>Whether it listens.</summary>
    public bool IsRunning => _ran is null && !_broken;

    /// <summary>Connections that ended so far.</summary>
    public long Connections => _log.Totals.Connections;

    /// <summary>Connections that did not get everything.</summary>
    public long Failed => _log.Totals.Failed;

    /// <summary>Clients that are being served now.</summary>
    public int Active => _slow.Open;

    /// <summary>Bytes sent so far.</summary>
    public long Bytes => _log.Totals.Bytes;

    /// <summary>The last connections, oldest first (see <see cref="ServerOptions.LogSize"/>).</summary>
    public IReadOnlyList<ServerConnection> Log => ReadableCollection<ServerConnection>.Of(_log.Snapshot());

    /// <summary>Starts a server.</summary>
    /// <param name="options">How it answers.</param>
    /// <returns>The server, listening; stop it in the end.</returns>
    /// <exception cref="GalleryException">It cannot listen, or there is no gallery.</exception>
    public static Server Start(ServerOptions options) => Start(options, portable: false);

    /// <summary>Stops listening and lets go of the clients that are being served. A second call does nothing.</summary>
    public void Dispose()
    {
        lock (_stopLock)
        {
            if (_ran is not null) return;
            _threads.Stop(_acceptor.Wake);
            _acceptor.Dispose();
            _slow.WaitForAll(ClosingTime);
            _ran = Clock.Elapsed;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{TerminalText.Safe(Name)} on {EndPoint}";

    /// <summary>Its clock.</summary>
    internal SessionClock Clock { get; }

    /// <summary>What it does, in a sentence.</summary>
    internal IEnumerable<GalleryEvent> Introduction
    {
        get
        {
            yield return new NoticeEvent($"{Name} listens on {EndPoint} and sends {(Greeting is null ? Counted.Of(Images, "image") : "a greeting")}.");
            if (Thumbprint is not null) yield return new CertificateEvent(Thumbprint, IsSelfSigned);
        }
    }

    private bool IsSelfSigned { get; init; }

    /// <summary>The totals so far.</summary>
    internal ServerSummary Summary
    {
        get
        {
            (long connections, long failed, long bytes) = _log.Totals;
            return new ServerSummary(Name, connections, failed, bytes, _ran ?? Clock.Elapsed);
        }
    }

    internal static Server Start(ServerOptions options, bool portable, Action<ServerConnection>? onConnection = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        time ??= TimeProvider.System;
        IPAddress address = Hosts.Resolve(options.Address);
        if (Hosts.IsMulticast(address))
        {
            throw new GalleryException(
                ErrorIds.AddressIsMulticast, GalleryErrorCategory.InvalidArgument,
                $"{address} is a multicast group; a TCP server listens on an address of its own.", address, "Give an address of this machine.");
        }

        Answer answer = options.Gallery is { } gallery
            ? Answer.FromGallery(gallery)
            : Answer.FromText(options.Greeting ?? DefaultGreeting(options.EffectiveName));
        var tls = TlsServer.Of(options.Tls, time);
        TcpAcceptor acceptor = TcpAcceptor.Listen(new IPEndPoint(address, options.Port), tls);
        acceptor.NoticeSmallSteps();
        var server = new Server(options, answer, acceptor, time) { Thumbprint = tls?.Thumbprint, IsSelfSigned = tls?.IsSelfSigned == true };
        server._log.OnConnection = onConnection;
        var loop = new AcceptLoop(acceptor, answer, server._log, server._slow, time, server._threads.Stopping);
        server._threads.Run($"Server {options.EffectiveName}", "Listening", acceptor.EndPoint, () => loop.Run(portable));
        return server;
    }

    private static string DefaultGreeting(string name) => $"Hello from {name}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="Server"/> that are objects in .NET.</summary>
public abstract class ServerText
{
    private protected ServerText()
    {
    }

    /// <summary>Server.EndPoint as text.</summary>
    public string EndPoint => ((Server)this).EndPoint.ToString();

    /// <summary>Server.Address as text.</summary>
    public string Address => ((Server)this).Address.ToString();
}
