using System.Net;
using GalleryPS.Network;

namespace GalleryPS.Tests.Network;

public class WrittenAddressTests
{
    [Theory]
    [InlineData("010.0.0.1", "Write 10.0.0.1.")]
    [InlineData("192.168.001.020", "Write 192.168.1.20.")]
    [InlineData("127.0.0.1:25000", "Write 127.0.0.1, and the port as -Port 25000.")]
    [InlineData("[::1]:25000", "Write ::1, and the port as -Port 25000.")]
    [InlineData("localhost:25000", "Write localhost, and the port as -Port 25000.")]
    [InlineData("http://127.0.0.1", "Write 127.0.0.1.")]
    [InlineData("http://127.0.0.1:25000/", "Write 127.0.0.1, and the port as -Port 25000.")]
    [InlineData("https://[::1]/", "Write ::1.")]
    [InlineData("udp://224.1.1.1:5007", "Write 224.1.1.1, and the port as -Port 5007.")]
    [InlineData("10.0.0.0/8", "Write one address of it, such as 10.0.0.0.")]
    [InlineData("0x7f.0.0.1", "An IPv4 address has four decimal numbers, such as 192.168.1.20.")]
    [InlineData("10", "An IPv4 address has four decimal numbers, such as 192.168.1.20.")]
    [InlineData("1.2.3", "An IPv4 address has four decimal numbers, such as 192.168.1.20.")]
    [InlineData("1.2.3.256", "The numbers of an IPv4 address are 0 to 255.")]
    public void WhatIsNoAddressIsRefusedWithTheFormThatWorks(string written, string advice)
    {
        GalleryException e = Assert.Throws<GalleryException>(() => Hosts.Resolve(written, TestContext.Current.CancellationToken));
        Assert.Equal((ErrorIds.AddressNotFound, advice, (object)written), (e.Id, e.RecommendedAction, e.Target));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData(" 10.0.0.1 ", "10.0.0.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::1", "::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("fe80::1", "fe80::1")]
    [InlineData("2001:db8::2500", "2001:db8::2500")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1")]
    public void AddressesAreRead(string written, string address) =>
        Assert.Equal(IPAddress.Parse(address), Hosts.Resolve(written, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("eth0")]
    [InlineData("*")]
    [InlineData("host.example")]
    [InlineData("3com.example")]
    public void NamesAreNoAddresses(string name) => Assert.False(Hosts.TryLiteral(name, out _));
}
