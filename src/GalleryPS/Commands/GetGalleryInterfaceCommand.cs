using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Get-GalleryInterface: the NICs of this machine.</summary>
[Cmdlet(VerbsCommon.Get, "GalleryInterface", HelpUri = HelpPages.Address + "Get-GalleryInterface.md")]
[OutputType(typeof(Interface))]
public sealed class GetGalleryInterfaceCommand : GalleryCmdlet
{
    /// <summary>Names of the NICs wanted; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        IReadOnlyList<Interface> all = Interfaces.List();
        foreach (string name in Name)
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            List<Interface> found = [.. all.Where(n => pattern.IsMatch(n.Name) || n.IPv4.Concat(n.IPv6).Any(a => pattern.IsMatch(a.ToString())))];
            WriteObject(found, enumerateCollection: true);
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(new GalleryException(
                    ErrorIds.AddressNotLocal, GalleryErrorCategory.ObjectNotFound, $"This machine has no NIC '{name}'.", name,
                    "Get-GalleryInterface without a name lists all."));
            }
        }
    }
}
