using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Start-GalleryServer: answers TCP clients in the background.</summary>
[Cmdlet(VerbsLifecycle.Start, "GalleryServer", SupportsShouldProcess = true, DefaultParameterSetName = GreetingSet, HelpUri = HelpPages.Address + "Start-GalleryServer.md")]
[OutputType(typeof(Server))]
public sealed class StartGalleryServerCommand : GalleryCmdlet
{
    private const string GreetingSet = "Greeting", GallerySet = "Gallery";
    private static readonly ServerOptions Defaults = new();

    /// <summary>Its name.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = Defaults.Name;

    /// <summary>The address to listen on.</summary>
    [Parameter]
    [Alias("ListenIP", "BindIP")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string Address { get; set; } = Defaults.Address;

    /// <summary>The TCP port; 0 lets the system choose.</summary>
    [Parameter]
    [Alias("ListenPort", "BindPort")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; } = ServerOptions.DefaultPort;

    /// <summary>What every client is sent.</summary>
    [Parameter(ParameterSetName = GreetingSet)]
    [AllowEmptyString]
    public string? Greeting { get; set; }

    /// <summary>Folder, file or wildcard of images that every client is sent.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GallerySet)]
    public string? Gallery { get; set; }

    /// <summary>How long a client may take nothing, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan StallTimeout { get; set; } = Defaults.StallTimeout;

    /// <summary>How many connections the log keeps.</summary>
    [Parameter]
    [ValidateRange(1, 10_000_000)]
    public int LogSize { get; set; } = Defaults.LogSize;

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (!ShouldProcess($"{Address}:{Port}", $"Start server {Name}")) return;
        Server server = OrTerminate(() => ServerRegistry.Start(Defaults with
        {
            Name = Name,
            Address = Address,
            Port = Port,

            // A string that PowerShell made of $null is empty, and an empty greeting is one.
            Greeting = Bound(nameof(Greeting)) ? Greeting ?? "" : null,
            Gallery = Gallery is null ? null : FullPath(Gallery),
            StallTimeout = StallTimeout,
            LogSize = LogSize,
        }));
        WriteVerbose($"{server.Name} listens on {server.EndPoint}.");
        WriteObject(server);
    }
}
