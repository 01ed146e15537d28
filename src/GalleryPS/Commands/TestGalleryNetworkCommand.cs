using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Labs.Doctor;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Test-GalleryNetwork: why nothing arrives, and what to do about it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "GalleryNetwork", DefaultParameterSetName = TestSet, HelpUri = HelpPages.Address + "Test-GalleryNetwork.md")]
[OutputType(typeof(NetworkCheck))]
public sealed class TestGalleryNetworkCommand : GalleryCmdlet
{
    private const string TestSet = "Test", ListenSet = "Listen";
    private NetworkTestOptions _options = new();

    /// <summary>The transport.</summary>
    [Parameter(Position = 0, ParameterSetName = TestSet)]
    public Transport Transport { get => _options.Transport; set => _options = _options with { Transport = value }; }

    /// <summary>The group, or the address of the receiver.</summary>
    [Parameter(Position = 1, ParameterSetName = TestSet)]
    [Alias("Group", "BindIP", "McastIP", "ListenIP")]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string? Address { get => _options.Address; set => _options = _options with { Address = value }; }

    /// <summary>The receivers' port.</summary>
    [Parameter(ParameterSetName = TestSet)]
    [Alias("ToPort", "McastPort", "BindPort", "ListenPort")]
    [InRange<NetworkTestOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>The NIC, by name or address.</summary>
    [Parameter(ParameterSetName = TestSet)]
    [Alias("ArrivalIP", "OutboundIP")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string? Interface { get => _options.Interface; set => _options = _options with { Interface = value }; }

    /// <summary>Time to live of what is sent.</summary>
    [Parameter(ParameterSetName = TestSet)]
    [InRange<NetworkTestOptions>]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public int Ttl { get => _options.Ttl; set => _options = _options with { Ttl = value }; }

    /// <summary>Hosts on which a doctor listens.</summary>
    [Parameter(ParameterSetName = TestSet)]
    [Alias("To", "Peer")]
    public string[] ComputerName { get => [.. _options.ComputerName]; set => _options = _options with { ComputerName = value }; }

    /// <summary>Answer the probes of doctors on other hosts until Ctrl+C.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ListenSet)]
    public SwitchParameter Listen { get; set; }

    /// <inheritdoc/>
    protected override void OnEnd() => Present(OrTerminate(() => Listen ? DoctorListener.Run(StopToken) : NetworkTestOperation.Run(_options, StopToken)));

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        base.Present(galleryEvent);
        if (galleryEvent is CheckEvent checkedOne) WriteObject(checkedOne.Check);
    }
}
