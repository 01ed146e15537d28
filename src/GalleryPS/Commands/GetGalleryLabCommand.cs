using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Get-GalleryLab: labs of this session, or of this machine.</summary>
[Cmdlet(VerbsCommon.Get, "GalleryLab", HelpUri = HelpPages.Address + "Get-GalleryLab.md")]
[OutputType(typeof(Lab))]
public sealed class GetGalleryLabCommand : GalleryCmdlet
{
    /// <summary>Names of the labs wanted; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Also the labs of other processes on this machine.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (string name in Name) WriteObject(ExistingLabs.Find(name, All ? Lab.FindAll() : Lab.FindOwn(), WriteError), enumerateCollection: true);
    }
}

/// <summary>What the cmdlets that look for labs share.</summary>
internal static class ExistingLabs
{
    /// <summary>The labs of a name; wildcards are allowed. One without that is not there is an error.</summary>
    public static List<Lab> Find(string name, IReadOnlyList<Lab> labs, Action<GalleryException> onError)
    {
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        List<Lab> found = [.. labs.Where(l => pattern.IsMatch(l.Name))];
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            onError(new GalleryException(
                ErrorIds.LabNotFound, GalleryErrorCategory.ObjectNotFound, $"There is no lab '{name}'.", name, "Get-GalleryLab without a name lists all."));
        }

        return found;
    }
}
