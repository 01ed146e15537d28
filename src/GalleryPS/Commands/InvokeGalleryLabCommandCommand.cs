using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Labs;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Invoke-GalleryLabCommand: a program or a script block on hosts of a lab.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "GalleryLabCommand", DefaultParameterSetName = ScriptSet, HelpUri = HelpPages.Address + "Invoke-GalleryLabCommand.md")]
[OutputType(typeof(string), ParameterSetName = [ProgramSet])]
[OutputType(typeof(PSObject), ParameterSetName = [ScriptSet])]
public sealed class InvokeGalleryLabCommandCommand : GalleryCmdlet
{
    private const string ScriptSet = "ScriptBlock", ProgramSet = "FilePath";

    /// <summary>The lab; default: the only one there is.</summary>
    [Parameter(ValueFromPipeline = true)]
    [Alias("InputObject")]
    [Labs]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public Lab? Lab { get; set; }

    /// <summary>Names of the hosts; default: all. Wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [Alias("HostName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabHostCompleter))]
    public string[] ComputerName { get; set; } = ["*"];

    /// <summary>What to run in a PowerShell of its own on each host.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ScriptSet)]
    public ScriptBlock ScriptBlock { get; set; } = ScriptBlock.Create("");

    /// <summary>The program to run.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProgramSet)]
    public string FilePath { get; set; } = "";

    /// <summary>Arguments of the program, or of the script block.</summary>
    [Parameter]
    [Alias("Args")]
    public object?[] ArgumentList { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        Lab lab = OrTerminate(() => Lab ?? Only());
        List<LabHost> hosts = OrTerminate(() => Hosts(lab));
        if (ParameterSetName == ScriptSet)
        {
            OrTerminate(() => LabSessions.Invoke(this, lab, hosts, ScriptBlock, ArgumentList, StopToken));
            return;
        }

        // A path with a folder is one of this session; a bare name is looked for by the system.
        string program = FilePath.Contains('/', StringComparison.Ordinal) ? FullPath(FilePath) : FilePath;
        string folder = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        Present(OrTerminate(() => LabCommand.Run(lab, hosts, program, [.. ArgumentList.Select(static a => LanguagePrimitives.ConvertTo<string>(a))], folder, StopToken)));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        base.Present(galleryEvent);
        if (galleryEvent is LabOutputEvent { IsError: true } error) WriteWarning($"{error.Host}: {error.Text}");
        if (galleryEvent is not LabOutputEvent { IsError: false } line) return;
        var text = new PSObject(line.Text);
        text.Properties.Add(new PSNoteProperty("PSComputerName", line.Host));
        WriteObject(text);
    }

    private static Lab Only() => GalleryPS.Lab.FindOwn() switch
    {
        [var only] => only,
        [] => throw new GalleryException(ErrorIds.LabNotFound, GalleryErrorCategory.ObjectNotFound, "There is no lab.", null, "New-GalleryLab makes one."),
        var several => throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"There are several labs: {string.Join(", ", several.Select(static l => l.Name))}.", null, "Say which with -Lab."),
    };

    private List<LabHost> Hosts(Lab lab)
    {
        var hosts = new List<LabHost>();
        foreach (string name in ComputerName)
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            hosts.AddRange(WildcardPattern.ContainsWildcardCharacters(name) ? lab.Hosts.Where(h => pattern.IsMatch(h.Name)) : [lab.Find(name)]);
        }

        return [.. hosts.Distinct()];
    }
}
