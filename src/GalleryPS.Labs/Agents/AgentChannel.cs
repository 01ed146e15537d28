using System.Diagnostics;

namespace GalleryPS.Labs.Agents;

/// <summary>Carries lines to an agent on a host, and lines back.</summary>
/// <param name="host">The host's name.</param>
public abstract class AgentChannel(string host) : IDisposable
{
    /// <summary>The host's name.</summary>
    public string Host { get; } = host;

    /// <summary>Starts the agent; called once, and not on the thread of a shell.</summary>
    /// <param name="take">Takes each line; null when no more will come.</param>
    /// <param name="hear">Takes what is said beside the lines: why it does not work.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.HostFailed"/>.</exception>
    public abstract void Start(Action<string?> take, Action<string> hear, CancellationToken cancellationToken);

    /// <summary>Sends a line.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="IOException">The agent is gone.</exception>
    public abstract void Write(string line);

    /// <summary>Ends the agent.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the agent.</summary>
    /// <param name="disposing">Always true.</param>
    protected abstract void Dispose(bool disposing);
}

/// <summary>An agent that is a process of this machine, or one that leads to it.</summary>
/// <param name="host">The host's name.</param>
/// <param name="start">How to start it.</param>
internal class ProcessChannel(string host, ProcessStartInfo start) : AgentChannel(host)
{
    private readonly Process _process = new() { StartInfo = start };
    private bool _started;

    /// <summary>How it is started; to be changed before that.</summary>
    protected ProcessStartInfo StartInfo => start;

    public override void Start(Action<string?> take, Action<string> hear, CancellationToken cancellationToken)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process.OutputDataReceived += (_, e) => take(e.Data);
        _process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is { } line) hear(line);
        };
        try
        {
            _process.Start();
            _started = true;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new GalleryException(ErrorIds.HostFailed, GalleryErrorCategory.ResourceUnavailable, $"{start.FileName} cannot be started for {Host}: {e.Message}", Host, null, e);
        }

        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public override void Write(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (InvalidOperationException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            if (_started) _process.StandardInput.Close();
            if (_started && !_process.WaitForExit(TimeSpan.FromSeconds(5))) _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is gone already.
        }

        _process.Dispose();
    }
}
