using System.Management.Automation;
using System.Management.Automation.Runspaces;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Cmdlets.Remoting;
using GalleryPS.Labs.Agents;
using GalleryPS.Labs.Experiments;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Invoke-GalleryExperiment: transports, protocols and losses tried on hosts of this machine, or on others.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "GalleryExperiment", DefaultParameterSetName = PathSet, SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Invoke-GalleryExperiment.md")]
[OutputType(typeof(ExperimentResult))]
public sealed class InvokeGalleryExperimentCommand : ImagesCmdlet
{
    private ExperimentOptions _options = new();
    private ExperimentOperation? _operation;

    /// <summary>The transports to try.</summary>
    [Parameter]
    public Transport[] Transport { get => [.. _options.Transport]; set => _options = _options with { Transport = value }; }

    /// <summary>The protocols to try.</summary>
    [Parameter]
    public Protocol[] Protocol { get => [.. _options.Protocol]; set => _options = _options with { Protocol = value }; }

    /// <summary>How many receivers.</summary>
    [Parameter]
    [InRange<ExperimentOptions>]
    public int Receivers { get => _options.Receivers; set => _options = _options with { Receivers = value }; }

    /// <summary>Shares of the packets to each host that are lost, one after the other.</summary>
    [Parameter]
    [InRange<ExperimentOptions>]
    public double[] LossPercent { get => [.. _options.LossPercent]; set => _options = _options with { LossPercent = value }; }

    /// <summary>How many packets are lost in a row, on average.</summary>
    [Parameter]
    [InRange<ExperimentOptions>]
    public double LossBurst { get => _options.LossBurst; set => _options = _options with { LossBurst = value }; }

    /// <summary>How many times each combination is tried.</summary>
    [Parameter]
    [InRange<ExperimentOptions>]
    public int Repeat { get => _options.Repeat; set => _options = _options with { Repeat = value }; }

    /// <summary>Rate of each host's link.</summary>
    [Parameter]
    [BitRate]
    [ArgumentCompleter(typeof(BitRateCompleter))]
    public BitRate? Rate { get => _options.Rate; set => _options = _options with { Rate = value }; }

    /// <summary>Largest IP packet, in bytes.</summary>
    [Parameter]
    [InRange<ExperimentOptions>]
    [ArgumentCompleter(typeof(MtuCompleter))]
    public int Mtu { get => _options.Mtu; set => _options = _options with { Mtu = value }; }

    /// <summary>Rate of the sender.</summary>
    [Parameter]
    [BitRate]
    [ArgumentCompleter(typeof(BitRateCompleter))]
    public BitRate? BitRate { get => _options.BitRate; set => _options = _options with { BitRate = value }; }

    /// <summary>How long to wait before the end of transmission, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan EndDelay { get => _options.EndDelay; set => _options = _options with { EndDelay = value }; }

    /// <summary>Folder for captures and results.</summary>
    [Parameter]
    public string? OutputDirectory { get => _options.OutputDirectory; set => _options = _options with { OutputDirectory = value }; }

    /// <summary>A report with tables and charts.</summary>
    [Parameter]
    public string? Html { get => _options.Html; set => _options = _options with { Html = value }; }

    /// <summary>Machines that OpenSSH reaches: the first sends, the others receive.</summary>
    [Parameter]
    [Alias("ComputerName")]
    public string[] HostName { get => [.. _options.HostName]; set => _options = _options with { HostName = value }; }

    /// <summary>The user on the machines.</summary>
    [Parameter]
    public string? UserName { get => _options.UserName; set => _options = _options with { UserName = value }; }

    /// <summary>File of the private key.</summary>
    [Parameter]
    [Alias("IdentityFilePath")]
    public string? KeyFilePath { get => _options.KeyFilePath; set => _options = _options with { KeyFilePath = value }; }

    /// <summary>Path of the program gallery on the machines.</summary>
    [Parameter]
    public string? RemotePath { get => _options.RemotePath; set => _options = _options with { RemotePath = value }; }

    /// <summary>Copy the program to machines that do not have it yet.</summary>
    [Parameter]
    public SwitchParameter Deploy { get => _options.Deploy; set => _options = _options with { Deploy = value }; }

    /// <summary>Folder with the archives to copy.</summary>
    [Parameter]
    public string? PackagePath { get => _options.PackagePath; set => _options = _options with { PackagePath = value }; }

    /// <summary>Sessions on machines: the first sends, the others receive.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public PSSession[]? Session { get; set; }

    /// <summary>Continue an interrupted experiment.</summary>
    [Parameter]
    public SwitchParameter Resume { get => _options.Resume; set => _options = _options with { Resume = value }; }

    /// <summary>Only tell what would be tried, and how long it takes.</summary>
    [Parameter]
    public SwitchParameter Plan { get; set; }

    /// <summary>Run in the background, as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        ExperimentOptions options = _options with
        {
            OutputDirectory = OutputDirectory is null ? null : FullPath(OutputDirectory),
            Html = Html is null ? null : FullPath(Html),
            KeyFilePath = KeyFilePath is null ? null : FullPath(KeyFilePath),
            PackagePath = FullPath(PackagePath ?? MyInvocation.MyCommand.Module?.ModuleBase ?? "."),
        };
        AgentChannel[] channels = [.. (Session ?? []).Select(s => new SessionChannel(s, options))];
        _operation = new ExperimentOperation(options, AgentProgram.PowerShell) { Plan = Plan, Channels = channels };
        Present(OrTerminate(() => _operation.Begin(StopToken)));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (Images.ImageInput input in FindImages()) Present(_operation!.Add(input, StopToken));
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        (string hosts, string action) = _operation!.Intent;
        if (Plan || ShouldProcess(hosts, action)) Present(_operation.End(StopToken));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        base.Present(galleryEvent);
        if (galleryEvent is ExperimentEvent done) WriteObject(done.Result);
        if (galleryEvent is not ExperimentStepEvent step) return;
        var planned = new PSObject();
        planned.Properties.Add(new PSNoteProperty("Transport", step.Transport));
        planned.Properties.Add(new PSNoteProperty("Protocol", step.Protocol));
        planned.Properties.Add(new PSNoteProperty("LossPercent", step.LossPercent));
        planned.Properties.Add(new PSNoteProperty("Repeat", step.Repeat));
        planned.Properties.Add(new PSNoteProperty("Estimate", step.Estimate));
        WriteObject(planned);
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _operation?.Dispose();
}
