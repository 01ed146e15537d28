using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Operations;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Stop-GalleryServer: ends servers of this session.</summary>
[Cmdlet(VerbsLifecycle.Stop, "GalleryServer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet, HelpUri = HelpPages.Address + "Stop-GalleryServer.md")]
[OutputType(typeof(Server))]
public sealed class StopGalleryServerCommand : GalleryCmdlet
{
    private const string NameSet = "Name", ObjectSet = "InputObject";

    /// <summary>Names of the servers to stop; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ServerNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Servers, as Get-GalleryServer and Start-GalleryServer emit them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [Alias("Server")]
    [RunningServers]
    public Server[] InputObject { get; set; } = [];

    /// <summary>Emit the stopped servers; their log stays readable.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        IEnumerable<Server> servers = ParameterSetName == ObjectSet ? InputObject : Name.SelectMany(n => RunningServers.Find(n, WriteError));
        foreach (Server server in servers.ToList())
        {
            if (!ShouldProcess(server.ToString(), "Stop server")) continue;
            Present(ServeOperation.Stop(server));
            if (PassThru) WriteObject(server);
        }
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is ServerSummaryEvent { Summary: var s }) WriteVerbose($"{s.Server} answered {Counted.Of(s.Connections, "client")}.");
        else base.Present(galleryEvent);
    }
}
