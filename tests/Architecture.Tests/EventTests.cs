using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Architecture.Tests;

/// <summary>Whoever presents events knows each kind there is: a new one cannot be forgotten.</summary>
public class EventTests
{
    // Kinds that a presenter leaves out on purpose, with the reason.
    private static readonly Dictionary<string, string> OfNoInterest = new(StringComparer.Ordinal)
    {
        ["JsonReporter: GalleryPS.ProgressEvent"] = "programs get results, not how far things are",
        ["HumanReporter: GalleryPS.MessageEndEvent"] = "the summary comes with it and says more",
        ["GalleryCmdlet: GalleryPS.MessageEndEvent"] = "a pipeline ends when it ends",
        ["GalleryCmdlet: GalleryPS.MessageSummaryEvent"] = "a shell counts its objects itself",
        ["GalleryCmdlet: GalleryPS.ConnectSummaryEvent"] = "a shell counts its objects itself",
        ["GalleryCmdlet: GalleryPS.ConnectionEvent"] = "servers of a shell run in the background and keep a log",
    };

    [Theory]
    [InlineData("GalleryPS.Cli", "gallery", "HumanReporter")]
    [InlineData("GalleryPS.Cli", "gallery", "JsonReporter")]
    [InlineData("GalleryPS", "GalleryPS", "GalleryCmdlet")]
    public void EveryKindOfEventIsPresented(string project, string assembly, string presenter)
    {
        using ModuleDefinition module = Code.Read(project, assembly);

        // Cmdlets with events of their own present them in an override.
        TypeDefinition basis = module.Types.Single(t => t.Name == presenter);
        HashSet<string> known = [.. module.Types.Where(t => t == basis || IsA(t, basis.FullName)).SelectMany(TypesAskedFor)];
        string[] forgotten = [.. Events().Where(e => !known.Contains(e) && !OfNoInterest.ContainsKey($"{presenter}: {e}")).Order(StringComparer.Ordinal)];
        Assert.Empty(forgotten);
        Assert.All(OfNoInterest.Keys.Where(k => k.StartsWith($"{presenter}: ", StringComparison.Ordinal)), key => Assert.DoesNotContain(key[(presenter.Length + 2)..], known));
    }

    [Fact]
    public void ThereAreEvents() => Assert.InRange(Events().Count, 15, 100);

    private static HashSet<string> Events()
    {
        var events = new HashSet<string>(StringComparer.Ordinal);
        foreach (string project in (string[])["GalleryPS.Core", "GalleryPS.Show", "GalleryPS.Traffic", "GalleryPS.Labs"])
        {
            using ModuleDefinition module = Code.Read(project);
            events.UnionWith(module.Types.Where(static t => !t.IsAbstract && IsA(t, "GalleryPS.GalleryEvent")).Select(static t => t.FullName));
        }

        return events;
    }

    private static bool IsA(TypeDefinition type, string basis)
    {
        for (TypeReference? current = type.BaseType; current is not null; current = (current as TypeDefinition)?.BaseType)
        {
            if (current.FullName == basis) return true;
        }

        return false;
    }

    private static IEnumerable<string> TypesAskedFor(TypeDefinition type) => type.Methods.Where(static m => m.HasBody)
        .SelectMany(static m => m.Body.Instructions.Where(static i => i.OpCode == OpCodes.Isinst).Select(static i => ((TypeReference)i.Operand).FullName))
        .Concat(type.NestedTypes.SelectMany(TypesAskedFor));
}
