using System.Management.Automation;
using System.Security;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets;

/// <summary>
/// What all cmdlets have in common: cancelling, errors with stable ids, and presenting a session's events on the pipeline
/// thread.
/// </summary>
public abstract class GalleryCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private SessionProgress? _progress;
    private bool _disposed, _waits;
    private Dictionary<string, object> _jobParameters = [];
    private readonly List<object> _jobRecords = [];

    /// <summary>Cancelled by Ctrl+C and whatever else stops the pipeline.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        if (RunsAsJob) _jobParameters = new(MyInvocation.BoundParameters, StringComparer.OrdinalIgnoreCase);
        else Guarded(OnBegin);
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guarded(RunsAsJob ? KeepRecord : OnRecord);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guarded(RunsAsJob ? StartJob : OnEnd);

    /// <inheritdoc/>
    protected sealed override void StopProcessing()
    {
        try
        {
            OnStop();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The user wants it to end, and this is the thread of Ctrl+C: there is nobody to tell and nothing to go on with.
            System.Diagnostics.Debug.WriteLine(e);
        }
    }

    /// <summary>What the cmdlet does before the first object of the pipeline.</summary>
    protected virtual void OnBegin()
    {
    }

    /// <summary>What the cmdlet does for each object of the pipeline; once when there is no pipeline.</summary>
    protected virtual void OnRecord()
    {
    }

    /// <summary>What the cmdlet does after the last object of the pipeline.</summary>
    protected virtual void OnEnd()
    {
    }

    /// <summary>Whether a job of this session runs the cmdlet (-AsJob) and this call only starts it.</summary>
    private protected virtual bool RunsAsJob => false;

    /// <summary>Changes the parameters that the job gets: those that the call itself names.</summary>
    /// <param name="parameters">They, by name.</param>
    private protected virtual void AdaptToJob(Dictionary<string, object> parameters)
    {
    }

    // What the pipeline brought, as it can be piped once more.
    private void KeepRecord()
    {
        foreach ((string name, object value) in MyInvocation.BoundParameters)
        {
            if (_jobParameters.ContainsKey(name)) continue;
            if (name == nameof(ImagesCmdlet.LiteralPath))
            {
                var named = new PSObject();
                named.Properties.Add(new PSNoteProperty(name, value));
                _jobRecords.Add(named);
            }
            else if (name != nameof(ImagesCmdlet.InputObject) && value is object[] several) _jobRecords.AddRange(several);
            else _jobRecords.Add(value);
        }
    }

    // A thread of this process: what it emits are the objects themselves, and Stop-Job does what Ctrl+C does. Only an error that is
    // thrown on ends the script, and so makes the job a failed one.
    private void StartJob()
    {
        const string start = """
            param($module, $command, $location, $parameters, $piped, $records)
            Microsoft.PowerShell.ThreadJob\Start-ThreadJob -Name $command -ThrottleLimit 1000 -ArgumentList $module, $command, $location, $parameters, $piped, $records -ScriptBlock {
                param($module, $command, $location, $parameters, $piped, $records)
                Import-Module $module -Verbose:$false
                Set-Location -LiteralPath $location
                try { if ($piped) { $records | & $command @parameters } else { & $command @parameters } } catch { throw }
            }
            """;
        AdaptToJob(_jobParameters);
        _jobParameters.Remove("AsJob");
        string module = System.IO.Path.Combine(MyInvocation.MyCommand.Module.ModuleBase, "GalleryPS.psd1");
        object[] arguments = [module, MyInvocation.MyCommand.Name, SessionState.Path.CurrentFileSystemLocation.Path, new System.Collections.Hashtable(_jobParameters), MyInvocation.ExpectingInput, _jobRecords.ToArray()];
        foreach (PSObject job in InvokeCommand.InvokeScript(start, arguments)) base.WriteObject(job);
    }

    /// <summary>What Ctrl+C does; runs on another thread.</summary>
    protected virtual void OnStop() => _stop.Cancel();

    /// <summary>Ends what is under way, as Ctrl+C does.</summary>
    protected void Cancel() => _stop.Cancel();

    /// <summary>Whether a parameter was given, whatever its value.</summary>
    /// <param name="parameter">Its name.</param>
    protected bool Bound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Emits an object, with a view that fits the window.</summary>
    /// <param name="value">The object.</param>
    protected new void WriteObject(object? value) => base.WriteObject(NarrowView.Fitted(value, Host));

    /// <summary>Emits a list, or its items.</summary>
    /// <param name="value">The list.</param>
    /// <param name="enumerateCollection">Whether its items are emitted.</param>
    protected new void WriteObject(object? value, bool enumerateCollection)
    {
        if (!enumerateCollection || value is not System.Collections.IEnumerable items)
        {
            WriteObject(value);
            return;
        }

        foreach (object? item in items) WriteObject(item);
    }

    /// <summary>Writes a non-terminating error.</summary>
    /// <param name="error">The error.</param>
    protected void WriteError(GalleryException error) => WriteError(Record(error));

    /// <summary>Tells what happens, to whoever asked for it. Names in it may be anybody's: nothing of them steers the terminal.</summary>
    /// <param name="text">One line.</param>
    protected new void WriteVerbose(string text) => base.WriteVerbose(TerminalText.Safe(text));

    /// <summary>Warns, with the same care.</summary>
    /// <param name="text">One line.</param>
    protected new void WriteWarning(string text) => base.WriteWarning(TerminalText.Safe(text));

    /// <summary>Asks whether to go on (-WhatIf, -Confirm), and says so (-Verbose), with the same care.</summary>
    /// <param name="target">What it is done to.</param>
    /// <param name="action">What is done.</param>
    /// <returns>Whether to do it.</returns>
    protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(TerminalText.Safe(target), TerminalText.Safe(action));

    /// <summary>Runs something; an error in it ends the pipeline, because the call itself is wrong.</summary>
    /// <param name="action">What to run.</param>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <returns>Its result.</returns>
    protected T OrTerminate<T>(Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        try
        {
            return action();
        }
        catch (GalleryException e)
        {
            ThrowTerminatingError(Record(e));
            throw;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Presents a session's events: results to the pipeline, the rest to the streams they belong to.</summary>
    /// <param name="events">The events.</param>
    /// <param name="onStopped">
    /// Runs when whoever takes the results wants no more of them (Select-Object -First, an error downstream), which Ctrl+C is
    /// not; it is given what is left of the events.
    /// </param>
    protected void Present(IEnumerable<GalleryEvent> events, Action<IEnumerator<GalleryEvent>>? onStopped = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        using IEnumerator<GalleryEvent> left = events.GetEnumerator();
        while (OrTerminate(left.MoveNext))
        {
            try
            {
                Present(left.Current);
            }
            catch (Exception) when (onStopped is not null && !StopToken.IsCancellationRequested)
            {
                onStopped(left);
                throw;
            }
        }
    }

    /// <summary>Presents one event.</summary>
    /// <param name="galleryEvent">The event.</param>
    protected virtual void Present(GalleryEvent galleryEvent)
    {
        switch (galleryEvent)
        {
            case SentEvent sent: WriteObject(sent.Image); break;
            case ShownEvent shown: WriteObject(shown.Image); break;
            case ReceivedEvent received: EndWaiting(); WriteObject(received.Image); break;
            case ReadyEvent ready: Wait(ready); break;
            case CertificateEvent certificate: WriteCertificate(certificate); break;
            case NoticeEvent notice: WriteVerbose(notice.Text); break;
            case WarningEvent warning: WriteWarning(warning.Text); break;
            case ErrorEvent error: WriteError(error.Error); break;
            case ProgressEvent progress: (_progress ??= new SessionProgress(this)).Show(progress); break;
            case SummaryEvent or ExportedEvent: _progress?.Done(); break;
            case ServedEvent served: WriteObject(served.Receiver); break;
            case MemberEvent member: WriteVerbose(member.ToString()); break;
            case EndEvent end: WriteVerbose($"End of transmission {end.Seen} of {end.Expected}: {end.Peer}."); break;
        }
    }

    /// <summary>Something arrived: where it was waited for is no longer of interest.</summary>
    private protected void EndWaiting()
    {
        if (!_waits) return;
        _waits = false;
        _progress?.Done();
    }

    // Whoever is at the other side has to be given it.
    private void WriteCertificate(CertificateEvent certificate)
    {
        if (certificate.SelfSigned) WriteInformation(new HostInformationMessage { Message = $"{certificate}." }, ["PSHOST"]);
        else WriteVerbose($"{certificate}.");
    }

    private void Wait(ReadyEvent ready)
    {
        _waits = true;
        WriteVerbose($"{ready}.");
        (_progress ??= new SessionProgress(this)).Wait(ready);
    }

    /// <summary>The full path of a file or folder that need not exist, from the current location of the session.</summary>
    /// <param name="path">A PowerShell path of the file system.</param>
    /// <returns>The provider's path.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>: it is empty, which PowerShell takes for the current location.</exception>
    protected string FullPath(string path) => string.IsNullOrWhiteSpace(path)
        ? throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"'{path}' is not a path.", path, "Give the path of a file or of a folder.")
        : GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>Where images go, as a full path, when the user agrees (-WhatIf, -Confirm).</summary>
    /// <param name="storage">The folder as it was written, or none.</param>
    /// <param name="action">What is done there.</param>
    /// <returns>The folder, or none; null when the user does not agree.</returns>
    protected StorageOptions? Confirmed(StorageOptions storage, string action)
    {
        ArgumentNullException.ThrowIfNull(storage);
        if (storage.OutputDirectory is null) return storage;
        string directory = FullPath(storage.OutputDirectory);
        return ShouldProcess(directory, action) ? storage with { OutputDirectory = directory } : null;
    }

    /// <summary>A passphrase; made here and not while binding, so that one that is empty is an error with its own id.</summary>
    /// <param name="text">The text, or null.</param>
    /// <returns>The passphrase, or null.</returns>
    private protected static Passphrase? Secret(SecureString? text) => text is null ? null : Passphrase.FromSecureString(text);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            OnDispose();
        }
        finally
        {
            _stop.Dispose();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Lets go of what the cmdlet holds; called once at its end, however that comes.</summary>
    protected virtual void OnDispose()
    {
    }

    /// <summary>
    /// The last place where an exception can be seen before PowerShell shows it. Its own (among them those that end a
    /// pipeline) pass; an error of ours ends the cmdlet as what it is; anything else nobody foresaw, and that is what the
    /// user is told, without a stack trace.
    /// </summary>
    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (GalleryException e)
        {
            ThrowTerminatingError(Record(e));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (e is not (RuntimeException or FlowControlException or IContainsErrorRecord))
        {
            base.WriteVerbose(e.ToString());
            ThrowTerminatingError(Record(GalleryException.Unexpected(e)));
        }
    }

    /// <summary>An error the way PowerShell wants it.</summary>
    /// <param name="error">The error.</param>
    /// <returns>Its record: id, category, target and recommended action are the error's.</returns>
    protected static ErrorRecord Record(GalleryException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (!Enum.TryParse(error.Category.ToString(), out ErrorCategory category)) category = ErrorCategory.NotSpecified;
        var record = new ErrorRecord(error, error.Id, category, error.Target);
        if (error.RecommendedAction is { } action)
        {
            record.ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = action };
        }

        return record;
    }
}
