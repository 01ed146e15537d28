using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>What the cmdlets that look for servers share.</summary>
internal static class RunningServers
{
    /// <summary>The servers of a name; wildcards are allowed. One without that is not running is an error.</summary>
    public static List<Server> Find(string name, Action<GalleryException> onError)
    {
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        List<Server> found = [.. ServerRegistry.All.Where(s => pattern.IsMatch(s.Name))];
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            onError(new GalleryException(
                ErrorIds.ServerNotFound, GalleryErrorCategory.ObjectNotFound, $"No server {name} is running in this session.", name,
                "Get-GalleryServer without a name lists all."));
        }

        return found;
    }
}

/// <summary>Get-GalleryServer: the servers that run in this session.</summary>
[Cmdlet(VerbsCommon.Get, "GalleryServer", HelpUri = HelpPages.Address + "Get-GalleryServer.md")]
[OutputType(typeof(Server))]
public sealed class GetGalleryServerCommand : GalleryCmdlet
{
    /// <summary>Names of the servers wanted; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ServerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (string name in Name) WriteObject(RunningServers.Find(name, WriteError), enumerateCollection: true);
    }
}
