using Mono.Cecil;

namespace Architecture.Tests;

/// <summary>The arrows between the projects, and between the rooms of the engine: they point one way (docs/ARCHITECTURE.md).</summary>
public class ArrowTests
{
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["RaptorQ"] = [],
        ["Flute"] = ["RaptorQ"],
        ["GalleryPS.Core"] = ["Flute"],
        ["GalleryPS.Traffic"] = ["Flute", "GalleryPS.Core"],
        ["GalleryPS.Show"] = ["GalleryPS.Core"],
        ["GalleryPS.Labs"] = ["GalleryPS.Core", "GalleryPS.Traffic", "GalleryPS.Show"],
        ["GalleryPS"] = ["GalleryPS.Core", "GalleryPS.Traffic", "GalleryPS.Show", "GalleryPS.Labs"],
        ["GalleryPS.Cli"] = ["GalleryPS.Core", "GalleryPS.Traffic", "GalleryPS.Show", "GalleryPS.Labs"],
    };

    // Each room with those below it that it may use; everything may use what lies in no room, and the errors.
    private static readonly Dictionary<string, string[]> Rooms = new(StringComparer.Ordinal)
    {
        ["Errors"] = [],
        [""] = [],
        ["Loading"] = [],
        ["Options"] = [],
        ["Network"] = ["Options"],
        ["Images"] = ["Network"],
        ["Events"] = ["Network", "Images"],
        ["Protocols"] = ["Options", "Network", "Images", "Events"],
        ["Sessions"] = ["Options", "Network", "Images", "Events", "Protocols"],
        ["Messages"] = ["Options", "Network", "Images", "Events", "Protocols", "Sessions"],
        ["Servers"] = ["Options", "Network", "Images", "Events", "Sessions", "Messages"],
        ["Operations"] = ["Options", "Network", "Images", "Events", "Sessions", "Messages", "Servers"],
    };

    public static TheoryData<string> ProjectNames => [.. Projects.Keys.Where(static p => Directory.Exists(Path.Combine(Code.Source, p)))];

    public static TheoryData<string> RoomNames => [.. Rooms.Keys];

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void AProjectUsesOnlyThoseBelowIt(string project)
    {
        using ModuleDefinition module = Code.Read(project, project == "GalleryPS.Cli" ? "gallery" : null);
        IEnumerable<string> ours = module.AssemblyReferences.Select(static r => r.Name == "gallery" ? "GalleryPS.Cli" : r.Name).Where(Projects.ContainsKey);
        Assert.Empty(ours.Except(Projects[project], StringComparer.Ordinal));
    }

    [Fact]
    public void EveryProjectHasItsPlace() => Assert.Empty(
        Directory.GetDirectories(Code.Source).Where(static d => Directory.GetFiles(d, "*.csproj").Length > 0).Select(static d => Path.GetFileName(d)).Except(Projects.Keys, StringComparer.Ordinal));

    [Fact]
    public void EveryRoomOfTheEngineHasItsPlace()
    {
        using ModuleDefinition core = Code.Read("GalleryPS.Core");
        Assert.Equal(Rooms.Keys.Order(StringComparer.Ordinal), RoomsOf(core).Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void ARoomOfTheEngineUsesOnlyThoseBelowIt(string room)
    {
        using ModuleDefinition core = Code.Read("GalleryPS.Core");
        Dictionary<string, string> rooms = RoomsOf(core);
        HashSet<string> allowed = [room, "", "Errors", .. Rooms[room]];
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TypeDefinition type in core.Types.Where(t => rooms.TryGetValue(t.FullName, out string? own) && own == room))
        {
            foreach (TypeReference used in Code.UsesOf(type).Select(Code.Outermost))
            {
                if (rooms.TryGetValue(used.FullName, out string? other) && !allowed.Contains(other)) wrong.Add($"{type.Name} uses {used.Name} of {other}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void TheCoreKnowsNothingOfPowerShellAndOneAttributeOfPackages()
    {
        using ModuleDefinition core = Code.Read("GalleryPS.Core");
        Assert.All(core.AssemblyReferences, static r => Assert.True(
            r.Name.StartsWith("System", StringComparison.Ordinal) && r.Name != "System.Management.Automation"
            || r.Name is "Microsoft.Win32.Primitives" or "netstandard" or "Flute" or "Newtonsoft.Json", r.Name));
        Assert.Equal(
            ["JsonIgnoreAttribute"],
            core.GetTypeReferences().Where(static t => t.Scope.Name == "Newtonsoft.Json").Select(static t => t.Name));
    }

    // Types by name, with their rooms; what the compiler made for the whole assembly is nobody's.
    private static Dictionary<string, string> RoomsOf(ModuleDefinition core) => core.Types
        .Where(static t => t.Namespace.StartsWith("GalleryPS", StringComparison.Ordinal) && !t.Name.StartsWith('<'))
        .ToDictionary(static t => t.FullName, static t => Code.RoomOf(t, "GalleryPS.Core"), StringComparer.Ordinal);
}
