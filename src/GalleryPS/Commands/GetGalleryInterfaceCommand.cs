using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Operations;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Get-GalleryInterface: the NICs of this machine.</summary>
[Cmdlet(VerbsCommon.Get, "GalleryInterface", HelpUri = HelpPages.Address + "Get-GalleryInterface.md")]
[OutputType(typeof(Interface))]
public sealed class GetGalleryInterfaceCommand : GalleryCmdlet
{
    private InterfaceOptions _options = new();

    /// <summary>Names of the NICs wanted; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NicCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get => [.. _options.Name]; set => _options = _options with { Name = value }; }

    /// <inheritdoc/>
    protected override void OnRecord() => Present(OrTerminate(() => InterfacesOperation.Run(_options)));

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is InterfacesEvent { Interfaces: var found }) WriteObject(found, enumerateCollection: true);
        else base.Present(galleryEvent);
    }
}
