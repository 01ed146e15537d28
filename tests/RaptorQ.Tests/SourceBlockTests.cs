namespace RaptorQ.Tests;

public class SourceBlockTests
{
    public static TheoryData<int, int, double> Cases()
    {
        var data = new TheoryData<int, int, double>();
        foreach (int k in (int[])[1, 2, 9, 10, 11, 26, 100, 257, 511, 1000])
        {
            foreach (double loss in (double[])[0, 0.05, 0.5, 1])
            {
                data.Add(k, k < 300 ? 37 : 200, loss);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decodes_from_any_symbols(int k, int t, double loss)
    {
        var random = new Random(k);
        byte[] block = TestData.Random(k * t, k);
        Assert.True(TestData.RoundTrip(block, t, TestData.Receive(random, k, loss, overhead: 2)));
    }
}
