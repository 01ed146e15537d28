namespace GalleryPS.Traffic.Tests;

/// <summary>Nothing that a protocol needs is forgotten.</summary>
public class ProtocolTests
{
    public static TheoryData<Protocol> All => [.. Enum.GetValues<Protocol>()];

    [Theory]
    [MemberData(nameof(All))]
    public void EveryProtocolHasASenderAndAReceiver(Protocol protocol)
    {
        using var sender = GallerySender.Open(
            new SendOptions { Protocol = protocol, Addresses = new DestinationOptions { To = ["127.0.0.1"] } }, TestContext.Current.CancellationToken);
        Assert.Single(sender.Destinations);
        using var receiver = GalleryReceiver.Open(
            new ReceiveOptions { Protocol = protocol, Addresses = new ListeningOptions { Address = "127.0.0.1", Port = 0 } }, TestContext.Current.CancellationToken);
        Assert.IsType<ReadyEvent>(receiver.Receive(TestContext.Current.CancellationToken).First());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void EveryProtocolIsPredicted(Protocol protocol)
    {
        TrafficEstimate estimate = Assert.Single(TrafficModel.Estimate(
            [new Payload("a.png", 1000)], new EstimateOptions { Protocol = [protocol], Transport = [Transport.Unicast] }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(protocol, estimate.Protocol);
        Assert.True(estimate.Usual.LinkBytes > 1000);
    }
}
