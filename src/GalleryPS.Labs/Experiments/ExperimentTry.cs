using GalleryPS.Labs.Agents;
using GalleryPS.Traffic;

namespace GalleryPS.Labs.Experiments;

/// <summary>
/// One try: captures on everywhere, receivers ready, gallery sent, everything held against each other. What it waits for are events,
/// never a time; only who lost the end of transmission is not waited for any longer than a moment.
/// </summary>
internal sealed class ExperimentTry(
    ExperimentOptions options, Combination one, Lab lab, IReadOnlyList<Agent> agents, ExperimentGallery gallery, string folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Late = TimeSpan.FromSeconds(1);
    private readonly List<string> _errors = [];

    /// <summary>Does it.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public ExperimentResult Run(CancellationToken cancellationToken)
    {
        List<AgentOperation> captures = [], receivers = [];
        List<string> files = [.. agents.Select((a, i) => Path.Combine(folder, $"{one.Name}-{(i == 0 ? "sender" : a.Host)}"))];
        AgentOperation? sender = null;
        try
        {
            for (int i = 0; i < agents.Count; i++) captures.Add(agents[i].Begin(AgentVerb.Capture, Capture(files[i] + ".pcap")));
            for (int i = 1; i < agents.Count; i++) receivers.Add(agents[i].Begin(AgentVerb.Receive, Receive(lab.Hosts[i])));
            foreach (AgentOperation waiting in captures.Concat(receivers)) waiting.Ready.WaitAsync(Patience, cancellationToken).GetAwaiter().GetResult();
            sender = agents[0].Begin(AgentVerb.Send, Send(), gallery.Paths);
            sender.Ended.WaitAsync(cancellationToken).GetAwaiter().GetResult();
            EndReceivers(receivers, cancellationToken);
        }
        catch (Exception e) when (e is GalleryException or TimeoutException)
        {
            _errors.Add(e.Message);
        }
        finally
        {
            foreach (AgentOperation left in receivers.Append(sender).OfType<AgentOperation>().Where(static o => !o.Ended.IsCompleted)) left.Stop();
            foreach (AgentOperation capture in captures) capture.Stop();
        }

        foreach (AgentOperation capture in captures) Finished(capture, cancellationToken);
        for (int i = 0; i < files.Count; i++) files[i] = Keep(files[i], i == 0 ? lab.Hosts[0].Name : agents[i].Host);
        return Result(sender, receivers, files, cancellationToken);
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

    private void Finished(AgentOperation operation, CancellationToken cancellationToken)
    {
        try
        {
            operation.Ended.WaitAsync(Patience, cancellationToken).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is GalleryException or TimeoutException)
        {
            if (!_errors.Contains(e.Message)) _errors.Add(e.Message);
        }
    }

    private string Keep(string file, string host)
    {
        string kept = file + ".pcapng";
        if (!File.Exists(file + ".pcap")) return kept;
        PcapngWriter.Convert(file + ".pcap", kept, host, "eth0");
        File.Delete(file + ".pcap");
        return kept;
    }

    private ExperimentResult Result(AgentOperation? sender, List<AgentOperation> receivers, List<string> files, CancellationToken cancellationToken)
    {
        bool keep = options.OutputDirectory is not null;
        var hosts = new List<ExperimentHost>();
        bool[] complete = [.. gallery.Hashes.Select(static _ => true)];
        int corrupt = 0;
        long whole = 0;
        for (int i = 0; i < receivers.Count; i++)
        {
            (bool[] here, int strange) = gallery.Compare(receivers[i].Hashes);
            for (int image = 0; image < here.Length; image++)
            {
                complete[image] &= here[image];
                if (here[image]) whole += gallery.Sizes[image];
            }

            corrupt = Math.Max(corrupt, strange);
            TrafficCount? count = Count(files[i + 1], cancellationToken);
            hosts.Add(new ExperimentHost
            {
                Name = receivers[i].Host,
                ImagesComplete = here.Count(static c => c),
                ImagesLost = Math.Max(0, here.Count(static c => !c) - strange),
                ImagesCorrupt = strange,
                CapturedFrames = count?.Frames ?? 0,
                CapturedBytes = count?.LinkBytes ?? 0,
                ProcessorTime = receivers[i].Processor,
                Capture = keep ? files[i + 1] : null,
            });
        }

        _errors.AddRange((sender?.Events ?? []).OfType<ErrorEvent>().Select(static e => e.Error.Message));
        TrafficComparison? comparison = Compare(files[0], cancellationToken);
        TimeSpan elapsed = (sender?.Events ?? []).OfType<SummaryEvent>().LastOrDefault()?.Summary.Elapsed ?? TimeSpan.Zero;
        TimeSpan transfer = one.Protocol == Protocol.Plain && elapsed > options.EndDelay ? elapsed - options.EndDelay : elapsed;
        int lacking = complete.Count(static c => !c);
        return new ExperimentResult
        {
            Transport = one.Transport,
            Protocol = one.Protocol,
            Receivers = options.Receivers,
            LossPercent = one.LossPercent,
            Repeat = one.Repeat,
            ImagesSent = gallery.Hashes.Count,
            ImagesComplete = gallery.Hashes.Count - lacking,
            ImagesCorrupt = Math.Min(corrupt, lacking),
            ImagesLost = lacking - Math.Min(corrupt, lacking),
            Verdict = comparison?.Verdict,
            Reasons = comparison?.Reasons ?? [],
            Layers = comparison?.Layers ?? [],
            PredictedFrames = Layer(comparison, nameof(TrafficTotals.Frames))?.Predicted ?? 0,
            CapturedFrames = Layer(comparison, nameof(TrafficTotals.Frames))?.Captured ?? 0,
            PredictedBytes = Layer(comparison, nameof(TrafficTotals.LinkBytes))?.Predicted ?? 0,
            CapturedBytes = Layer(comparison, nameof(TrafficTotals.LinkBytes))?.Captured ?? 0,
            Elapsed = elapsed,
            TransferTime = transfer,
            Goodput = transfer > TimeSpan.Zero ? whole * 8.0 / options.Receivers / transfer.TotalSeconds : 0,
            SenderProcessorTime = sender?.Processor ?? TimeSpan.Zero,
            ReceiverProcessorTime = TimeSpan.FromTicks(receivers.Sum(static r => r.Processor.Ticks)),
            Hosts = [.. hosts],
            Capture = keep ? files[0] : null,
            Errors = [.. _errors],
            Time = DateTimeOffset.Now,
        };
    }

    private static LayerComparison? Layer(TrafficComparison? comparison, string property) => comparison?.Layers.FirstOrDefault(l => l.Property == property);

    private TrafficCount? Count(string file, CancellationToken cancellationToken)
    {
        try
        {
            return CaptureCounter.Count(file, new CountOptions { Mtu = options.Mtu }, cancellationToken).Count;
        }
        catch (GalleryException e)
        {
            _errors.Add(e.Message);
            return null;
        }
    }

    private TrafficComparison? Compare(string file, CancellationToken cancellationToken)
    {
        try
        {
            IEnumerable<Payload> payloads = gallery.Paths.Select((p, i) => new Payload(Path.GetFileName(p), gallery.Sizes[i]) { Path = p, Format = ImageFormat.Jpeg });
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
        Transport = [one.Transport],
        Protocol = [one.Protocol],
        Receivers = options.Receivers,
        Mtu = options.Mtu,
        Flute = one.Protocol == Protocol.Flute ? new FluteEstimateOptions { Redundancy = 0, BitRate = options.BitRate } : new FluteEstimateOptions(),
    };

    private IReadOnlyList<string> To => one.Transport switch
    {
        Transport.Broadcast => ["10.77.0.255"],
        Transport.Multicast => [SendOptions.DefaultGroup],
        _ => [.. lab.Hosts.Skip(1).Select(static h => h.IPv4.ToString())],
    };

    private SendOptions Send() => new()
    {
        Transport = one.Transport,
        Protocol = one.Protocol,
        Addresses = new DestinationOptions { To = To, OutboundIP = one.Transport is Transport.Broadcast or Transport.Multicast ? ["eth0"] : [] },
        Pacing = new PacingOptions
        {
            BitRate = options.BitRate ?? (one.Protocol == Protocol.Flute ? PacingOptions.DefaultFluteRate : null),
            EndDelay = options.EndDelay,
        },

        // Receivers report what they lack: so Flute is held to bring everything.
        Flute = one.Protocol == Protocol.Flute ? new FluteSendOptions { Receivers = options.Receivers } : new FluteSendOptions(),
    };

    private ReceiveOptions Receive(LabHost host) => new()
    {
        Transport = one.Transport,
        Protocol = one.Protocol,
        Addresses = one.Transport switch
        {
            Transport.Broadcast => new ListeningOptions { ArrivalIP = ["eth0"] },
            Transport.Multicast => new ListeningOptions { Address = SendOptions.DefaultGroup, ArrivalIP = ["eth0"] },
            _ => new ListeningOptions { Address = host.IPv4.ToString() },
        },
    };

    private CaptureOptions Capture(string file) => new()
    {
        Path = file,
        Transport = one.Transport,
        To = To,
        Interface = "eth0",
        Force = true,
    };
}
