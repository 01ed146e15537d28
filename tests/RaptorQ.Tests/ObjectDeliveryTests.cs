namespace RaptorQ.Tests;

public class ObjectDeliveryTests
{
    [Theory]
    [InlineData(1, 64, 1, 1, 1)]
    [InlineData(10_000, 64, 3, 1, 4)]
    [InlineData(10_001, 64, 3, 4, 4)]
    [InlineData(10_001, 60, 2, 7, 4)]
    [InlineData(33_333, 99, 4, 5, 3)]
    [InlineData(5_000, 1001, 1, 3, 1)]
    [InlineData(128, 64, 5, 2, 8)]
    [InlineData(0, 64, 1, 1, 1)]
    public void ObjectSurvivesTheLossOfAThirdOfItsSourceSymbols(int length, int t, int z, int n, int al)
    {
        var random = new Random(length);
        byte[] data = TestData.Random(length, length);
        var information = new ObjectTransmissionInformation(length, t, z, n, al);
        using var encoder = new ObjectEncoder(data, information);
        using var decoder = new ObjectDecoder(ObjectTransmissionInformation.Read(information.ToArray()));
        byte[] symbol = new byte[t];
        byte[] decoded = new byte[length];
        for (int block = 0; block < z; block++)
        {
            int k = encoder.GetSymbolCount(block);
            if (k == 0)
            {
                continue;
            }

            Assert.False(decoder.TryDecode(decoded));
            foreach (uint id in TestData.Receive(random, k, 0.3, overhead: 2))
            {
                encoder.Encode(block, id, symbol);
                Assert.True(decoder.Add(block, id, symbol));
                Assert.False(decoder.Add(block, id, symbol));
            }
        }

        Assert.True(decoder.TryDecode(decoded));
        Assert.Equal(data, decoded);
    }

    [Fact]
    public void SubSymbolsOfASymbolComeFromAllSubBlocks()
    {
        // K = 3 symbols of T = 8 in N = 2 sub-blocks of 3 sub-symbols of 4 octets (RFC 6330 section 4.4.1.2).
        byte[] data = [.. Enumerable.Range(0, 24).Select(i => (byte)i)];
        using var encoder = new ObjectEncoder(data, new ObjectTransmissionInformation(24, 8, 1, 2, 4));
        byte[] symbol = new byte[8];
        encoder.Encode(0, 1, symbol);
        Assert.Equal([4, 5, 6, 7, 16, 17, 18, 19], symbol);
    }
}
