using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Show.Terminals;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Get-GalleryTerminal: what this terminal can draw, and how that was found out.</summary>
[Cmdlet(VerbsCommon.Get, "GalleryTerminal", HelpUri = HelpPages.Address + "Get-GalleryTerminal.md")]
[OutputType(typeof(Terminal))]
public sealed class GetGalleryTerminalCommand : GalleryCmdlet
{
    /// <summary>Ask again instead of repeating the first answers.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>How long to wait for answers, in seconds.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Seconds]
    public TimeSpan Timeout { get; set; } = TerminalDetector.DefaultTimeout;

    /// <inheritdoc/>
    protected override void OnEnd() => WriteObject(TerminalDetector.Detect(Refresh, Timeout));
}
