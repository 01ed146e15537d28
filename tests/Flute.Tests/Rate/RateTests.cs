namespace Flute.Tests.Rate;

/// <summary>The rate finds itself: on links with queues of any length, far and near, with loss by chance, beside others.</summary>
public class RateTests(ITestOutputHelper output)
{
    private const double Mbit = 1e6;

    [Theory]
    [InlineData(100, 1, 50, 1.06, 0.93)]
    [InlineData(100, 1, 5, 1.08, 0.90)]
    [InlineData(100, 1, 400, 1.06, 0.93)]
    [InlineData(20, 5, 50, 1.06, 0.93)]
    [InlineData(100, 50, 50, 1.10, 0.80)]
    [InlineData(100, 150, 100, 1.10, 0.60)]
    [InlineData(2, 20, 200, 1.11, 0.90)]
    public void ABottleneckIsFilledAndNotOverrun(double capacity, int delay, int buffer, double mostWire, double leastShare)
    {
        var link = new Link(capacity * Mbit, (int)(capacity * Mbit / 8 * buffer / 1000));
        var simulation = new Simulation((long)(capacity * Mbit / 8 * 5), [new Way { Links = [link], Delay = TimeSpan.FromMilliseconds(delay) }]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        double share = simulation.Bytes * 8 / outcome.Seconds / (capacity * Mbit);
        output.WriteLine($"wire {outcome.Wire:0.000}, share {share:0.000}");
        Assert.InRange(outcome.Wire, 1, mostWire);
        Assert.InRange(share, leastShare, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.1)]
    public void LossByChanceSlowsNothingDown(double loss)
    {
        var simulation = new Simulation(50_000_000, [.. Enumerable.Range(0, 3).Select(_ => new Way { Loss = _ => loss, Delay = TimeSpan.FromMilliseconds(0.1) })]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        output.WriteLine($"wire {outcome.Wire:0.000}, {simulation.Bytes * 8 / outcome.Seconds / 1e6:0} Mbit/s");
        Assert.InRange(simulation.Bytes * 8 / outcome.Seconds, 700 * Mbit * (1 - loss), 1500 * Mbit);
    }

    [Theory]
    [InlineData(5, 0.01, 10, 1, 0)]
    [InlineData(5, 0.1, 10, 1, 0)]
    [InlineData(5, 0.1, 10, 50, 0)]
    [InlineData(20, 0.05, 10, 10, 0)]
    [InlineData(20, 0.1, 10, 50, 0)]
    [InlineData(50, 0.1, 10, 10, 0)]
    [InlineData(50, 0.01, 10, 50, 0)]
    [InlineData(20, 0.1, 100, 1, 0)]
    [InlineData(50, 0.05, 100, 10, 0)]
    [InlineData(20, 0.1, 10, 10, 5)]
    [InlineData(20, 0.1, 100, 10, 5)]
    [InlineData(20, 0.1, 10, 10, 15)]
    [InlineData(20, 0.1, 10, 50, 15)]
    [InlineData(1, 0.05, 10, 10, 15)]
    [InlineData(20, 0.1, 100, 10, 15)]
    [InlineData(1, 0, 10, 50, 30)]
    public void LossInBurstsSlowsNothingDown(int burst, double loss, double limit, int receivers, double jitter)
    {
        var way = new Way { Loss = _ => loss, Burst = burst, Delay = TimeSpan.FromMilliseconds(2), Jitter = TimeSpan.FromMilliseconds(jitter) };
        var simulation = new Simulation((long)(limit * Mbit / 8 * (limit > 10 ? 1 : 4)), [.. Enumerable.Repeat(way, receivers)], most: limit * Mbit, images: 4);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(600));
        double share = simulation.Bytes * 8 / outcome.Seconds / (limit * Mbit);
        output.WriteLine($"wire {outcome.Wire:0.000}, share {share:0.000}");
        Assert.InRange(share, 0.8 * (1 - loss), 1);
    }

    [Fact]
    public void ReceiversNearAndFarThatLoseAFifthInBurstsOfAnyLengthSlowNothingDown()
    {
        Way[] ways = [.. Enumerable.Range(0, 10).Select(static i => new Way { Loss = _ => 0.02 * (i + 1), Burst = 20, Geometric = true, Delay = TimeSpan.FromMilliseconds(5 + (15 * i)) })];
        var simulation = new Simulation(20_000_000, ways, most: 10 * Mbit, images: 5);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(600));
        double share = simulation.Bytes * 8 / outcome.Seconds / (10 * Mbit);
        output.WriteLine($"wire {outcome.Wire:0.000}, share {share:0.000}");
        Assert.InRange(share, 0.8 * 0.8, 1);
    }

