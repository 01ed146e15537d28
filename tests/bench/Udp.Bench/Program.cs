// Datagrams per second over loopback UDP, from a sender of the engine to a receiver of the engine in the same process: images of
// the Plain protocol, and messages. The sender stays at most a window ahead of what was handed out, so that nothing is lost.
//   Udp.Bench [DATAGRAMS] [ROUNDS]
using System.Diagnostics;
using System.Globalization;
using GalleryPS;
using GalleryPS.TestSupport;

int datagrams = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 20_000;
int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 7;
foreach (int bytes in (int[])[1_000, 10_000, 40_000])
{
    byte[] image = TestGallery.Jpeg(bytes, seed: 1);
    Report($"Plain, images of {bytes} bytes", () => Images(datagrams, image));
}

Report("messages of 40 bytes", () => Messages(datagrams * 5));

void Report(string what, Func<double> measure)
{
    var rates = new List<double>();
    for (int round = -2; round < rounds; round++)
    {
        double rate = measure();
        if (round >= 0) rates.Add(rate); // the first rounds are the compiler's
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-32} {rates.Order().ElementAt(rounds / 2),12:N0} per second, median of {rounds}"));
}

static double Images(int count, byte[] image)
{
    using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Addresses = new() { Port = 0 }, Until = new() { Count = count, IdleTimeout = TimeSpan.FromSeconds(5) } });
    using GallerySender sender = GallerySender.Open(new SendOptions
    {
        Addresses = new() { Port = receiver.Ready.EndPoints[0].Port },
        Pacing = new() { BitRate = BitRate.Unlimited, EndDelay = TimeSpan.Zero },
    });
    return Transfer(receiver.Receive(), count, window: 48, static e => e is ReceivedEvent, () => sender.Send("image.jpg", image));
}

static double Messages(int count)
{
    using MessageReceiver receiver = MessageReceiver.Open(new MessageReceiveOptions { Addresses = new() { Address = "127.0.0.1", Port = 0 }, Until = new() { Count = count, IdleTimeout = TimeSpan.FromSeconds(5) } });
    using MessageSender sender = MessageSender.Open(new MessageSendOptions { Addresses = new() { To = ["127.0.0.1"], Port = receiver.Ready.EndPoints[0].Port } });
    int number = 0;
    return Transfer(
        receiver.Receive(), count, window: 2000, static e => e is MessageReceivedEvent,
        () => sender.Send(OutgoingMessage.FromText(string.Create(CultureInfo.InvariantCulture, $"message number {number++:D10}, 40 bytes long"))));
}

static double Transfer(IEnumerable<GalleryEvent> receive, int count, int window, Func<GalleryEvent, bool> isData, Func<IEnumerable<GalleryEvent>> send)
{
    int arrived = 0;
    using var started = new ManualResetEventSlim();
    long end = 0;
    Task receiving = Task.Factory.StartNew(
        () =>
        {
            foreach (GalleryEvent happened in receive)
            {
                started.Set();
                if (happened is ErrorEvent error) throw error.Error;
                if (!isData(happened)) continue;
                if (arrived + 1 == count) end = Stopwatch.GetTimestamp();
                Volatile.Write(ref arrived, arrived + 1);
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    started.Wait();
    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < count; i++)
    {
        var wait = new SpinWait();
        while (i - Volatile.Read(ref arrived) >= window && !receiving.IsCompleted) wait.SpinOnce(sleep1Threshold: -1);
        foreach (GalleryEvent happened in send())
        {
            if (happened is ErrorEvent error) throw error.Error;
        }
    }

    receiving.Wait();
    if (end == 0) throw new InvalidOperationException($"{arrived} of {count} arrived");
    return count / Stopwatch.GetElapsedTime(start, end).TotalSeconds;
}
