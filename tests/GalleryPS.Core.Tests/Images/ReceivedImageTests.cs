using System.Net;

namespace GalleryPS.Tests.Images;

public class ReceivedImageTests
{
    [Fact]
    public void AStoredFileThatIsGoneIsAnErrorWithAnId()
    {
        string path = Path.Combine(Path.GetTempPath(), $"gallery-test-{Guid.NewGuid():N}.jpg");
        GalleryException e = Assert.Throws<GalleryException>(() => Stored(path).GetData());
        Assert.Equal((ErrorIds.UnreadableImage, path), (e.Id, e.Target));
        File.WriteAllBytes(path, [1, 2, 3]);
        Assert.Equal([1, 2, 3], Stored(path).GetData());
        File.Delete(path);
    }

    private static ReceivedImage Stored(string path) => new(null)
    {
        Index = 0,
        Name = "a.jpg",
        Bytes = 3,
        Format = ImageFormat.Jpeg,
        Width = 1,
        Height = 1,
        Transport = Transport.Tcp,
        Protocol = Protocol.Plain,
        Source = new IPEndPoint(IPAddress.Loopback, 1),
        Datagrams = 0,
        Time = DateTimeOffset.UnixEpoch,
        Elapsed = TimeSpan.Zero,
        Path = path,
    };
}
