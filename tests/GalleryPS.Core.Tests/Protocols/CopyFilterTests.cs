using System.Net;
using GalleryPS.Protocols.Plain;

namespace GalleryPS.Tests.Protocols;

public class CopyFilterTests
{
    private static readonly IPEndPoint A = new(IPAddress.Parse("10.0.1.5"), 4000), AOnOtherNic = new(IPAddress.Parse("10.0.2.5"), 4000),
        B = new(IPAddress.Parse("10.0.1.6"), 4000);

    [Fact]
    public void ASecondNicBringsCopies()
    {
        var filter = new CopyFilter();
        Assert.Equal(Occurrence.First, filter.Image(1, A, nic: 2));
        Assert.Equal(Occurrence.OtherNic, filter.Image(1, AOnOtherNic, nic: 3));
        Assert.Equal(Occurrence.First, filter.Image(2, AOnOtherNic, nic: 3));
        Assert.Equal(Occurrence.OtherNic, filter.Image(2, A, nic: 2));
    }

    [Fact]
    public void AnImageSentTwiceComesTwiceHoweverManyNics()
    {
        var filter = new CopyFilter();
        Assert.Equal(Occurrence.First, filter.Image(1, A, nic: 2));
        Assert.Equal(Occurrence.OtherNic, filter.Image(1, AOnOtherNic, nic: 3));
        Assert.Equal(Occurrence.Again, filter.Image(1, A, nic: 2));
        Assert.Equal(Occurrence.OtherNic, filter.Image(1, AOnOtherNic, nic: 3));
    }

    [Fact]
    public void TwoSendersOnOneNicMaySendTheSame()
    {
        var filter = new CopyFilter();
        Assert.Equal(Occurrence.First, filter.Image(1, A, nic: 2));
        Assert.Equal(Occurrence.First, filter.Image(1, B, nic: 2));
        Assert.True(filter.End(A, nic: 2));
        Assert.True(filter.End(B, nic: 2));
        Assert.Equal(2, filter.Ends);
    }

    [Fact]
    public void TheEndOfASenderWithTwoNicsIsOneEnd()
    {
        var filter = new CopyFilter();
        filter.Image(1, A, nic: 2);
        filter.Image(1, AOnOtherNic, nic: 3);
        Assert.True(filter.End(A, nic: 2));
        Assert.False(filter.End(AOnOtherNic, nic: 3));
        Assert.Equal(1, filter.Ends);
    }

    [Fact]
    public void ADuplicatedEndIsOneEndButASecondTransmissionHasItsOwn()
    {
        var filter = new CopyFilter();
        filter.Image(1, A, nic: 2);
        Assert.True(filter.End(A, nic: 2));
        Assert.False(filter.End(A, nic: 2));
        filter.Image(2, A, nic: 2);
        Assert.True(filter.End(A, nic: 2));
    }

    [Fact]
    public void TwoProgramsOnOneHostHaveAnEndEach()
    {
        var filter = new CopyFilter();
        filter.Image(1, A, nic: 2);
        Assert.True(filter.End(A, nic: 2));
        Assert.True(filter.End(new IPEndPoint(A.Address, 4001), nic: 2));
    }

    [Fact]
    public void MemoryStaysBoundedHoweverManyImagesAndForgedSources()
    {
        var filter = new CopyFilter();
        var random = new Random(1);
        for (int i = 0; i < 10; i++)
        {
            Feed(40_000);

            // 65,536 of each.
            Assert.InRange(filter.Count, 40_000, 131_072);
        }

        void Feed(int images)
        {
            for (int i = 0; i < images; i++)
            {
                var fingerprint = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64());
                filter.Image(fingerprint, new IPEndPoint(random.NextInt64(1L << 32), 1), nic: 2);
            }
        }
    }
}
