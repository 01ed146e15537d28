using System.Diagnostics;
using System.Net;
using Flute;
using GalleryPS.Images.Storage;
using GalleryPS.Protocols.Flute;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>
/// Faults by a schedule that a seed makes: packets are lost, doubled, altered and come late; files cannot be opened, written or read; and the receiver dies
/// in any of these moments, with its last write cut anywhere. The folder as it was then is given to the next one, until all is there.
/// </summary>
public sealed class CrashScheduleTests : IDisposable
{
    private const int Images = 3;
    private static readonly IPEndPoint Source = new(IPAddress.Parse("192.0.2.1"), 40_000);
    private static readonly byte[][] Pictures = [.. Enumerable.Range(0, Images).Select(static i => TestGallery.Jpeg(60_000 + 20_000 * i, i))];
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void NoScheduleLosesAFinishedImageOrLeavesAWrongOne() => Run(0, 25);

    [Fact, Trait("Category", "Long")]
    public void NorDoesAnyOfThreeThousand() => Run(1000, 3000);

    private void Run(int first, int count)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no cp");
        int deaths = 0, kept = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            try
            {
                Transfer(new Random(seed), Directory.CreateDirectory(Path.Combine(_folder, $"{seed}")).FullName, ref deaths, ref kept);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }

        // The schedules do what they are for.
        Assert.InRange(deaths, count, int.MaxValue);
        Assert.InRange(kept, count / 4, int.MaxValue);
    }

    private static void Transfer(Random random, string root, ref int deaths, ref int kept)
    {
        var finished = new HashSet<string>(StringComparer.Ordinal);
        string folder = Directory.CreateDirectory(Path.Combine(root, "0")).FullName;
        for (int run = 1; finished.Count < Images; run++)
        {
            Assert.InRange(run, 1, 200);
            string next = Path.Combine(root, $"{run}");
            var plan = new Plan(random, folder, next, mayDie: run < 12);
            Receive(plan, random, folder);
            if (plan.IsDead) deaths++;
            else next = folder;

            // What was finished is still there, and everything under a final name is what was sent.
            string[] there = [.. Directory.GetFiles(next).Select(static f => Path.GetFileName(f)!).Where(static n => !n.StartsWith(".gallery-", StringComparison.Ordinal))];
            Assert.Subset(there.ToHashSet(), finished);
            foreach (string name in there) Assert.True(Pictures[name[0] - '0'].AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(next, name))), $"{name} is wrong");

            // One that could not be read comes again, under a number.
            finished.UnionWith(there.Where(static n => n.Length == 5));
            kept += Directory.GetFiles(next, ".gallery-*.journal").Count(static f => new FileInfo(f).Length >= 48);
            folder = next;
        }

        // The last one may have died when all was there. The next one finds that, and takes away what nobody needs.
        for (int run = 0; run < 5 && Directory.GetFiles(folder, ".gallery-*.partial").Length > 0; run++) Receive(new Plan(random, folder, "", mayDie: false, mayFail: false), random, folder);
        Assert.DoesNotContain(Directory.GetFiles(folder), static f => f.EndsWith(".partial", StringComparison.Ordinal));
    }

    private static void Receive(Plan plan, Random random, string folder)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = (ulong)random.Next(1, 1000), BlockBytes = random.Next(8_000, 40_000), Passes = 2, Redundancy = 0.1, MaxPacketBytes = random.Next(600, 1400) });
        for (int i = 0; i < Images; i++) sender.Add(FluteObject.FromMemory($"{i}.jpg", Pictures[i]));
        sender.Complete();
        var store = new FaultyStore(new ImageObjectStore(new ImageStore(folder), resume: true), plan);
        using var receiver = new FluteReceiver(new FluteReceiverOptions { Resume = true }, store);
        byte[] packet = new byte[1500];
        var late = new Queue<byte[]>();
        TimeSpan now = TimeSpan.Zero;
        while (!sender.IsFinished && !plan.IsDead)
        {
            now += TimeSpan.FromMilliseconds(1);
            int length = sender.TryRead(now, packet);
            if (length == 0) continue;
            byte[] copy = packet[..length];
            int chance = random.Next(100);
            if (chance < 5) continue;

            // Not the table: without a key it would be believed.
            if (chance == 5 && LctPacket.TryParse(copy, out LctPacket parsed) && parsed.Toi != 0) copy[^random.Next(1, parsed.Payload.Length)] ^= 1;
            if (chance == 6) late.Enqueue(copy);
            else receiver.Push(copy, Source, now);
            if (chance == 7) receiver.Push(copy, Source, now);
            if (chance > 90 && late.TryDequeue(out byte[]? one)) receiver.Push(one, Source, now);
            Take(receiver, plan);
        }

        if (plan.IsDead) return;
        receiver.Poll(now + TimeSpan.FromMinutes(1));
        receiver.Abandon();
        Take(receiver, plan);
    }

    // What the session does with images that are whole.
    private static void Take(FluteReceiver receiver, Plan plan)
    {
        while (receiver.TryTake(out FluteEvent? one))
        {
            if (one is not ObjectReceived received) continue;
            using Stream content = received.Content;
            if (plan.IsDead) continue;
            try
            {
                plan.Step();
                var writer = (ImageWriter)((FaultyStream)content).Inner;
                writer.Commit(received.File.Name);
                plan.Step();
            }
            catch (Exception e) when (e is IOException or GalleryException)
            {
                // It is told; the image comes again.
            }
        }
    }

    /// <summary>What goes wrong at which step. When the receiver dies, the folder is copied as it is: nothing that it does afterwards counts.</summary>
    private sealed class Plan(Random random, string folder, string copy, bool mayDie, bool mayFail = true)
    {
        private readonly int _dies = mayDie ? random.Next(1, 60) : int.MaxValue, _fails = mayFail && random.Next(2) == 0 ? random.Next(1, 60) : int.MaxValue;
        private int _step;

        public bool IsDead { get; private set; }

        /// <summary>A step at which something may go wrong.</summary>
        /// <exception cref="IOException">It goes wrong.</exception>
        public void Step()
        {
            if (IsDead) throw new IOException("nobody is there any more");
            _step++;
            if (_step == _dies) Die();
            if (_step == _fails || IsDead) throw new IOException("by schedule");
        }

        private void Die()
        {
            IsDead = true;

            // The dead has no locks; this process has some, so another one copies.
            using (var cp = Process.Start("cp", ["-r", folder, copy])) cp.WaitForExit();
            FileInfo[] files = [.. new DirectoryInfo(copy).GetFiles()];

            // One of the files that were being written lacks its end, or has something else there.
            FileInfo[] open = [.. files.OrderBy(static f => f.Name, StringComparer.Ordinal).Where(static f => f.Name.StartsWith('.') && f.Length > 0)];
            if (open.Length == 0) return;
            using FileStream cut = File.Open(Path.Combine(copy, open[random.Next(open.Length)].Name), FileMode.Open);
            if (random.Next(3) > 0) cut.SetLength(Math.Max(0, cut.Length - random.Next(0, 200)));
            cut.Position = random.NextInt64(cut.Length + 1);
            if (random.Next(3) == 0) cut.WriteByte((byte)random.Next(256));
        }
    }

    private sealed class FaultyStore(IObjectStore inner, Plan plan) : IObjectStore
    {
        public Stream Open(SessionId session, FdtFile file)
        {
            plan.Step();
            return new FaultyStream(inner.Open(session, file), plan);
        }

        public Stream OpenTemporary()
        {
            plan.Step();
            return inner.OpenTemporary();
        }

        public LeftObject? Find(SessionId session, FdtFile file, FecOti oti)
        {
            plan.Step();
            LeftObject? left = inner.Find(session, file, oti);
            return left?.Content is { } content ? left with { Content = new FaultyStream(content, plan) } : left;
        }

        public void Written(Stream content, long offset, ReadOnlySpan<byte> bytes)
        {
            plan.Step();
            inner.Written(((FaultyStream)content).Inner, offset, bytes);
            plan.Step();
        }

        public void Spoilt(Stream content) => inner.Spoilt(((FaultyStream)content).Inner);
    }

    private sealed class FaultyStream(Stream inner, Plan plan) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count)
        {
            plan.Step();
            return inner.Read(buffer, offset, count);
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count)
        {
            // Half of it may be there when it fails.
            inner.Write(buffer, offset, count / 2);
            plan.Step();
            inner.Write(buffer, offset + count / 2, count - count / 2);
            plan.Step();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
