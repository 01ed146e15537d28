using GalleryPS.Events;
using GalleryPS.Sessions;
using Microsoft.Coyote.Specifications;
using Microsoft.Coyote.SystematicTesting;

namespace GalleryPS.Concurrency;

/// <summary>
/// What Coyote runs in thousands of different orders (systematic.sh): the queue between threads, and the loop that all sessions run in. Nobody
/// waits for ever, nothing is lost, and nothing is handed out twice.
/// </summary>
public static class SystematicTests
{
    private const int Adders = 2, Each = 3;

    /// <summary>A full queue makes those wait who add; all of it is taken, in the order of each.</summary>
    [Test]
    public static async Task AllThatIsAddedIsTaken()
    {
        using var queue = new EventQueue(maxEvents: 2, maxBytes: 100);
        var adders = Adding(queue);
        var taken = new List<string>();
        var taker = Task.Run(() => TakeAll(queue, taken, CancellationToken.None));
        foreach (Task<int> adder in adders) Specification.Assert(await adder == Each, "an open queue takes everything");
        queue.Complete();
        Specification.Assert(await taker == TakeResult.Completed, "the queue ends");
        for (int a = 0; a < Adders; a++)
        {
            string[] own = [.. taken.Where(t => t[0] == 'a' + a)];
            Specification.Assert(own.SequenceEqual(Enumerable.Range(0, Each).Select(i => $"{(char)('a' + a)}{i}")), "events of one thread keep their order");
        }
    }

    /// <summary>Whoever waits, to add or to take, is released when the queue ends, is disposed of or is cancelled.</summary>
    [Test]
    public static async Task NobodyWaitsForEver()
    {
        var queue = new EventQueue(maxEvents: 1, maxBytes: 100);
        using var stop = new CancellationTokenSource();
        using CancellationTokenRegistration wake = queue.WakeOn(stop.Token);
        var adders = Adding(queue);
        var taken = new List<string>();
        var taker = Task.Run(() => TakeAll(queue, taken, stop.Token));
        var alarm = Task.Run(queue.Alarm);
        var stopper = Task.Run(stop.Cancel);
        Specification.Assert(await taker is TakeResult.Cancelled, "cancelling ends taking");
        queue.Dispose();
        int added = 0;
        foreach (Task<int> adder in adders) added += await adder;
        await Task.WhenAll(alarm, stopper);
        Specification.Assert(taken.Count <= added && added <= Adders * Each, "nothing is taken that was not added");
    }

    /// <summary>
    /// A session that ends by itself while somebody else ends it and a timer rings: it is ready first, closed once, disposed of once, and hands out
    /// all that it took. (Cancelling is not here: disposing of a registration waits in a way that Coyote does not see.)
    /// </summary>
    [Test]
    public static async Task ASessionBeginsAndEndsOnce()
    {
        var session = new Fake();
        var other = Task.Run(session.Queue.Complete);
        var alarm = Task.Run(session.Queue.Alarm);
        var told = await Task.Run(() => SessionLoop.Run(session, CancellationToken.None).ToList());
        await Task.WhenAll(other, alarm);
        await Task.WhenAll(session.Adders);
        Specification.Assert(told[0] is ReadyEvent && told.Count(static e => e is ReadyEvent) == 1, "it is ready first, and once");
        Specification.Assert(told[^1] is NoticeEvent { Text: "closed" }, "closing is the last word");
        Specification.Assert((session.Closed, session.Disposed) == (1, 1), "it ends once");
        int images = told.Count - 2;
        Specification.Assert(images == session.Added, "what was taken is handed out");
    }

    private static List<Task<int>> Adding(EventQueue queue) => [.. Enumerable.Range(0, Adders).Select(a => Task.Run(() =>
    {
        int added = 0;
        for (int i = 0; i < Each; i++)
        {
            if (queue.Add(new NoticeEvent($"{(char)('a' + a)}{i}"), 30, urgent: i % 2 == 0)) added++;
        }

        queue.Flush();
        return added;
    }))];

    private static TakeResult TakeAll(EventQueue queue, List<string> into, CancellationToken cancellationToken)
    {
        while (true)
        {
            TakeResult result = queue.Take(out GalleryEvent? next, cancellationToken);
            if (result == TakeResult.Taken) into.Add(((NoticeEvent)next!).Text);
            else if (result != TakeResult.Alarmed) return result;
        }
    }

    private sealed class Fake : ISession
    {
        private int _working = SystematicTests.Adders, _added;

        public List<Task> Adders { get; } = [];

        public int Closed { get; private set; }

        public int Disposed { get; private set; }

        public int Added => _added;

        public ReadyEvent Ready => new(Transport.Unicast, [], null, []);

        public EventQueue Queue { get; } = new(maxEvents: 2);

        public SessionClock Clock { get; } = new(TimeProvider.System);

        public IEnumerable<GalleryEvent> Opening() => [];

        public void Start()
        {
            foreach (Task<int> adding in Adding(Queue)) Adders.Add(End(adding));
        }

        public IEnumerable<GalleryEvent> Closing(StopReason reason)
        {
            Closed++;
            yield return new NoticeEvent("closed");
        }

        public void Dispose()
        {
            Disposed++;
            Queue.Dispose();
        }

        private async Task End(Task<int> adding)
        {
            Interlocked.Add(ref _added, await adding);
            if (Interlocked.Decrement(ref _working) == 0) Queue.Complete();
        }
    }
}
