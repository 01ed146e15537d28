namespace GalleryPS.Labs.Tests;

public sealed class LabOptionsTests
{
    [Fact]
    public void LinksAreReadAsTheyAreWritten()
    {
        var lab = new LabOptions { LossPercent = 1, Mtu = 1400 };
        IReadOnlyDictionary<string, LabLinkOptions> links = LabHostOptions.Parse(lab, ["h3:loss-percent=20,rate=20Mbps", "h1:LossBurst=4,MTU=9000"]);
        Assert.Equal(new LabLinkOptions { LossPercent = 20, Rate = new BitRate(20e6), Mtu = 1400 }, links["h3"]);
        Assert.Equal(new LabLinkOptions { LossPercent = 1, LossBurst = 4, Mtu = 9000 }, links["h1"]);
    }

    [Theory]
    [InlineData("h3")]
    [InlineData("h3:speed=1")]
    [InlineData("h3:mtu=many")]
    [InlineData("h3:rate=5MBps")]
    public void WhatIsWrongWithALinkIsSaid(string text) =>
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => LabHostOptions.Parse(new LabOptions(), [text])).Id);

    [Fact]
    public void ImpossibleLabsAreRefused()
    {
        LabOptions[] wrong =
        [
            new() { Hosts = 0 }, new() { Hosts = 251 }, new() { LossPercent = 101 }, new() { Mtu = 100 }, new() { Name = "a b" }, new() { Hosts = 1, Topology = LabTopology.Routed },
            new() { HostOption = new Dictionary<string, LabLinkOptions> { ["h4"] = new() } }, new() { HostOption = new Dictionary<string, LabLinkOptions> { ["h1"] = new() { LossPercent = -1 } } },
        ];
        Assert.All(wrong, static o => Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(o.Validate).Id));
    }

    [Fact]
    public void ThePlanNamesEveryHost()
    {
        IReadOnlyList<(string Action, string Target)> steps = LabPlan.Steps(new LabOptions { Hosts = 3, Topology = LabTopology.Routed, LossPercent = 5 });
        Assert.Contains(steps, static s => s.Target == "h2 (10.77.0.2, MTU 1500, 5 % loss)");
        Assert.Contains(steps, static s => s.Target == "h3 (10.77.1.3, MTU 1500, 5 % loss)");
    }
}
