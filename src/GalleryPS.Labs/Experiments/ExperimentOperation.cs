using System.Diagnostics;
using GalleryPS.Labs.Agents;
using GalleryPS.Operations;

namespace GalleryPS.Labs.Experiments;

/// <summary>
/// Tries all combinations of an experiment on a lab of its own: the first host sends, the others receive. It takes the images of the
/// gallery and hands out a result for each try as soon as it is done.
/// </summary>
/// <param name="options">What to try.</param>
/// <param name="agent">The program that runs on the hosts.</param>
public sealed class ExperimentOperation(ExperimentOptions options, AgentProgram agent) : IOperation<ImageInput>
{
    private readonly List<string> _paths = [];
    private readonly List<Agent> _agents = [];
    private Lab? _lab;
    private string? _temporary;

    /// <summary>Only tell what would be tried, and how long it takes.</summary>
    public bool Plan { get; init; }

    /// <inheritdoc/>
    public IEnumerable<GalleryEvent> Begin(CancellationToken cancellationToken)
    {
        options.Validate();
        if (!Plan && Lab.Missing() is { } missing) throw missing;
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
        IReadOnlyList<Combination> combinations = Combination.Of(options);
        var gallery = ExperimentGallery.Read(_paths);
        if (Plan)
        {
            foreach (Combination one in combinations)
                yield return new ExperimentStepEvent(one.Transport, one.Protocol, one.LossPercent, one.Repeat, one.Estimate(options, gallery.Bytes));
            yield break;
        }

        ExperimentJournal? journal = options.OutputDirectory is { } folder ? ExperimentJournal.Open(folder, options, gallery) : null;
        string captures = options.OutputDirectory ?? (_temporary = Directory.CreateTempSubdirectory("gallery-experiment-").FullName);
        List<ExperimentResult> results = [.. journal?.Results ?? []];
        foreach (ExperimentResult known in results) yield return new ExperimentEvent(known);
        List<Combination> left = [.. combinations.Where(c => !results.Exists(r => (r.Transport, r.Protocol, r.LossPercent, r.Repeat) == (c.Transport, c.Protocol, c.LossPercent, c.Repeat)))];
        TimeSpan rest = TimeSpan.FromTicks(left.Sum(c => c.Estimate(options, gallery.Bytes).Ticks));
        double loss = 0;
        for (int i = 0; i < left.Count; i++)
        {
            Combination one = left[i];
            yield return new ProgressEvent(FormattableString.Invariant($"{one.Title} ({i + 1} of {left.Count})"), 0, null, null) { TimeLeft = rest };
            if (_lab is null) Start(cancellationToken);
            if (one.LossPercent != loss) _lab!.Lose(loss = one.LossPercent);
            long begin = Stopwatch.GetTimestamp();
            ExperimentResult result = new ExperimentTry(options, one, _lab!, _agents, gallery, captures).Run(cancellationToken);
            results.Add(result);
            journal?.Add(result);
            yield return new ExperimentEvent(result);
            foreach (string error in result.Errors) yield return new WarningEvent(ErrorIds.HostFailed, $"{one.Title}: {error}");
            rest -= one.Estimate(options, gallery.Bytes);
            if (rest < TimeSpan.Zero) rest = TimeSpan.Zero;
        }

        if (options.OutputDirectory is { } output) ExperimentTables.Write(results, Path.Combine(output, "results"));
        if (options.Html is { } html)
        {
            ExperimentReport.Write(results, options, gallery, html);
            ExperimentTables.Write(results, Path.ChangeExtension(html, null));
        }

        yield return new NoticeEvent(FormattableString.Invariant($"{results.Count} tries done."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The lab first: what runs on its hosts ends at once, and nobody waits for it.
        _lab?.Dispose();
        foreach (Agent one in _agents) one.Dispose();
        _agents.Clear();
        if (_temporary is not null && Directory.Exists(_temporary)) Directory.Delete(_temporary, recursive: true);
    }

    private void Start(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _lab = Lab.Create(new LabOptions { Hosts = options.Receivers + 1, Mtu = options.Mtu, Rate = options.Rate, LossBurst = options.LossBurst });
        foreach (LabHost host in _lab.Hosts) _agents.Add(Agent.Start(host.Name, agent.OnHost(_lab, host)));
    }
}
