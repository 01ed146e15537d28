using System.Net;
using System.Text.Json;
using GalleryPS.Labs.Doctor;

namespace GalleryPS.Labs.Tests;

/// <summary>
/// What the firewall of Windows answers, in the form that its cmdlets are documented to have; no Windows was there to be asked.
/// </summary>
public sealed class WindowsFirewallTests
{
    private const string Program = @"C:\gallery\gallery.exe";

    private static readonly object Core = new { Name = "Core Networking - DHCP", Action = "Allow", Profile = "Any", Program = @"%SystemRoot%\system32\svchost.exe", Protocol = "UDP", LocalPort = "68" };

    [Theory]
    [InlineData("Private", "the profile Private blocks what no rule allows")]
    [InlineData("Private", null, "Allow", "Any", "Any", "UDP", "25000")]
    [InlineData("Private", null, "Allow", "Domain, Private", "Any", "UDP", "24000-26000,80")]
    [InlineData("Private", null, "Allow", "Any", Program, "Any", "Any")]
    [InlineData("Public", "the profile Public blocks what no rule allows", "Allow", "Domain, Private", "Any", "UDP", "25000")]
    [InlineData("Private", "the profile Private blocks what no rule allows", "Allow", "Any", "Any", "TCP", "25000")]
    [InlineData("Private", "the profile Private blocks what no rule allows", "Allow", "Any", "Any", "UDP", "25001")]
    [InlineData("Private", "the profile Private blocks what no rule allows", "Allow", "Any", "Any", "UDP", "RPC")]
    [InlineData("Private", "'Rule' allows it for C:\\Python\\python.exe only (perhaps)", "Allow", "Any", @"C:\Python\python.exe", "UDP", "Any")]
    [InlineData("Private", "'Rule' blocks it", "Block", "Private", Program, "UDP", "Any")]
    [InlineData("DomainAuthenticated", null, "Block", "Private", Program, "UDP", "Any")]
    public void WhatDropsAPacketIsFound(string network, string? expected, string action = "", string profile = "", string program = "", string protocol = "", string port = "")
    {
        object[] rules = action.Length == 0 ? [Core] : [Core, new { Name = "Rule", Action = action, Profile = profile, Program = program, Protocol = protocol, LocalPort = port }];
        (string Rule, bool Always)? found = WindowsFirewall.Judge(Answer(network, "True", rules), new FirewallPacket("Ethernet", IPAddress.Parse("239.1.1.1"), 25_000, Tcp: false), Program);
        Assert.Equal(expected, found is { } drops ? drops.Rule + (drops.Always ? "" : " (perhaps)") : null);
    }

    [Fact]
    public void BlockingWinsAndAFirewallThatIsOffDropsNothing()
    {
        object[] rules = [Of("Allow"), Of("Block")];
        var packet = new FirewallPacket("Ethernet", IPAddress.Parse("10.0.0.1"), 25_000, Tcp: false);
        Assert.Equal(("'Block' blocks it", true), WindowsFirewall.Judge(Answer("Private", "True", rules), packet, Program));
        Assert.Null(WindowsFirewall.Judge(Answer("Private", "False", rules), packet, Program));
        Assert.Throws<JsonException>(() => WindowsFirewall.Judge("no", packet, Program));
        Assert.Throws<JsonException>(() => WindowsFirewall.Judge("{}", packet, Program));

        // A NIC whose network is not known is in the profile Public.
        Assert.Equal("the profile Public blocks what no rule allows", WindowsFirewall.Judge(Answer("Private", "True", []), packet with { Nic = "Wi-Fi" }, Program)!.Value.Rule);

        static object Of(string action) => new { Name = action, Action = action, Profile = "Any", Program = "Any", Protocol = "UDP", LocalPort = "25000" };
    }

    private static string Answer(string network, string enabled, object[] rules) => JsonSerializer.Serialize(new
    {
        Profiles = new[]
        {
            new { Name = "Domain", Enabled = enabled, DefaultInboundAction = "Allow" },
            new { Name = "Private", Enabled = enabled, DefaultInboundAction = "NotConfigured" },
            new { Name = "Public", Enabled = enabled, DefaultInboundAction = "Block" },
        },
        Networks = new[] { new { Interface = "Ethernet", Category = network } },
        Rules = rules,
    });
}
