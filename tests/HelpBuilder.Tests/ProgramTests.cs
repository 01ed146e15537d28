using System.Xml.Linq;
using GalleryPS.HelpBuilder.Pages;

namespace GalleryPS.HelpBuilder.Tests;

public sealed class ProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("help").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void FilesOfPagesThatAreGoneAreRemoved()
    {
        string stale = Path.Combine(_folder, "about_Gone.help.txt");
        File.WriteAllText(stale, "gone");
        HelpFiles.Read(Pages.Fixtures, null, new Faults()).Write(_folder);
        Assert.Equal(["Page-Help.xml", "about_Page.help.txt"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TheAddressOfAPageIsChecked()
    {
        var faults = new Faults();
        HelpFiles.Read(Pages.Fixtures, "https://example.org/elsewhere", faults);
        Assert.Contains("'HelpUri: https://example.org/elsewhere/Test-Page.md'", Assert.Single(faults.All), StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutPagesIsAFault()
    {
        var faults = new Faults();
        HelpFiles.Read(_folder, null, faults);
        Assert.Single(faults.All);
    }

    [Fact]
    public void EveryParameterIsDescribedOnceAndShownInItsSets()
    {
        HelpFiles.Read(Pages.Fixtures, null, new Faults()).Write(_folder);
        XElement root = XDocument.Load(Path.Combine(_folder, "Page-Help.xml")).Root!;
        XNamespace maml = "http://schemas.microsoft.com/maml/2004/10";
        XNamespace command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
        Assert.Equal(["Count", "Force", "Mode", "Path", "Value"], Names(root.Descendants(command + "parameters").Single()));
        Assert.Equal(["Path,Count,Mode,Force", "Value,Mode"], root.Descendants(command + "syntaxItem").Select(item => string.Join(',', Names(item))));

        IEnumerable<string> Names(XElement element) => element.Elements(command + "parameter").Select(p => p.Element(maml + "name")!.Value);
    }

    [Fact]
    public void TheAboutTopicIsSetForAWindowOfEightyColumns()
    {
        HelpFiles.Read(Pages.Fixtures, null, new Faults()).Write(_folder);
        Snapshot.Check("about_Page.txt", File.ReadAllText(Path.Combine(_folder, "about_Page.help.txt")));
    }

    [Fact]
    public void GetHelpShowsThePage()
    {
        HelpFiles.Read(Pages.Fixtures, null, new Faults()).Write(Path.Combine(_folder, "en-US"));
        File.WriteAllText(Path.Combine(_folder, "Page.psm1"), """
            function Test-Page {
                # .EXTERNALHELP Page-Help.xml
                param($Path, $Count, $Mode, $Force, $Value)
            }
            """);
        string script = $"[cultureinfo]::CurrentCulture = 'en-US'; Import-Module '{_folder}/Page.psm1'; Get-Help Test-Page -Full | Out-String -Width 80";
        Snapshot.Check("Test-Page.txt", Snapshot.RunPowerShell(script));
    }
}
