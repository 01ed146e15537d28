using System.Collections.Concurrent;
using GalleryPS.Operations;

namespace GalleryPS.Labs.Agents;

/// <summary>An agent on a host, seen from the experiment.</summary>
internal sealed class Agent : IDisposable
{
    private readonly AgentChannel _channel;
    private readonly ConcurrentDictionary<int, AgentOperation> _operations = new();
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);
    private readonly List<string> _said = [];
    private volatile bool _gone;
    private int _ids;

    private Agent(AgentChannel channel) => _channel = channel;

    /// <summary>The host it is on.</summary>
    public string Host => _channel.Host;

    /// <summary>Whether it answers no more.</summary>
    public bool IsGone => _gone;

    /// <summary>Starts an agent.</summary>
    /// <param name="channel">What leads to it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.HostFailed"/>.</exception>
    public static Agent Start(AgentChannel channel, CancellationToken cancellationToken)
    {
        var agent = new Agent(channel);
        channel.Start(agent.Take, agent.Hear, cancellationToken);
        return agent;
    }

    /// <summary>Begins an operation.</summary>
    public AgentOperation Begin(AgentVerb verb, object options, IReadOnlyList<string>? paths = null) => Begin(id => new AgentCommand(verb, id, TravelJson.WriteOptions(options), paths));

    /// <summary>Asks what the host is.</summary>
    /// <param name="known">Addresses that may be its own.</param>
    public async Task<AgentLook> LookAsync(IReadOnlyList<string> known)
    {
        AgentOperation operation = Begin(id => new AgentCommand(AgentVerb.Look, id, Paths: known));
        await operation.Ended.ConfigureAwait(false);
        return operation.Look ?? throw Gone();
    }

    /// <summary>Gives the agent a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What it is called there.</param>
    public async Task PutAsync(string path, string name)
    {
        using FileStream file = File.OpenRead(path);
        byte[] piece = new byte[1 << 20];
        for (int length = 1; length > 0;)
        {
            length = await file.ReadAsync(piece).ConfigureAwait(false);
            byte[] data = piece[..length];
            await Begin(id => new AgentCommand(AgentVerb.Put, id, Paths: [name]) { Data = data }).Ended.ConfigureAwait(false);
        }
    }

    /// <summary>Takes a file from the agent, which has it no longer then.</summary>
    /// <param name="name">What it is called there; nothing comes when there is none.</param>
    /// <param name="path">Where it goes.</param>
    public async Task GetAsync(string name, string path)
    {
        FileStream? file = null;
        try
        {
            await Begin(id => new AgentCommand(AgentVerb.Get, id, Paths: [name]), piece => (file ??= File.Create(path)).Write(piece)).Ended.ConfigureAwait(false);
        }
        finally
        {
            if (file is not null) await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends an operation.</summary>
    public void Stop(AgentOperation operation) => Write(new AgentCommand(AgentVerb.Stop, operation.Id));

    public void Dispose() => _channel.Dispose();

    private AgentOperation Begin(Func<int, AgentCommand> command, Action<byte[]>? data = null)
    {
        var operation = new AgentOperation(this, Interlocked.Increment(ref _ids), data);
        _operations[operation.Id] = operation;
        Write(command(operation.Id));
        if (_gone) operation.Fail(Gone());
        return operation;
    }

    private void Write(AgentCommand command)
    {
        lock (_operations)
        {
            try
            {
                _channel.Write(AgentLines.Write(command));
            }
            catch (IOException)
            {
                if (_operations.TryGetValue(command.Id, out AgentOperation? operation)) operation.Fail(Gone());
            }
        }
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _gone = true;
            foreach (AgentOperation operation in _operations.Values) operation.Fail(Gone());
        }
        else if (AgentLines.Read<AgentReply>(line) is { } reply && _operations.TryGetValue(reply.Id, out AgentOperation? operation))
        {
            operation.Take(reply);
            if (reply.End is not null) _operations.TryRemove(reply.Id, out _);
        }
    }

    private bool HasSaidSomething()
    {
        lock (_said) return _said.Count > 0;
    }

    private void Hear(string line)
    {
        lock (_said)
        {
            if (_said.Count < 20) _said.Add(TerminalText.Safe(line));
        }
    }

    /// <summary>That it answers no more, and what was said last.</summary>
    public GalleryException Gone()
    {
        // What it says and that it ends come on two ways: the words may be a moment later.
        SpinWait.SpinUntil(HasSaidSomething, LastWords);
        string said;
        lock (_said) said = string.Join(' ', _said);
        return new GalleryException(
            ErrorIds.HostFailed, GalleryErrorCategory.ConnectionError, $"The host {Host} does not answer. {said}".TrimEnd(), Host,
            "Check that 'ssh' connects without asking anything, and that the program 'gallery' runs there.");
    }
}

/// <summary>Something that an agent does.</summary>
internal sealed class AgentOperation(Agent agent, int id, Action<byte[]>? data = null)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<GalleryEvent> _events = [];
    private readonly List<string> _hashes = [];

    public int Id { get; } = id;

    /// <summary>The host it runs on.</summary>
    public string Host => agent.Host;

    /// <summary>Whether it listens: nothing that is sent from now on is missed.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Its end.</summary>
    public Task Ended => _ended.Task;

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<GalleryEvent> Events
    {
        get
        {
            lock (_events) return [.. _events];
        }
    }

    /// <summary>SHA-256 of the images that arrived so far.</summary>
    public IReadOnlyList<string> Hashes
    {
        get
        {
            lock (_events) return [.. _hashes];
        }
    }

    /// <summary>What the host is, when that was asked.</summary>
    public AgentLook? Look { get; private set; }

    /// <summary>Processor time that it took.</summary>
    public TimeSpan Processor { get; private set; }

    /// <summary>Ends it.</summary>
    public void Stop() => agent.Stop(this);

    public void Take(AgentReply reply)
    {
        try
        {
            TakeWhole(reply);
        }
        catch (Exception e) when (e is GalleryException or IOException)
        {
            // An answer in a form of another version, or no room for a file.
            Fail(new GalleryException(ErrorIds.HostFailed, GalleryErrorCategory.InvalidData, $"What the host {Host} answers cannot be used: {e.Message}", Host, "Use the same version of GalleryPS on all hosts.", e));
        }
    }

    public void Fail(GalleryException error)
    {
        _ready.TrySetException(error);
        _ended.TrySetException(error);

        // Whoever waits for one of the two need not look at the other.
        _ = _ready.Task.Exception;
        _ = _ended.Task.Exception;
    }

    private void TakeWhole(AgentReply reply)
    {
        lock (_events)
        {
            if (reply.Event is { } written) _events.Add(TravelJson.ReadEvent(written));
            if (reply.Hash is { } hash) _hashes.Add(hash);
            if (reply.Look is { } look) Look = look;
            if (reply.Data is { } piece) data?.Invoke(piece);
        }

        if (reply.Listening || reply.Event?.Contains("\"ReadyEvent\"", StringComparison.Ordinal) == true) _ready.TrySetResult();
        if (reply.End is not { } end) return;
        Processor = end.Processor;
        if (end.Error is { } error)
        {
            Fail(((ErrorEvent)TravelJson.ReadEvent(error)).Error);
            return;
        }

        _ready.TrySetResult();
        _ended.TrySetResult();
    }
}
