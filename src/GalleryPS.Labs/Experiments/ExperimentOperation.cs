using GalleryPS.Labs.Agents;
using GalleryPS.Operations;

namespace GalleryPS.Labs.Experiments;

/// <summary>
/// Tries all combinations of an experiment on a lab of its own, or on machines: the first host sends, the others receive. It takes the
/// images of the gallery and hands out a result for each try as soon as it is done.
/// </summary>
/// <param name="options">What to try.</param>
/// <param name="agent">The program that runs on the hosts of a lab.</param>
public sealed class ExperimentOperation(ExperimentOptions options, AgentProgram agent) : IOperation<ImageInput>
{
    private readonly List<string> _paths = [];
    private ExperimentOptions _options = options;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<Station> _stations = [];
    private Station? _withGallery;
    private Lab? _lab;
    private string? _temporary;

    /// <summary>Only tell what would be tried, and how long it takes.</summary>
    public bool Plan { get; init; }

    /// <summary>Machines that something else than OpenSSH leads to; the operation disposes of them.</summary>
    public IReadOnlyList<AgentChannel> Channels { get; init; } = [];

    /// <summary>What <see cref="End"/> is about to do, and on which hosts, for somebody who is asked first.</summary>
    public (string Hosts, string Action) Intent
    {
        get
        {
            string hosts = OnMachines ? string.Join(", ", [.. _options.HostName, .. Channels.Select(static c => c.Host)]) : $"a lab of {Counted.Of(_options.Receivers + 1, "host")}";
            string action = $"Send {Counted.Of(_paths.Count, "image")} in {Counted.Of(Combination.Of(_options).Count, "try", "tries")}";
            if (_options.Deploy) action += ", copy the program there where it is missing";
            string?[] written = [_options.OutputDirectory, _options.Html];
            if (written.Any(static w => w is not null)) action += $", write {string.Join(" and ", written.OfType<string>())}";
            return (hosts, action);
        }
    }