    [Fact]
    public void ACapacityThatChangesIsFollowed()
    {
        double Capacity(TimeSpan t) => t.TotalSeconds is > 2 and < 5 ? 20 * Mbit : 100 * Mbit;
        var link = new Link(Capacity, 625_000);
        var simulation = new Simulation(50_000_000, [new Way { Links = [link] }]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        output.WriteLine($"wire {outcome.Wire:0.000}, {outcome.Seconds:0.00} s");
        Assert.InRange(outcome.Wire, 1, 1.12);
        Assert.InRange(outcome.Seconds, 6.4, 7.3);
    }

    [Theory]
    [InlineData(0.02, 50)]
    [InlineData(0.1, 50)]
    [InlineData(0.1, 4)]
    [InlineData(0, 1)]
    public void ABottleneckBehindWhichPacketsAreLostByChanceIsFilled(double loss, int buffer)
    {
        var link = new Link(100 * Mbit, (int)(100 * Mbit / 8 * buffer / 1000));
        var simulation = new Simulation(50_000_000, [new Way { Links = [link], Loss = _ => loss }]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        double share = simulation.Bytes * 8 / outcome.Seconds / (100 * Mbit);
        output.WriteLine($"wire {outcome.Wire:0.000}, share {share:0.000}");
        Assert.InRange(outcome.Wire, 1, 1.12 / (1 - loss));
        Assert.InRange(share, 0.85 * (1 - loss), 1);
    }

    [Fact]
    public void LossThatBeginsWhileTheWayIsFullIsTakenForWhatItIs()
    {
        var link = new Link(100 * Mbit, 625_000);
        var simulation = new Simulation(50_000_000, [new Way { Links = [link], Loss = static t => t.TotalSeconds is > 1 and < 3 ? 0.1 : 0 }]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        output.WriteLine($"wire {outcome.Wire:0.000}, {outcome.Seconds:0.00} s");
        Assert.InRange(outcome.Wire, 1, 1.18);
        Assert.InRange(outcome.Seconds, 4.1, 5);
    }

    // A busy host neither takes packets nor reports; where it does not know when they came, all seem to come at once.
    [Theory]
    [InlineData(100, 625_000, 0.1, true)]
    [InlineData(100, 625_000, 0.1, false)]
    [InlineData(100, 625_000, 20, true)]
    [InlineData(100, 625_000, 20, false)]
    [InlineData(20, 125_000, 5, true)]
    [InlineData(20, 125_000, 5, false)]
    public void HostsThatAreBusyInTheBeginningMisleadNobody(double capacity, int buffer, double delay, bool knowsArrivals)
    {
        Outcome Run(double from, double milliseconds)
        {
            (TimeSpan, TimeSpan) busy = (TimeSpan.FromMilliseconds(from), TimeSpan.FromMilliseconds(from + milliseconds));
            Way[] ways = [.. Enumerable.Range(0, 3).Select(_ => new Way { Links = [new Link(capacity * Mbit, buffer)], Delay = TimeSpan.FromMilliseconds(delay), Busy = busy, KnowsArrivals = knowsArrivals })];
            return new Simulation(8_000_000, ways, images: 4).Run(TimeSpan.FromSeconds(60));
        }

        double never = Run(0, 0).Seconds;
        foreach (double busy in (double[])[50, 200, 400])
        {
            foreach (double from in (double[])[1, 5, 10, 20, 30, 50, 60, 80, 120, 200])
            {
                Outcome outcome = Run(from, busy);
                output.WriteLine($"from {from} for {busy} ms: wire {outcome.Wire:0.000}, {outcome.Seconds:0.00} s instead of {never:0.00}");
                Assert.InRange(outcome.Wire, 1, 1.2);
                Assert.InRange(outcome.Seconds, 0, (1.25 * never) + (busy / 1000));
            }
        }
    }

    [Theory]
    [InlineData(0.0001)]
    [InlineData(-0.0001)]
    public void AClockThatGoesWrongDoesNotMatter(double drift)
    {
        var link = new Link(100 * Mbit, 625_000);
        var simulation = new Simulation(100_000_000, [new Way { Links = [link], Drift = drift }]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        output.WriteLine($"wire {outcome.Wire:0.000}, {outcome.Seconds:0.00} s");
        Assert.InRange(outcome.Wire, 1, 1.08);
        Assert.InRange(outcome.Seconds, 8.3, 9.2);
    }

    [Fact]
    public void AReceiverThatTellsNoTimesIsServedByItsLoss()
    {
        var link = new Link(100 * Mbit, 125_000);
        var simulation = new Simulation(50_000_000, [new Way { Links = [link], TellsTime = false }]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        output.WriteLine($"wire {outcome.Wire:0.000}, {outcome.Seconds:0.00} s");
        Assert.InRange(outcome.Wire, 1, 1.25);
        Assert.InRange(outcome.Seconds, 4.1, 6);
    }

    [Fact]
    public void TheSlowestOfThreeIsFollowed()
    {
        var slow = new Link(20 * Mbit, 125_000);
        var simulation = new Simulation(20_000_000, [new Way(), new Way { Links = [slow] }, new Way { Links = [new Link(100 * Mbit, 625_000)], Loss = _ => 0.05 }]);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        output.WriteLine($"wire {outcome.Wire:0.000}, {outcome.Seconds:0.00} s");
        Assert.InRange(outcome.Wire, 1, 1.13);
        Assert.InRange(outcome.Seconds, 8.3, 9.5);
    }

    [Theory]
    [InlineData(50, 1)]
    [InlineData(50, 20)]
    [InlineData(10, 5)]
    public void TcpOnTheSameWayKeepsItsShareAndWeKeepOurs(int buffer, int delay)
    {
        var link = new Link(100 * Mbit, (int)(100 * Mbit / 8 * buffer / 1000));
        var simulation = new Simulation(1_000_000_000, [new Way { Links = [link], Delay = TimeSpan.FromMilliseconds(delay) }]);
        var tcp = new TcpFlow(simulation, link, TimeSpan.FromMilliseconds(delay));
        tcp.Start(TimeSpan.FromSeconds(1));
        simulation.Run(TimeSpan.FromSeconds(60), () => simulation.Now.TotalSeconds > 12);
        double share = tcp.Delivered * 8 / 11.0 / (100 * Mbit);
        output.WriteLine($"TCP has {share:0.00}, loss here {simulation.Tracker.Receivers[0].LossRate:0.000}, ours {simulation.Tracker.Receivers[0].Packets * 1514 * 8 / 12.0 / (100 * Mbit):0.00}");
        Assert.InRange(share, 0.4, 0.9);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(5)]
    public void OneThatIsFarSlowerIsLeftUntilTheOthersHaveEverything(double capacity)
    {
        var slow = new Link(capacity * Mbit, (int)(capacity * Mbit / 8 * 0.05));
        var simulation = new Simulation(60_000_000, [new Way(), new Way { Links = [slow] }, new Way()], leavesSlow: true);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(120));
        double[] rates = [.. outcome.Each.Select(s => simulation.Bytes * 8 / s / Mbit)];
        output.WriteLine($"wire {outcome.Wire:0.000}, {string.Join(", ", rates.Select(static r => System.FormattableString.Invariant($"{r:0.0}")))} Mbit/s");
        Assert.Equal(["r1"], simulation.Later);
        Assert.True(rates[0] > 10 * capacity && rates[2] > 10 * capacity);
        Assert.InRange(rates[1], 0.8 * capacity, capacity * 1.1);
        Assert.InRange(outcome.Wire, 1.5, 2.3);
    }

    [Fact]
    public void OneThatIsALittleSlowerIsWaitedFor()
    {
        var simulation = new Simulation(20_000_000, [new Way { Links = [new Link(100 * Mbit, 625_000)] }, new Way { Links = [new Link(40 * Mbit, 250_000)] }, new Way { Links = [new Link(100 * Mbit, 625_000)] }], leavesSlow: true);
        Outcome outcome = simulation.Run(TimeSpan.FromSeconds(60));
        Assert.Empty(simulation.Later);
        Assert.InRange(outcome.Wire, 1, 1.3);
    }
}
