using System.Collections.Concurrent;
using System.Diagnostics;
using GalleryPS.Operations;

namespace GalleryPS.Labs.Agents;

/// <summary>An agent on a host, seen from the experiment.</summary>
internal sealed class Agent : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentDictionary<int, AgentOperation> _operations = new();
    private readonly List<string> _said = [];
    private int _ids;

    private Agent(Process process, string host) => (_process, Host) = (process, host);

    /// <summary>The host it is on.</summary>
    public string Host { get; }

    /// <summary>Starts an agent.</summary>
    /// <param name="host">The host's name.</param>
    /// <param name="start">How to start it there.</param>
    public static Agent Start(string host, ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var agent = new Agent(new Process { StartInfo = start }, host);
        agent._process.OutputDataReceived += (_, e) => agent.Take(e.Data);
        agent._process.ErrorDataReceived += (_, e) => agent.Hear(e.Data);
        try
        {
            agent._process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new GalleryException(ErrorIds.HostFailed, GalleryErrorCategory.ResourceUnavailable, $"{start.FileName} cannot be started for {host}: {e.Message}", host, null, e);
        }

        agent._process.BeginOutputReadLine();
        agent._process.BeginErrorReadLine();
        return agent;
    }

    /// <summary>Begins an operation.</summary>
    public AgentOperation Begin(AgentVerb verb, object options, IReadOnlyList<string>? paths = null)
    {
        var operation = new AgentOperation(this, Interlocked.Increment(ref _ids));
        _operations[operation.Id] = operation;
        if (_process.HasExited) operation.Fail(Gone());
        else Write(new AgentCommand(verb, operation.Id, TravelJson.WriteOptions(options), paths));
        return operation;
    }

    /// <summary>Ends an operation.</summary>
    public void Stop(AgentOperation operation) => Write(new AgentCommand(AgentVerb.Stop, operation.Id));

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5))) _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is gone already.
        }

        _process.Dispose();
    }

    private void Write(AgentCommand command)
    {
        lock (_operations)
        {
            try
            {
                _process.StandardInput.WriteLine(AgentLines.Write(command));
                _process.StandardInput.Flush();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                if (_operations.TryGetValue(command.Id, out AgentOperation? operation)) operation.Fail(Gone());
            }
        }
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            foreach (AgentOperation operation in _operations.Values) operation.Fail(Gone());
        }
        else if (AgentLines.Read<AgentReply>(line) is { } reply && _operations.TryGetValue(reply.Id, out AgentOperation? operation))
        {
            operation.Take(reply);
        }
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said)
        {
            if (_said.Count < 20) _said.Add(line);
        }
    }

    private GalleryException Gone()
    {
        string said;
        lock (_said) said = string.Join(' ', _said);
        return new GalleryException(
            ErrorIds.HostFailed, GalleryErrorCategory.ConnectionError, $"The host {Host} does not answer. {said}".TrimEnd(), Host,
            "Check that the program 'gallery' runs there.");
    }
}

/// <summary>Something that an agent does.</summary>
internal sealed class AgentOperation(Agent agent, int id)
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

    /// <summary>Processor time that it took.</summary>
    public TimeSpan Processor { get; private set; }

    /// <summary>Ends it.</summary>
    public void Stop() => agent.Stop(this);

    public void Take(AgentReply reply)
    {
        lock (_events)
        {
            if (reply.Event is { } written) _events.Add(TravelJson.ReadEvent(written));
            if (reply.Hash is { } hash) _hashes.Add(hash);
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

    public void Fail(GalleryException error)
    {
        _ready.TrySetException(error);
        _ended.TrySetException(error);

        // Whoever waits for one of the two need not look at the other.
        _ = _ready.Task.Exception;
        _ = _ended.Task.Exception;
    }
}
