using System.Net;
using FsCheck;
using FsCheck.Fluent;
using GalleryPS.Network.Groups;

namespace GalleryPS.Tests.Network;

/// <summary>Packets written by hand after the RFCs; that Linux' own reports are understood is shown between hosts.</summary>
public class GroupReportsTests
{
    private static readonly IPAddress Group = IPAddress.Parse("224.1.1.1"), Group6 = IPAddress.Parse("ff15::99");
    private static readonly IPAddress Me = IPAddress.Parse("10.0.0.9"), Me6 = IPAddress.Parse("fd77::9");

    [Theory]
    [InlineData("1600 0000 e0010101", true)] // IGMPv2 report
    [InlineData("1200 0000 e0010101", true)] // IGMPv1 report
    [InlineData("1600 0000 e0010102", false)] // another group
    [InlineData("1700 0000 e0010101", false)] // leave
    [InlineData("1100 0000 e0010101", false)] // query
    [InlineData("2200 0000 0000 0001 04000000 e0010101", true)] // IGMPv3: change to exclude nobody
    [InlineData("2200 0000 0000 0001 02000000 e0010101", true)] // is exclude nobody
    [InlineData("2200 0000 0000 0001 03000000 e0010101", false)] // change to include nobody: left
    [InlineData("2200 0000 0000 0001 06000001 e0010101 0a000009", false)] // block me
    [InlineData("2200 0000 0000 0001 03000001 e0010101 0a000009", true)] // change to include me
    [InlineData("2200 0000 0000 0001 05000002 e0010101 0a000001 0a000009", true)] // allow somebody and me
    [InlineData("2200 0000 0000 0001 05000001 e0010101 0a000001", false)] // allow somebody else
    [InlineData("2200 0000 0000 0001 04000001 e0010101 0a000009", false)] // exclude me
    [InlineData("2200 0000 0000 0002 04010000 e0010102 00000000 04000000 e0010101", true)] // behind a record with auxiliary data
    [InlineData("2200 0000 0000 0002 04000000 e0010102", false)] // fewer records than it says
    [InlineData("2200 0000 0000 0001 0400ffff e0010101", false)] // more sources than there is room for
    public void Igmp(string message, bool member)
    {
        byte[] packet = IPv4(message);
        Assert.Equal(member, GroupReports.IsMember(packet, Group, Me, out IPAddress? who));
        Assert.Equal(GroupReports.IsMember(packet, Group, null, out _), GroupReports.Joined(packet).Contains(Group));
        Assert.Equal(member ? "10.0.0.5" : null, who?.ToString());
        Assert.False(GroupReports.IsMember(packet, Group6, Me6, out _));
    }

    [Theory]
    [InlineData("8300 0000 0000 0000 ff150000000000000000000000000099", true)] // MLDv1 report
    [InlineData("8400 0000 0000 0000 ff150000000000000000000000000099", false)] // done
    [InlineData("8f00 0000 0000 0001 04000000 ff150000000000000000000000000099", true)]
    [InlineData("8f00 0000 0000 0001 03000001 ff150000000000000000000000000099 fd770000000000000000000000000009", true)]
    [InlineData("8f00 0000 0000 0001 03000001 ff150000000000000000000000000099 fd770000000000000000000000000008", false)]
    [InlineData("8f00 0000 0000 0001 04000000 ff150000000000000000000000000098", false)]
    public void Mld(string message, bool member)
    {
        byte[] packet = IPv6(message);
        Assert.Equal(member, GroupReports.IsMember(packet, Group6, Me6, out IPAddress? who));
        Assert.Equal(GroupReports.IsMember(packet, Group6, null, out _), GroupReports.Joined(packet).Contains(Group6));
        Assert.Equal(member ? "fe80::5" : null, who?.ToString());
    }

    [Fact]
    public void AMemberOfSomeSourcesCountsWhenNobodyKnowsTheSender()
    {
        Assert.True(GroupReports.IsMember(IPv4("2200 0000 0000 0001 03000001 e0010101 0a000001"), Group, null, out _));
        Assert.False(GroupReports.IsMember(IPv4("2200 0000 0000 0001 03000000 e0010101"), Group, null, out _));
    }

