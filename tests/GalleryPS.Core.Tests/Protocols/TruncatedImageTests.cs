using System.Net.Sockets;
using GalleryPS.Tests.Images;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>A TCP sender that dies closes its connection like one that is done. What it sent so far is no image.</summary>
public sealed class TruncatedImageTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NothingThatWasCutOffGetsAFinalName(bool keep)
    {
        string[] names = [.. Fixture.All.Keys];
        var random = new Random(15);
        using GalleryReceiver receiver = Open(_folder, keep, out Task<List<GalleryEvent>> receiving);
        foreach (string name in names)
        {
            byte[] image = Fixture.Read(name);
            Send(receiver, image.AsSpan(0, random.Next(image.Length / 2, image.Length)));
            Send(receiver, image);
        }

        Send(receiver, []);
        Assert.True(receiving.Wait(Patience));
        List<ReceivedImage> all = [.. receiving.Result.OfType<ReceivedEvent>().Select(static r => r.Image)], parts = [.. all.Where(static i => !i.IsComplete)];
        Assert.Equal(names.Length, parts.Count);
        Assert.Equal(names.Length, all.Count - parts.Count);
        Assert.All(receiving.Result.OfType<ErrorEvent>(), static e => Assert.Equal(ErrorIds.ImageTruncated, e.Error.Id));
        SessionSummary summary = receiving.Result.OfType<SummaryEvent>().Single().Summary;
        Assert.Equal((names.Length, names.Length), (summary.Images, summary.Failed));
        Assert.Equal(all.Select(static i => i.Index).Order(), Enumerable.Range(0, 2 * names.Length));
        Assert.All(parts, i => Assert.Equal(keep, i.Path is not null));
        Assert.All(parts.Where(static i => i.Path is not null), static i => Assert.EndsWith(".partial", i.Path, StringComparison.Ordinal));
        Assert.Equal(
            TestGallery.Hashes(names.Select(static n => Path.Combine(Fixture.Folder, n))),
            TestGallery.Hashes(Directory.GetFiles(_folder).Where(static f => !f.EndsWith(".partial", StringComparison.Ordinal))));
        Assert.Equal(keep ? 2 * names.Length : names.Length, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void WithoutADirectoryWhatArrivedIsInMemory()
    {
        byte[] image = Fixture.Read("bmp-info.bmp");
        using GalleryReceiver receiver = Open(null, keep: false, out Task<List<GalleryEvent>> receiving);
        Send(receiver, image.AsSpan(0, 5000));
        Send(receiver, []);
        Assert.True(receiving.Wait(Patience));
        ReceivedImage part = Assert.Single(receiving.Result.OfType<ReceivedEvent>()).Image;
        Assert.False(part.IsComplete);
        Assert.Equal(image[..5000], part.GetData());
        Assert.Contains("ends after 5,000 bytes, in the middle", Assert.Single(receiving.Result.OfType<ErrorEvent>()).Error.Message, StringComparison.Ordinal);
    }

    // A connection that was reset, or that says nothing any more, is known to be cut off: that is kept too, when asked for.
    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 1)]
    public void AResetOrSilentConnectionIsKeptWhenAskedFor(bool reset, bool keep, int files)
    {
        using GalleryReceiver receiver = Open(_folder, keep, out Task<List<GalleryEvent>> receiving);
        using Socket socket = Connect(receiver);
        socket.Send(Fixture.Read("bmp-info.bmp").AsSpan(0, 5000));
        if (reset)
        {
            Thread.Sleep(100); // what the system has not handed over yet is lost with a reset
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }

        Assert.True(receiving.Wait(Patience));
        Assert.Equal(files, Directory.GetFiles(_folder).Length);
        Assert.Equal(files, receiving.Result.OfType<ReceivedEvent>().Count(static r => r.Image is { IsComplete: false, Path: not null }));
        Assert.Contains(receiving.Result.OfType<ErrorEvent>(), e => e.Error.Id == (reset ? ErrorIds.ConnectionReset : ErrorIds.ConnectionTimedOut));
    }

    private static GalleryReceiver Open(string? folder, bool keep, out Task<List<GalleryEvent>> receiving)
    {
        GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions
        {
            Transport = Transport.Tcp,
            Addresses = new() { Port = 0 },
            Storage = new() { OutputDirectory = folder },
            KeepPartial = keep,
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(3) },
            Limits = new() { StallTimeout = TimeSpan.FromSeconds(1) },
        });
        receiving = Task.Factory.StartNew(() => receiver.Receive(TestContext.Current.CancellationToken).ToList(), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return receiver;
    }

    private static void Send(GalleryReceiver receiver, ReadOnlySpan<byte> bytes)
    {
        using Socket socket = Connect(receiver);
        socket.Send(bytes);
        socket.Shutdown(SocketShutdown.Send);
        while (socket.Receive(new byte[100]) > 0)
        {
        }
    }

    private static Socket Connect(GalleryReceiver receiver)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(receiver.Ready.EndPoints[0]);
        return socket;
    }
}
