using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace GalleryPS.Cli;

/// <summary>What one transport of the demonstration amounted to.</summary>
internal sealed record DemoResult
{
    public required Transport Transport { get; init; }

    public required string To { get; init; }

    public required int Receivers { get; init; }

    public required int Images { get; init; }

    public required long ImageBytes { get; init; }

    public required long BytesSent { get; init; }

    public required long Datagrams { get; init; }

    public required long Connections { get; init; }

    public required int Intact { get; init; }

    public required int Expected { get; init; }

    public required TimeSpan Elapsed { get; init; }

    internal IReadOnlyList<GalleryException> Errors { get; init; } = [];
}

/// <summary>Sends a gallery to receivers on this machine and holds what arrived against what was sent.</summary>
internal static class Demonstration
{
    public static DemoResult Run(IReadOnlyList<string> files, Transport transport, int receivers, CancellationToken cancellationToken)
    {
        var opened = new List<GalleryReceiver>();
        try
        {
            IReadOnlyList<SendOptions> sends = Open(transport, receivers, opened, cancellationToken);
            return Run(files, sends, opened, cancellationToken);
        }
        finally
        {
            foreach (GalleryReceiver receiver in opened) receiver.Dispose();
        }
    }

    /// <summary>Opens the receivers.</summary>
    /// <returns>What to send, so that every one of them gets the gallery once.</returns>
    private static IReadOnlyList<SendOptions> Open(Transport transport, int receivers, List<GalleryReceiver> opened, CancellationToken cancellationToken)
    {
        int port = FreePort(transport);
        switch (transport)
        {
            case Transport.Broadcast:
                for (int i = 0; i < receivers; i++) OpenOne(null, null, port);
                return [new SendOptions { Transport = transport, Addresses = new() { Port = port, To = ["127.255.255.255"] } }];
            case Transport.Multicast:
                for (int i = 0; i < receivers; i++) OpenOne(null, "127.0.0.1", port);
                return [new SendOptions { Transport = transport, Addresses = new() { Port = port, OutboundIP = ["127.0.0.1"] } }];
        }

        string[] hosts = [.. Enumerable.Range(1, receivers).Select(static i => $"127.0.0.{i}")];
        try
        {
            foreach (string host in hosts) OpenOne(host, null, port);
            return [new SendOptions { Transport = transport, Addresses = new() { Port = port, To = hosts } }];
        }
        catch (GalleryException e) when (e.Id is ErrorIds.PortInUse or ErrorIds.AddressNotLocal)
        {
            // Not every system tells more addresses of 127.0.0.0/8 apart than the first: there each receiver has a port of its own.
            foreach (GalleryReceiver receiver in opened) receiver.Dispose();
            opened.Clear();
            var sends = new List<SendOptions>();
            for (int i = 0; i < receivers; i++)
            {
                int own = FreePort(transport);
                OpenOne(hosts[0], null, own);
                sends.Add(new SendOptions { Transport = transport, Addresses = new() { Port = own, To = [hosts[0]] } });
            }

            return sends;
        }

        void OpenOne(string? address, string? nic, int at) => opened.Add(GalleryReceiver.Open(
            new ReceiveOptions
            {
                Transport = transport,
                Addresses = new() { Port = at, Address = address, ArrivalIP = nic is null ? [] : [nic] },
                Until = new() { IdleTimeout = TimeSpan.FromSeconds(10) },
            },
            cancellationToken));
    }

    private static DemoResult Run(
        IReadOnlyList<string> files, IReadOnlyList<SendOptions> sends, List<GalleryReceiver> receivers, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Task<List<GalleryEvent>>[] receiving = [.. receivers.Select(r => Task.Factory.StartNew(
            () => r.Receive(cancellationToken).ToList(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        var sent = new List<GalleryEvent>();
        var destinations = new List<IPEndPoint>();
        foreach (SendOptions options in sends)
        {
            using GallerySender sender = GallerySender.Open(options, cancellationToken);
            foreach (string file in files) sent.AddRange(sender.Send(file, cancellationToken));
            sent.AddRange(sender.Finish(cancellationToken));
            destinations.AddRange(sender.Destinations);
        }

        Task.WaitAll(receiving, cancellationToken);

        List<SessionSummary> summaries = [.. sent.OfType<SummaryEvent>().Select(static e => e.Summary)];
        byte[][] originals = [.. files.Select(Read)];
        List<string> wanted = [.. originals.Select(Hash).Order(StringComparer.Ordinal)];
        int intact = 0;
        var errors = sent.OfType<ErrorEvent>().Select(static e => e.Error).ToList();
        foreach (List<GalleryEvent> events in receiving.Select(static t => t.Result))
        {
            errors.AddRange(events.OfType<ErrorEvent>().Select(static e => e.Error));
            List<string> missing = [.. wanted];
            intact += events.OfType<ReceivedEvent>().Count(e => missing.Remove(Hash(e.Image.GetData())));
        }

        Transport transport = sends[0].Transport;
        return new DemoResult
        {
            Transport = transport,
            To = destinations is [var only] ? only.Address.ToString()
                : sends.Count > 1 ? $"{destinations[0].Address}, {sends.Count} ports"
                : $"{destinations[0].Address} to .{destinations.Count}",
            Receivers = receivers.Count,
            Images = files.Count,
            ImageBytes = originals.Sum(static o => o.LongLength),
            BytesSent = summaries.Sum(static s => s.Bytes),
            Datagrams = summaries.Sum(static s => s.Datagrams),
            Connections = transport == Transport.Tcp ? summaries.Sum(static s => s.Images + s.Ends) : 0,
            Intact = intact,
            Expected = files.Count * receivers.Count,
            Elapsed = Stopwatch.GetElapsedTime(start),
            Errors = errors,
        };
    }

    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableImage"/>.</exception>
    private static byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(
                ErrorIds.UnreadableImage, GalleryErrorCategory.ReadError, $"{file} cannot be read: {e.Message}", file, "Check that you may read it.", e);
        }
    }

    private static string Hash(byte[] data) => Convert.ToHexString(SHA256.HashData(data));

    private static int FreePort(Transport transport)
    {
        bool tcp = transport == Transport.Tcp;
        using var probe = new Socket(AddressFamily.InterNetwork, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
