using GalleryPS.Labs.Agents;
using GalleryPS.Traffic;

namespace GalleryPS.Labs.Experiments;

/// <summary>
/// One try: captures on everywhere, receivers ready, gallery sent, everything held against each other. What it waits for are events,
/// never a time; only who lost the end of transmission is not waited for any longer than a moment.
/// </summary>
internal sealed class ExperimentTry(
    ExperimentOptions options, Combination combination, IReadOnlyList<Station> stations, ExperimentGallery gallery, string folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Late = TimeSpan.FromSeconds(1);
    private readonly List<string> _errors = [], _gaps = [];
    private List<Station> _ready = [];

    /// <summary>Does it.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public ExperimentResult Run(CancellationToken cancellationToken)
    {
        var captures = new List<AgentOperation>();
        List<AgentOperation?> receivers = [];
        List<string> files = [.. stations.Select((s, i) => Path.Combine(folder, $"{combination.Name}-{(i == 0 ? "sender" : FileName(s.Name))}"))];
        AgentOperation? sender = null;
        try
        {
            for (int i = 0; i < stations.Count; i++) captures.Add(stations[i].Agent.Begin(AgentVerb.Capture, Capture(stations[i], files[i] + ".pcap")));
            foreach (Station station in stations.Skip(1)) receivers.Add(station.Agent.Begin(AgentVerb.Receive, Receive(station)));
            foreach (AgentOperation capture in captures) Await(capture, capture.Ready, cancellationToken);

            // Who cannot receive is named, and the others go on.
            for (int i = 0; i < receivers.Count; i++)
            {
                if (!Await(receivers[i]!, receivers[i]!.Ready, cancellationToken)) receivers[i] = null;
            }

            _ready = [.. stations.Skip(1).Where((_, i) => receivers[i] is not null)];
            if (_ready.Count > 0)
            {
                sender = stations[0].Agent.Begin(AgentVerb.Send, Send(), stations[0].IsElsewhere ? gallery.Names : gallery.Paths);
                sender.Ended.WaitAsync(cancellationToken).GetAwaiter().GetResult();
                EndReceivers([.. receivers.OfType<AgentOperation>()], cancellationToken);
            }
        }
        catch (Exception e) when (e is GalleryException or TimeoutException)
        {
            AddError(sender?.Host, e.Message);
        }
        finally
        {
            foreach (AgentOperation left in receivers.Append(sender).OfType<AgentOperation>().Where(static o => !o.Ended.IsCompleted)) left.Stop();
            foreach (AgentOperation capture in captures) capture.Stop();
        }

        for (int i = 0; i < captures.Count; i++)
        {
            if (!Await(captures[i], captures[i].Ended, cancellationToken)) continue;
            _gaps.AddRange(captures[i].Events.OfType<WarningEvent>().Select(w => $"{captures[i].Host}: {w.Text}"));
            if (stations[i].IsElsewhere) Fetch(stations[i], files[i] + ".pcap", cancellationToken);
        }

        for (int i = 0; i < files.Count; i++) files[i] = Keep(files[i], stations[i]);
        return Result(sender, receivers, files, cancellationToken);
    }

    // What of a host's name cannot be in that of a file.
    private static string FileName(string host) => string.Concat(host.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-'));

    private void AddError(string? host, string message)
    {
        string named = host is null || message.Contains(host, StringComparison.Ordinal) ? message : $"{host}: {message}";
        if (!_errors.Contains(named)) _errors.Add(named);
    }

    private bool Await(AgentOperation operation, Task task, CancellationToken cancellationToken)
    {
        try
        {
            task.WaitAsync(Patience, cancellationToken).GetAwaiter().GetResult();
            return true;
        }
        catch (Exception e) when (e is GalleryException or TimeoutException)
        {
            AddError(operation.Host, e.Message);
            return false;
        }
    }

    private void Fetch(Station station, string file, CancellationToken cancellationToken)
    {
        try
        {
            station.Agent.GetAsync(Path.GetFileName(file), file).WaitAsync(cancellationToken).GetAwaiter().GetResult();
        }
        catch (GalleryException e)
        {
            AddError(station.Name, e.Message);
        }
    }

    private static void EndReceivers(List<AgentOperation> receivers, CancellationToken cancellationToken)
    {
        try
        {
            Task.WhenAll(receivers.Select(static r => r.Ended)).WaitAsync(Late, cancellationToken).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            // The end of transmission was lost on the way to somebody. What has arrived is what counts.
            foreach (AgentOperation receiver in receivers.Where(static r => !r.Ended.IsCompleted)) receiver.Stop();
            Task.WhenAll(receivers.Select(static r => r.Ended)).WaitAsync(Patience, cancellationToken).GetAwaiter().GetResult();
        }
    }

    private static string Keep(string file, Station station)
    {
        string kept = file + ".pcapng";
        if (!File.Exists(file + ".pcap")) return kept;

        // dumpcap writes pcapng by itself.
        if (PcapngWriter.IsOne(file + ".pcap")) File.Move(file + ".pcap", kept, overwrite: true);
        else PcapngWriter.Convert(file + ".pcap", kept, station.Name, station.Look.Interface);
        File.Delete(file + ".pcap");
        return kept;
    }

    private ExperimentResult Result(AgentOperation? sender, List<AgentOperation?> receivers, List<string> files, CancellationToken cancellationToken)
    {
        bool keep = options.OutputDirectory is not null;
        var hosts = new List<ExperimentHost>();
        bool[] complete = [.. gallery.Hashes.Select(static _ => true)];
        int corrupt = 0;
        long whole = 0;
        for (int i = 0; i < receivers.Count; i++)
        {
            (bool[] here, int strange) = gallery.Compare(receivers[i]?.Hashes ?? []);
            for (int image = 0; image < here.Length; image++)
            {
                complete[image] &= here[image];
                if (here[image]) whole += gallery.Sizes[image];
            }

            corrupt = Math.Max(corrupt, strange);
            TrafficCount? count = Count(files[i + 1], cancellationToken);
            hosts.Add(new ExperimentHost
            {
                Name = stations[i + 1].Name,
                ImagesComplete = here.Count(static c => c),
                ImagesLost = Math.Max(0, here.Count(static c => !c) - strange),
                ImagesCorrupt = strange,
                CapturedFrames = count?.Frames ?? 0,
                CapturedBytes = count?.LinkBytes ?? 0,
                ProcessorTime = receivers[i]?.Processor ?? TimeSpan.Zero,
                Capture = keep && File.Exists(files[i + 1]) ? files[i + 1] : null,
            });
        }

        _errors.AddRange((sender?.Events ?? []).OfType<ErrorEvent>().Select(static e => e.Error.Message));
        TrafficComparison? comparison = Compare(files[0], cancellationToken);
        TimeSpan elapsed = (sender?.Events ?? []).OfType<SummaryEvent>().LastOrDefault()?.Summary.Elapsed ?? TimeSpan.Zero;
        TimeSpan transfer = ProtocolTraits.Of(combination.Protocol).SendsAtOnce && elapsed > options.EndDelay ? elapsed - options.EndDelay : elapsed;
        int lacking = complete.Count(static c => !c);
        return new ExperimentResult
        {
            Transport = combination.Transport,
            Protocol = combination.Protocol,
            Receivers = receivers.Count,
            LossPercent = combination.LossPercent,
            Repeat = combination.Repeat,
            ImagesSent = gallery.Hashes.Count,
            ImagesComplete = gallery.Hashes.Count - lacking,
            ImagesCorrupt = Math.Min(corrupt, lacking),
            ImagesLost = lacking - Math.Min(corrupt, lacking),
            Verdict = comparison?.Verdict,
            Reasons = [.. _gaps, .. comparison?.Reasons ?? []],
            Layers = comparison?.Layers ?? [],
            PredictedFrames = Layer(comparison, nameof(TrafficTotals.Frames))?.Predicted ?? 0,
            CapturedFrames = Layer(comparison, nameof(TrafficTotals.Frames))?.Captured ?? 0,
            PredictedBytes = Layer(comparison, nameof(TrafficTotals.LinkBytes))?.Predicted ?? 0,
            CapturedBytes = Layer(comparison, nameof(TrafficTotals.LinkBytes))?.Captured ?? 0,
            Elapsed = elapsed,
            TransferTime = transfer,
            Goodput = transfer > TimeSpan.Zero ? whole * 8.0 / receivers.Count / transfer.TotalSeconds : 0,
            SenderProcessorTime = sender?.Processor ?? TimeSpan.Zero,
            ReceiverProcessorTime = TimeSpan.FromTicks(receivers.Sum(static r => r?.Processor.Ticks ?? 0)),
            Hosts = [.. hosts],
            Capture = keep && File.Exists(files[0]) ? files[0] : null,
            Errors = [.. _errors],
            Time = DateTimeOffset.Now,
        };
    }

    private static LayerComparison? Layer(TrafficComparison? comparison, string property) => comparison?.Layers.FirstOrDefault(l => l.Property == property);

    private TrafficCount? Count(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) return null;
        try
        {
            return CaptureCounter.Count(file, new CountOptions { Mtu = stations[0].Look.Mtu }, cancellationToken).Count;
        }
        catch (GalleryException e)
        {
            _errors.Add(e.Message);
            return null;
        }
    }

    private TrafficComparison? Compare(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file) || _ready.Count == 0) return null;
        try
        {
            IEnumerable<Payload> payloads = gallery.Paths.Select((p, i) => new Payload(stations[0].IsElsewhere ? gallery.Names[i] : Path.GetFileName(p), gallery.Sizes[i]) { Path = p, Format = ImageFormat.Jpeg });
            TrafficEstimate estimate = TrafficModel.Estimate(payloads, Estimate(), static _ => { }, cancellationToken)[0];
            return TrafficComparer.Compare(estimate, file, new ComparisonOptions { OfTransport = true }, static _ => { }, cancellationToken);
        }
        catch (GalleryException e)
        {
            _errors.Add(e.Message);
            return null;
        }
    }

    private EstimateOptions Estimate() => new()
    {
        Transport = [combination.Transport],
        Protocol = [combination.Protocol],
        Receivers = _ready.Count,
        Mtu = stations[0].Look.Mtu,
        Flute = combination.Protocol == Protocol.Flute ? new FluteEstimateOptions { Redundancy = 0, BitRate = options.BitRate } : new FluteEstimateOptions(),
    };

    private IReadOnlyList<string> To => combination.Transport switch
    {
        Transport.Broadcast => [stations[0].Look.Broadcast ?? "255.255.255.255"],
        Transport.Multicast => [SendOptions.DefaultGroup],
        _ => [.. (_ready.Count > 0 ? _ready : stations.Skip(1)).Select(static s => s.Address.ToString())],
    };

    private SendOptions Send() => new()
    {
        Transport = combination.Transport,
        Protocol = combination.Protocol,
        Addresses = new DestinationOptions { To = To, OutboundIP = combination.Transport.IsToOne() ? [] : [stations[0].Look.Interface] },
        Pacing = new PacingOptions
        {
            BitRate = options.BitRate ?? (combination.Transport == Transport.Tcp ? null : ProtocolTraits.Of(combination.Protocol).DatagramRate),
            EndDelay = options.EndDelay,
        },

        // Receivers report what they lack: so Flute is held to bring everything.
        Flute = combination.Protocol == Protocol.Flute ? new FluteSendOptions { Receivers = _ready.Count } : new FluteSendOptions(),
    };

    private ReceiveOptions Receive(Station station) => new()
    {
        Transport = combination.Transport,
        Protocol = combination.Protocol,
        Addresses = combination.Transport switch
        {
            Transport.Broadcast => new ListeningOptions { ArrivalIP = [station.Look.Interface] },
            Transport.Multicast => new ListeningOptions { Address = SendOptions.DefaultGroup, ArrivalIP = [station.Look.Interface] },
            _ => new ListeningOptions { Address = station.Look.Address },
        },
    };

    private CaptureOptions Capture(Station station, string file) => new()
    {
        Path = station.IsElsewhere ? Path.GetFileName(file) : file,
        Transport = combination.Transport,
        To = To,
        Interface = station.Look.Interface,
        Force = true,
    };
}
