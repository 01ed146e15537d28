// Images per second over loopback TCP, against a pair of plain C programs in the same run.
//   Tcp.Bench PAIR [IMAGES] [BYTES] [ROUNDS]      PAIR: the compiled tests/bench/pair.c
using System.Diagnostics;
using System.Globalization;
using GalleryPS;
using GalleryPS.TestSupport;

string pair = args[0];
int images = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000;
int bytes = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 40_000;
int rounds = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 9;
byte[] image = TestGallery.Jpeg(bytes, seed: 1);
string folder = TestGallery.NewFolder();
try
{
    string file = Path.Combine(folder, "image.jpg");
    File.WriteAllBytes(file, image);
    var results = new Dictionary<string, List<double>> { ["C pair"] = [], ["from memory"] = [], ["from files"] = [] };
    for (int round = -3; round < rounds; round++)
    {
        double c = double.Parse(NetworkLab.Execute(pair, [Text(images), Text(bytes), "1"]), CultureInfo.InvariantCulture);
        double memory = Transfer(images, bytes, s => s.Send("image.jpg", image));
        double files = Transfer(images, bytes, s => s.Send(file));
        if (round < 0) continue; // the first rounds are the compiler's
        results["C pair"].Add(c);
        results["from memory"].Add(memory);
        results["from files"].Add(files);
    }

    double reference = Median(results["C pair"]);
    Console.WriteLine($"{images} images of {bytes} bytes over loopback TCP, median of {rounds} rounds");
    foreach ((string name, List<double> seconds) in results)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-12} {Median(seconds) * 1000,8:0.0} ms  {images / Median(seconds),9:N0} images/s  {reference / Median(seconds),6:P0} of the C pair"));
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static double Transfer(int images, int bytes, Func<GallerySender, IEnumerable<GalleryEvent>> send)
{
    using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions { Transport = Transport.Tcp, Addresses = new() { Port = 0 } });
    using var started = new ManualResetEventSlim();
    long end = 0, total = 0;
    int arrived = 0;
    Task receiving = Task.Factory.StartNew(
        () =>
        {
            foreach (GalleryEvent one in receiver.Receive())
            {
                started.Set();
                if (one is not ReceivedEvent { Image: var image }) continue;
                total += image.Bytes;
                if (++arrived == images) end = Stopwatch.GetTimestamp();
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    started.Wait();
    using GallerySender sender = GallerySender.Open(new SendOptions
    {
        Transport = Transport.Tcp,
        Addresses = new() { Port = receiver.Ready.EndPoints[0].Port },
        Pacing = new() { EndDelay = TimeSpan.Zero },
    });
    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < images; i++)
    {
        foreach (GalleryEvent one in send(sender))
        {
            if (one is ErrorEvent error) throw error.Error;
        }
    }

    foreach (GalleryEvent one in sender.Finish())
    {
        if (one is ErrorEvent error) throw error.Error;
    }

    receiving.Wait();
    if (total != (long)images * bytes) throw new InvalidOperationException($"{total} bytes arrived");
    return Stopwatch.GetElapsedTime(start, end).TotalSeconds;
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
