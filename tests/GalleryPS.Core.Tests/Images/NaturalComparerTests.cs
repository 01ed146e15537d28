using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using GalleryPS.Images;

namespace GalleryPS.Tests.Images;

public class NaturalComparerTests
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(10_000).WithReplay(7, 21);

    [Fact]
    public void NumbersCountAndCaseDoesNot()
    {
        // Beyond ASCII the order is that of the upper case letters' codes: \u00E9 becomes \u00C9, \u00DF stays.
        string[] expected =
        [
            "", "1", "2", "10", "a", "B", "c2", "C10", "image.jpg", "image1.jpg", "IMAGE2.jpg", "image2a.jpg", "image10.jpg",
            "image10b2.jpg", "image10b12.jpg", "image18446744073709551616.jpg", "image18446744073709551617.jpg", "\u00E9", "\u00DF",
        ];

        string[] sorted = [.. expected.Reverse()];
        Array.Sort(sorted, NaturalComparer.Instance);
        Assert.Equal(expected, sorted);
    }

    [Fact]
    public void OnlyIdenticalNamesAreEqual()
    {
        Assert.Equal(0, NaturalComparer.Instance.Compare("a01", "a01"));
        Assert.NotEqual(0, NaturalComparer.Instance.Compare("a01", "a1"));
        Assert.NotEqual(0, NaturalComparer.Instance.Compare("a", "A"));
        Assert.True(NaturalComparer.Instance.Compare("a01b", "A1c") < 0);
        Assert.True(NaturalComparer.Instance.Compare(null, "") < 0);
        Assert.Equal(0, NaturalComparer.Instance.Compare(null, null));
    }

    [Fact]
    public void TheCultureMakesNoDifference()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            Assert.True(NaturalComparer.Instance.Compare("image1.jpg", "IMAGE2.jpg") < 0);
            Assert.True(NaturalComparer.Instance.Compare("IMAGE1.jpg", "image2.jpg") < 0);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void ItIsAnOrder()
    {
        Gen<string> names = Gen.ListOf(Gen.Elements('0', '0', '1', '2', '9', 'a', 'A', 'b', '.', '-', '\u00E9'))
            .Resize(8)
            .Select(characters => string.Concat(characters));
        Arbitrary<(string, string, string)> three =
            (from a in names from b in names from c in names select (a, b, c)).ToArbitrary();
        Check.One(Repeatable, Prop.ForAll(three, names =>
        {
            (string a, string b, string c) = names;
            NaturalComparer order = NaturalComparer.Instance;
            bool antisymmetric = Math.Sign(order.Compare(a, b)) == -Math.Sign(order.Compare(b, a));
            bool transitive = order.Compare(a, b) > 0 || order.Compare(b, c) > 0 || order.Compare(a, c) <= 0;
            return antisymmetric && transitive && order.Compare(a, b) == 0 == (a == b);
        }));
    }
}
