using System.Runtime.InteropServices;
using Flute;

namespace Scale.Bench;

/// <summary>What became of a simulated session.</summary>
/// <param name="Receivers">How many receivers there were.</param>
/// <param name="Wire">Bytes on the wire per byte of data, reports not counted.</param>
/// <param name="Done">When each receiver had everything, in seconds, in order.</param>
/// <param name="Heard">When the sender knew that all had.</param>
/// <param name="Cores">Time of one processor that the sender took per time that passed.</param>
/// <param name="BusiestSecond">The same in its busiest second.</param>
/// <param name="Memory">Bytes of memory that the sender took for the receivers.</param>
/// <param name="Reports">Reports in a second, on average.</param>
/// <param name="MostReports">Reports in the busiest second.</param>
/// <param name="ReportBytes">Bytes of all reports per byte of data and receiver.</param>
internal sealed record ServedOutcome(int Receivers, double Wire, double[] Done, double Heard, double Cores, double BusiestSecond, long Memory, double Reports, double MostReports, double ReportBytes);

/// <summary>
/// One real sender, and receivers that report, on a clock of its own. What the sender does with reports is what it does with those that
/// come over TCP: their lines are read, the receivers brought up to date, the sending planned. Only that counts as its work.
/// </summary>
internal sealed class ServedSession(Gallery gallery, double bitRate, IReadOnlyList<Loss> losses, bool paced)
{
    private const int Overhead = 42, SubSteps = 5, MostDelay = 30;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5), Longest = TimeSpan.FromMilliseconds(200);
    private readonly List<short> _log = [];
    private readonly List<(PacketMark Mark, TimeSpan At)> _marks = [];
    private readonly List<Window> _windows = [];
    private readonly List<Reporter>[] _heard = [.. Enumerable.Range(0, MostDelay + 1).Select(static _ => new List<Reporter>())];
    private readonly ReportCodec _receiversCodec = new([1, 2, 3, 4, 5, 6, 7, 8], null);
    private readonly Random _random = new(16);
    private double _cpu;
    private long _reports, _reportBytes;

    public ServedOutcome Run()
    {
        using FluteSender sender = gallery.Sender(new FluteSenderOptions { Tsi = 1, WaitsForReports = true, ReportTo = ":9", PacketOverhead = Overhead });
        var tracker = new DeliveryTracker(sender, new DeliveryOptions { FollowsNetwork = true, MostBitRate = bitRate });
        Reporter[] all = [.. losses.Select((l, i) => new Reporter(new Receiver(gallery, l, (ulong)i), new ReportTurns(_random), 1 + (int)((uint)i * 2654435761u >> 8) % MostDelay))];
        long before = GC.GetTotalMemory(forceFullCollection: true), memory = 0;
        foreach (Reporter reporter in all)
        {
            double begin = Processor();
            (reporter.State, reporter.Codec) = (tracker.Join("receiver", TimeSpan.Zero, paced), new ReportCodec([1, 2, 3, 4, 5, 6, 7, 8], null));
            reporter.Codec.TryRead(_receiversCodec.Join("receiver").AsMemory()[..^1], out _, out _, out _);
            if (paced)
            {
                // The sender's first line says it.
                reporter.Told = DeliveryTracker.ReportEvery(tracker.Receivers.Count);
                reporter.Turns.Ask(reporter.Told, TimeSpan.Zero);
            }

            _cpu += Processor() - begin;
        }

        var done = new List<double>();
        byte[] packet = new byte[2000];
        double second = 0, busiest = 0, mostReports = 0, fullest = 0;
        int step = 0;
        double joined = _cpu;
        TimeSpan now = TimeSpan.Zero;
        for (; !sender.IsFinished; step++)
        {
            int first = _log.Count;
            double begin = Processor();
            for (int i = 0; i < SubSteps; i++, now += Step / SubSteps) Send(sender, tracker, packet, now);
            _cpu += Processor() - begin;
            if (tracker.Fullest is not null) fullest++;
            if (now > TimeSpan.FromHours(2)) throw new InvalidOperationException("It does not end.");
            _windows.Add(Window.Of(_log, first));
            ReadOnlySpan<short> log = CollectionsMarshal.AsSpan(_log);
            foreach (Reporter reporter in all) Live(reporter, log, step, now, done);
            Hear(tracker, step, now);
            if (step % 200 != 199) continue;
            busiest = Math.Max(busiest, _cpu - joined - second);
            second = _cpu - joined;
            mostReports = Math.Max(mostReports, _reports - _reportsBefore);
            _reportsBefore = _reports;
            if (step % 1000 == 999 || step == 199) memory = Math.Max(memory, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        foreach (Reporter reporter in all) reporter.Codec?.Dispose();
        double seconds = now.TotalSeconds;
        return new ServedOutcome(
            losses.Count, (sender.Bytes + (double)Overhead * sender.Packets) / gallery.Bytes, [.. done.Order()], seconds, _cpu / seconds, busiest, memory,
            _reports / seconds, mostReports, (double)_reportBytes / gallery.Bytes / losses.Count);
    }

    private long _reportsBefore;

    private void Send(FluteSender sender, DeliveryTracker tracker, byte[] packet, TimeSpan now)
    {
        tracker.DropSilent(now);
        tracker.PutOff(now);
        tracker.Pace(now);
        tracker.Plan(now);
        if (!tracker.AnybodyWaits) sender.Finish();
        if (!tracker.MaySend(now)) return;
        while (sender.TryRead(now, packet) is var length and > 0)
        {
            (short block, PacketMark mark) = gallery.Look(packet.AsSpan(0, length));
            _log.Add(block);
            _marks.Add((mark, now));
            tracker.Leave(now);
            if (sender.IsFinished) return;
        }
    }

    private void Live(Reporter reporter, ReadOnlySpan<short> log, int step, TimeSpan now, List<double> done)
    {
        Receiver receiver = reporter.Receiver;
        if (step >= reporter.Delay && !receiver.HasAll)
        {
            receiver.Take(log, _windows[step - reporter.Delay]);
            if (receiver.HasAll) done.Add(now.TotalSeconds);
        }

        if (reporter.HasFinished) return;
        if (reporter.Asked is { } asked && step >= reporter.AskedAt)
        {
            reporter.Turns.Ask(asked, now);
            reporter.Asked = null;
        }

        if (now < reporter.Next || !reporter.Turns.IsDue(now, receiver.HasAll)) return;
        ReceptionReport report = reporter.Report(_marks, now);
        reporter.Turns.Sent(now);
        reporter.Pause = report.Packets > reporter.Reported ? Step : TimeSpan.FromTicks(Math.Min(reporter.Pause.Ticks * 3 / 2, Longest.Ticks));
        reporter.Reported = report.Packets;
        reporter.Next = now + reporter.Pause;
        reporter.HasFinished = report.Finished;
        reporter.Lines.Enqueue(_receiversCodec.Report(report));
        _heard[(step + reporter.Delay) % _heard.Length].Add(reporter);
    }

    // What comes to the sender now.
    private void Hear(DeliveryTracker tracker, int step, TimeSpan now)
    {
        List<Reporter> heard = _heard[step % _heard.Length];
        foreach (Reporter reporter in heard)
        {
            byte[] line = reporter.Lines.Dequeue();
            double begin = Processor();
            if (!reporter.Codec!.TryRead(line.AsMemory()[..^1], out _, out ReceptionReport? report, out _)) throw new InvalidOperationException("A report is not understood.");
            tracker.Update(reporter.State!, report!, now);
            if (reporter.State!.ReportEvery != reporter.Told && reporter.Asked is null)
            {
                reporter.Told = reporter.State.ReportEvery;
                ReportCodec.TryReadPace(ReportCodec.Pace(reporter.Told).AsMemory()[..^1], out TimeSpan every);
                (reporter.Asked, reporter.AskedAt) = (every, step + reporter.Delay);
            }

            _cpu += Processor() - begin;
            _reports++;
            _reportBytes += line.Length;
        }

        heard.Clear();
    }

    // Time of this thread, where the system tells it: others that have the processor meanwhile do not count.
    private static double Processor()
    {
        if (!OperatingSystem.IsLinux()) return (double)System.Diagnostics.Stopwatch.GetTimestamp() / System.Diagnostics.Stopwatch.Frequency;
        _ = ClockGetTime(3, out Time time);
        return time.Seconds + time.Nanoseconds / 1e9;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out Time time);

    private readonly record struct Time(long Seconds, long Nanoseconds);

    /// <summary>A receiver, and its end of the report channel.</summary>
    private sealed class Reporter(Receiver receiver, ReportTurns turns, int delay)
    {
        private ulong _told, _toldObjects;

        public Receiver Receiver => receiver;

        public ReportTurns Turns => turns;

        /// <summary>Steps that a packet or a report is on its way.</summary>
        public int Delay => delay;

        public ReceiverState? State { get; set; }

        public ReportCodec? Codec { get; set; }

        public Queue<byte[]> Lines { get; } = new(2);

        public TimeSpan Told { get; set; }

        public TimeSpan? Asked { get; set; }

        public int AskedAt { get; set; }

        public TimeSpan Pause { get; set; } = Step;

        public TimeSpan Next { get; set; }

        public long Reported { get; set; }

        public bool HasFinished { get; set; }

        public ReceptionReport Report(List<(PacketMark Mark, TimeSpan At)> marks, TimeSpan now)
        {
            Gallery gallery = receiver.Gallery;
            var objects = new List<ulong>();
            var blocks = new List<(ulong, int)>();
            var open = new List<OpenBlock>();
            ulong whole = ulong.MaxValue;
            for (int i = 0; i < gallery.Blocks.Count; i++)
            {
                (ulong toi, int number, _) = gallery.Blocks[i];
                if (!receiver.Has(i)) whole &= ~(1ul << (int)(toi - 1));
                if (!receiver.Has(i) && receiver.Symbols(i) > 0) open.Add(new OpenBlock(toi, number, receiver.Symbols(i)));
            }

            for (int i = 0; i < gallery.Blocks.Count; i++)
            {
                (ulong toi, int number, _) = gallery.Blocks[i];
                if (receiver.Has(i) && (_told >> i & 1) == 0 && (whole >> (int)(toi - 1) & 1) == 0) blocks.Add((toi, number));
            }

            for (int i = 0; i < gallery.Images; i++)
            {
                if ((whole & ~_toldObjects) >> i != 0 && ((whole & ~_toldObjects) >> i & 1) != 0) objects.Add((ulong)i + 1);
            }

            (_told, _toldObjects) = (receiver.Done, whole);
            long last = receiver.Last;
            while (last >= 0 && marks[(int)last].Mark == default) last--;
            TimeSpan at = last < 0 ? TimeSpan.Zero : marks[(int)last].At + delay * Step;
            return new ReceptionReport
            {
                Packets = receiver.Packets,
                Last = last < 0 ? null : marks[(int)last].Mark,
                LastAt = last < 0 ? null : TimeSpan.FromHours(7) + at,
                Held = last < 0 ? TimeSpan.Zero : now - at,
                IsIdle = true,
                HasFdt = true,
                Objects = objects,
                Blocks = blocks,
                Open = open,
                Finished = receiver.HasAll,
            };
        }
    }
}
