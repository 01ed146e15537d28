using System.Reflection;

namespace GalleryPS.Tests;

/// <summary>
/// Scripts compare error ids, so they stay what they are: ErrorIds.txt lists all there ever were. A new id is added there; one
/// that is renamed or gone fails here.
/// </summary>
public class ErrorIdTests
{
    private static readonly string[] Ids =
    [
        .. typeof(ErrorIds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void IdsAreThoseOfTheList() =>
        Assert.Equal(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "ErrorIds.txt")), Ids);

    [Fact]
    public void EveryIdReadsLikeItsName() =>
        Assert.Equal(Ids, typeof(ErrorIds).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.Name).Order(StringComparer.Ordinal));
}