    private bool OnMachines => _options.HostName.Count + Channels.Count > 0;

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken)
    {
        _options.Validate();
        if (Channels.Count > 0 && _options.HostName.Count > 0) throw OptionChecks.Invalid("Hosts are reached by OpenSSH or by sessions, not by both.", _options.HostName);
        if (Channels.Count > 0) _options.CheckMachines([.. Channels.Select(static c => c.Host)]);

        // The sender is one of them.
        if (OnMachines) _options = _options with { Receivers = _options.HostName.Count + Channels.Count - 1 };
        if (!Plan && !OnMachines && Lab.Missing() is { } missing) throw missing;
        return [];
    }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Add(ImageInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Path is { } path) _paths.Add(Path.GetFullPath(path));
        else return [new ErrorEvent(new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "An experiment needs images that are files.", input.Name))];
        return [];
    }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> End(CancellationToken cancellationToken)
    {
        if (_paths.Count == 0) yield break;
        IReadOnlyList<Combination> combinations = Combination.Of(_options);
        var gallery = ExperimentGallery.Read(_paths);
        if (Plan)
        {
            foreach (Combination combination in combinations)
                yield return new ExperimentStepEvent(combination.Transport, combination.Protocol, combination.LossPercent, combination.Repeat, combination.Estimate(_options, gallery.Bytes));
            yield break;
        }

        ExperimentJournal? journal = _options.OutputDirectory is { } folder ? ExperimentJournal.Open(folder, _options, gallery) : null;
        string captures = _options.OutputDirectory ?? (_temporary = Directory.CreateTempSubdirectory("gallery-experiment-").FullName);
        List<ExperimentResult> results = [.. journal?.Results ?? []];
        foreach (ExperimentResult known in results) yield return new ExperimentEvent(known);
        List<Combination> left = [.. combinations.Where(c => !results.Exists(r => (r.Transport, r.Protocol, r.LossPercent, r.Repeat) == (c.Transport, c.Protocol, c.LossPercent, c.Repeat)))];
        TimeSpan rest = TimeSpan.FromTicks(left.Sum(c => c.Estimate(_options, gallery.Bytes).Ticks));
        double loss = 0;
        for (int i = 0; i < left.Count; i++)
        {
            Combination combination = left[i];
            yield return new ProgressEvent(FormattableString.Invariant($"{combination.Title} ({i + 1} of {left.Count})"), 0, null, null) { TimeLeft = rest };
            foreach (GalleryException error in i == 0 ? Start(cancellationToken) : Leave()) yield return new ErrorEvent(error);
            if (_stations.Count < 2) throw TooFew();
            GiveGallery(gallery, cancellationToken);
            if (combination.LossPercent != loss) _lab!.Lose(loss = combination.LossPercent);
            ExperimentResult result = new ExperimentTry(_options, combination, _stations, gallery, captures).Run(cancellationToken);
            results.Add(result);
            journal?.Add(result);
            yield return new ExperimentEvent(result);
            foreach (string error in result.Errors) yield return new WarningEvent(ErrorIds.HostFailed, $"{combination.Title}: {error}");
            rest -= combination.Estimate(_options, gallery.Bytes);
            if (rest < TimeSpan.Zero) rest = TimeSpan.Zero;
        }

        if (_options.OutputDirectory is { } output) ExperimentTables.Write(results, Path.Combine(output, "results"));
        if (_options.Html is { } html)
        {
            ExperimentReport.Write(results, _options, [.. _stations.Where(static s => s.IsElsewhere)], gallery, html);
            ExperimentTables.Write(results, Path.ChangeExtension(html, null));
        }

        yield return new NoticeEvent(FormattableString.Invariant($"{results.Count} tries done."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The lab first: what runs on its hosts ends at once, and nobody waits for it.
        _lab?.Dispose();
        Parallel.ForEach(_stations, static s => s.Dispose());
        _stations.Clear();
        foreach (AgentChannel channel in Channels) channel.Dispose();
        if (_temporary is not null && Directory.Exists(_temporary)) Directory.Delete(_temporary, recursive: true);
    }

    // Starts what works on the hosts; hands out why it does not on some of them.
    private IReadOnlyList<GalleryException> Start(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OnMachines) return Connect(cancellationToken);
        _lab = Lab.Create(new LabOptions { Hosts = _options.Receivers + 1, Mtu = _options.Mtu, Rate = _options.Rate, LossBurst = _options.LossBurst });
        foreach (LabHost host in _lab.Hosts) _stations.Add(Station.Of(host, Agent.Start(new ProcessChannel(host.Name, agent.OnHost(_lab, host)), cancellationToken)));
        return [];
    }

    private List<GalleryException> Connect(CancellationToken cancellationToken)
    {
        IEnumerable<AgentChannel> channels = Channels.Count > 0 ? Channels : _options.HostName.Select(h => new SshChannel(h, _options));
        List<Task<Station>> connecting = [.. channels.Select(c => Task.Run(() => Station.ConnectAsync(c, Patience, cancellationToken), CancellationToken.None))];
        var errors = new List<GalleryException>();
        foreach (Task<Station> station in connecting)
        {
            try
            {
                _stations.Add(station.GetAwaiter().GetResult());
            }
            catch (GalleryException e)
            {
                errors.Add(e);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return errors;
    }

    // Hosts that do not answer any more are left out from now on.
    private List<GalleryException> Leave()
    {
        List<Station> gone = [.. _stations.Where(static s => s.Agent.IsGone)];
        foreach (Station station in gone)
        {
            _stations.Remove(station);
            station.Dispose();
        }

        return [.. gone.Select(static s => s.Agent.Gone())];
    }

    private void GiveGallery(ExperimentGallery gallery, CancellationToken cancellationToken)
    {
        if (_stations[0] is not { IsElsewhere: true } sender || sender == _withGallery) return;
        for (int i = 0; i < gallery.Paths.Count; i++) sender.Agent.PutAsync(gallery.Paths[i], gallery.Names[i]).WaitAsync(cancellationToken).GetAwaiter().GetResult();
        _withGallery = sender;
    }

    private static GalleryException TooFew() => new(
        ErrorIds.HostFailed, GalleryErrorCategory.ResourceUnavailable, "Fewer than two hosts can be used: one must send and one receive.", null, "See the errors of the hosts.");
}
