using GalleryPS.Network;

namespace GalleryPS.Tests.Network;

/// <summary>Names with wildcards mean what they mean in a shell.</summary>
public class NamePatternTests
{
    [Theory]
    [InlineData("eth0", "eth0", true)]
    [InlineData("ETH0", "eth0", true)]
    [InlineData("eth", "eth0", false)]
    [InlineData("eth*", "eth0", true)]
    [InlineData("*", "", true)]
    [InlineData("e?h?", "eth0", true)]
    [InlineData("e?h?", "eth10", false)]
    [InlineData("eth[0-2]", "eth1", true)]
    [InlineData("eth[0-2]", "eth3", false)]
    [InlineData("eth[^0]", "eth1", false)]
    [InlineData("eth[2-0]", "eth1", false)]
    [InlineData("eth[", "eth[", true)]
    [InlineData("192.168.*", "192.168.56.1", true)]
    [InlineData("192.168.*", "192x168.56.1", false)]
    [InlineData("fe80::*%2", "fe80::1%2", true)]
    [InlineData("a.b+(c)", "a.b+(c)", true)]
    public void AName(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));

    [Fact]
    public void ManyStarsTakeNoTime() => Assert.False(NamePattern.Matches("*a*a*a*b", new string('a', 30)));
}