    [Fact]
    public void NoCutAndNoGarbageDoesHarm()
    {
        byte[] igmp = IPv4("2200 0000 0000 0002 05000002 e0010102 0a000001 0a000009 04000000 e0010101");
        byte[] mld = IPv6("8f00 0000 0000 0001 03000001 ff150000000000000000000000000099 fd770000000000000000000000000009");
        foreach (byte[] packet in (byte[][])[igmp, mld])
        {
            IPAddress group = packet == igmp ? Group : Group6;
            for (int length = 0; length < packet.Length; length++) Assert.False(GroupReports.IsMember(packet.AsSpan(0, length), group, null, out _));
            Prop.ForAll<int, byte>((at, value) =>
            {
                byte[] changed = (byte[])packet.Clone();
                changed[(int)((uint)at % packet.Length)] = value;
                GroupReports.IsMember(changed, group, null, out _);
                GroupReports.Joined(changed);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(0x16, 3));
        }

        Prop.ForAll<byte[]>(static data =>
        {
            GroupReports.IsMember(data, Group, Me, out _);
            GroupReports.Joined(data);
            GroupReports.IsMember(data, Group6, Me6, out _);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(0x16, 5));
    }

    [Fact]
    public void QueriesHaveChecksumsThatFit()
    {
        byte[] igmp = GroupQuery.Packet(Group), mld = GroupQuery.Packet(Group6);
        Assert.Equal(0, GroupQuery.Checksum(igmp.AsSpan(0, 24)));
        Assert.Equal(0, GroupQuery.Checksum(igmp.AsSpan(24)));
        Assert.Equal("01005e010101", Convert.ToHexStringLower(GroupQuery.EthernetAddress(Group)));
        Assert.Equal("333300000099", Convert.ToHexStringLower(GroupQuery.EthernetAddress(Group6)));
        Assert.Equal(36, igmp.Length);
        Assert.Equal(76, mld.Length);
    }

    [Fact]
    public void FindsTheMembershipsOfThisMachine()
    {
        string[] igmp =
        [
            "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter", "1\tlo        :     2      V3",
            "\t\t\t\t010101E0     1 0:00000000\t\t0", "\t\t\t\t010000E0     1 0:00000000\t\t0", "12\teth0      :     1      V3", "\t\t\t\t010000E0     1 0:00000000\t\t0",
        ];
        if (BitConverter.IsLittleEndian)
        {
            Assert.True(LocalMembers.InIPv4(igmp, 1, Group));
            Assert.False(LocalMembers.InIPv4(igmp, 12, Group));
            Assert.True(LocalMembers.InIPv4(igmp, 12, IPAddress.Parse("224.0.0.1")));
        }

        string[] igmp6 = ["1    lo              ff020000000000000000000000000001     1 0000000C 0", "4    eth0            ff150000000000000000000000000099     1 00000004 0"];
        Assert.True(LocalMembers.InIPv6(igmp6, 4, Group6));
        Assert.False(LocalMembers.InIPv6(igmp6, 1, Group6));
    }

    private static byte[] IPv4(string message)
    {
        byte[] igmp = Convert.FromHexString(message.Replace(" ", "", StringComparison.Ordinal));
        byte[] packet = [0x46, 0xC0, 0, (byte)(24 + igmp.Length), 0, 0, 0, 0, 1, 2, 0, 0, 10, 0, 0, 5, 224, 0, 0, 22, 0x94, 4, 0, 0, .. igmp];
        return packet;
    }

    private static byte[] IPv6(string message)
    {
        byte[] mld = Convert.FromHexString(message.Replace(" ", "", StringComparison.Ordinal));
        return
        [
            0x60, 0, 0, 0, 0, (byte)(8 + mld.Length), 0, 1, .. IPAddress.Parse("fe80::5").GetAddressBytes(), .. IPAddress.Parse("ff02::16").GetAddressBytes(),
            58, 0, 5, 2, 0, 0, 1, 0, .. mld,
        ];
    }
}
