using GalleryPS.Protocols;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>NICs of a sender that go and come while it sends, and that one of several is down.</summary>
public sealed class FailingNicsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly NetworkLab _lab;
    private readonly string _folder = TestGallery.NewFolder();
    private Task _back = Task.CompletedTask;

    public FailingNicsTests()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
        _lab = NetworkLab.Create(hosts: 2, networks: 2);
    }

    private TestHost Sender => _lab[0];

    private TestHost Receiver => _lab[1];

    public void Dispose()
    {
        _back.Wait(Patience);
        _lab.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // What the user sees: a warning that the receiver cannot be reached at present, and that sending waits; a warning that the
    // network is back after so many seconds. Then everything is complete, without an error.
    [Theory]
    [InlineData("multicast", "down")]
    [InlineData("multicast", "deleted")]
    [InlineData("unicast", "down")]
    [InlineData("unicast", "address")]
    public void AFluteSenderWaitsForItsNicAndItsReceiver(string transport, string what)
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 400_000, 500_000);
        bool multicast = transport == "multicast";
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Transport = multicast ? Transport.Multicast : Transport.Unicast,
            Protocol = Protocol.Flute,
            Addresses = multicast ? new() { Address = "239.3.3.3", ArrivalIP = ["eth0"] } : new() { Address = Receiver.IPv4 },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        });
        ready.Wait(Patience);
        List<GalleryEvent> sent = Send(files, new SendOptions
        {
            Transport = multicast ? Transport.Multicast : Transport.Unicast,
            Protocol = Protocol.Flute,
            Addresses = new() { To = [multicast ? "239.3.3.3" : Receiver.IPv4], OutboundIP = multicast || what == "address" ? ["eth0"] : [] },
            Pacing = new() { BitRate = new BitRate(8_000_000) },
            Flute = new() { Receivers = 1 },
        }, onProgress: () => Interrupt(what));
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Empty(sent.OfType<ErrorEvent>());
        WarningEvent[] warnings = [.. sent.OfType<WarningEvent>()];
        Assert.All(warnings, static w => Assert.Equal(ErrorIds.NetworkInterrupted, w.Id));
        Assert.Contains("cannot be reached at present: ", warnings[0].Text, StringComparison.Ordinal);
        Assert.EndsWith("Sending waits up to 10 s for the network.", warnings[0].Text, StringComparison.Ordinal);
        Assert.Matches(@"^The network is back after \d+\.\d s; sending goes on\.$", warnings[1].Text);
        Assert.True(sent.OfType<ServedEvent>().Single().Receiver.Completed);
    }

    // What the user sees: the receiver warns that the sender cannot be told when the first new try fails too, and both say with
    // -Verbose that it goes on. What was
    // reported and did not arrive is reported again, and everything is complete.
    [Theory]
    [InlineData("sender")]
    [InlineData("receiver")]
    public void AReportChannelThatBreaksIsOpenedAgain(string whose)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':').Any(static p => File.Exists(Path.Combine(p, "nft"))), "nftables is not installed");
        IReadOnlyList<string> files = TestGallery.Write(_folder, [.. Enumerable.Repeat(40_000, 25)]);
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { Address = Receiver.IPv4 },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        });
        ready.Wait(Patience);
        List<GalleryEvent> sent = Send(files, new SendOptions
        {
            Protocol = Protocol.Flute,
            Addresses = new() { To = [Receiver.IPv4] },
            Pacing = new() { BitRate = new BitRate(8_000_000) },
            Flute = new() { Receivers = 1 },
        }, onProgress: () => Interrupt(whose));
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(25, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Empty(sent.OfType<ErrorEvent>());
        Assert.Empty(sent.OfType<WarningEvent>());
        Assert.Equal((25, true), (sent.OfType<ServedEvent>().Single().Receiver.Images, sent.OfType<ServedEvent>().Single().Receiver.Completed));
        if (whose == "sender") Assert.Contains(sent.OfType<NoticeEvent>(), n => n.Text == $"The connection of {sent.OfType<ServedEvent>().Single().Receiver.Host} broke; it has 10 s to open another one.");
        Assert.Contains(sent.OfType<NoticeEvent>(), static n => n.Text.EndsWith(" reports again.", StringComparison.Ordinal));
        Assert.All(receiving.Result.OfType<WarningEvent>(), w => Assert.StartsWith($"The sender at {Sender.IPv4} cannot be told what is missing: ", w.Text, StringComparison.Ordinal));
        Assert.Contains(receiving.Result.OfType<NoticeEvent>(), n => n.Text == $"The sender at {Sender.IPv4} can be told again.");
    }

    // The same for Plain and for messages: what was under way goes out when the NIC is back.
    [Fact]
    public void PlainAndMessagesWaitToo()
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 1_000, 2_000, 3_000, 4_000);
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Transport = Transport.Multicast,
            Addresses = new() { Address = "239.3.3.4", ArrivalIP = ["eth0"] },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        });
        ready.Wait(Patience);
        int images = 0;
        List<GalleryEvent> sent = Send(files, new SendOptions
        {
            Transport = Transport.Multicast,
            Addresses = new() { To = ["239.3.3.4"], OutboundIP = ["eth0"] },
        }, onSent: () => { if (++images == 2) Interrupt("deleted"); });
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(4, receiving.Result.OfType<ReceivedEvent>().Count());
        Assert.Equal([ErrorIds.NetworkInterrupted, ErrorIds.NetworkInterrupted], sent.OfType<WarningEvent>().Select(static w => w.Id));
        Assert.Empty(sent.OfType<ErrorEvent>());

        int messages = 0;
        List<GalleryEvent> told = SendMessages(5, new() { To = ["239.3.3.5"], OutboundIP = ["eth0"] }, onSent: () => { if (++messages == 2) Interrupt("down"); });
        Assert.Equal(5, told.OfType<MessageSentEvent>().Count());
        Assert.Equal([ErrorIds.NetworkInterrupted, ErrorIds.NetworkInterrupted], told.OfType<WarningEvent>().Select(static w => w.Id));
    }

    // What the user sees: "eth1 (10.77.1.1) cannot send since 12:00:00: ... The other NICs go on.", and at the end an error with
    // the number of datagrams. The receiver on the other NIC has everything.
    [Theory]
    [InlineData(Protocol.Plain, true)]
    [InlineData(Protocol.Plain, false)]
    [InlineData(Protocol.Flute, true)]
    [InlineData(Protocol.Flute, false)]
    public void OneNicOfTwoThatIsDownIsTold(Protocol protocol, bool fromTheStart)
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 10_000, 20_000, 30_000);
        if (fromTheStart) NetworkLab.Ip(Sender, "link set eth1 down");
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Transport = Transport.Multicast,
            Protocol = protocol,
            Addresses = new() { Address = "239.3.3.6", ArrivalIP = ["eth0"] },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        });
        ready.Wait(Patience);
        bool done = fromTheStart;
        List<GalleryEvent> sent = Send(files, new SendOptions
        {
            Transport = Transport.Multicast,
            Protocol = protocol,
            Addresses = new() { To = ["239.3.3.6"], OutboundIP = ["eth0", "eth1"] },
            Pacing = new() { BitRate = new BitRate(500_000) },
        }, onSent: Down, onProgress: Down);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(["image0.jpg", "image1.jpg", "image2.jpg"], sent.OfType<SentEvent>().Select(static s => s.Image.Name).Distinct());
        Assert.Equal([10_000L, 20_000, 30_000], receiving.Result.OfType<ReceivedEvent>().Select(static r => r.Image.Bytes));
        WarningEvent warning = Assert.Single(sent.OfType<WarningEvent>());
        Assert.Equal(ErrorIds.NicFailed, warning.Id);
        Assert.Matches(@"^eth1 \(10\.77\.1\.1\) cannot send since \d\d:\d\d:\d\d: .+\. The other NICs go on\.$", warning.Text);
        GalleryException error = Assert.Single(sent.OfType<ErrorEvent>()).Error;
        Assert.Equal(ErrorIds.NicFailed, error.Id);
        SessionSummary summary = sent.OfType<SummaryEvent>().Single().Summary;
        Assert.StartsWith($"{Counted.Of(summary.Missed, "datagram")} did not leave on eth1 (10.77.1.1)", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, summary.Images);
        if (protocol == Protocol.Flute) return;
        Assert.Equal(fromTheStart ? 4 : 3, summary.Missed);
        Assert.EndsWith(fromTheStart ? ": 3 images did not go out on every NIC." : ": 2 images did not go out on every NIC.", error.Message, StringComparison.Ordinal);

        void Down()
        {
            if (!done) NetworkLab.Ip(Sender, "link set eth1 down");
            done = true;
        }
    }

    // A cable that is pulled: the NIC takes what is sent, and throws it away.
    [Fact]
    public void ANicWithoutACarrierIsToldAndAgainWhenItHasOne()
    {
        NetworkLab.Ip(Sender, "link add dumb0 type veth peer name dumb1", "addr add 10.90.0.1/24 dev dumb0", "link set dumb0 up");
        int messages = 0;
        List<GalleryEvent> told = SendMessages(10, new() { To = ["239.3.3.7"], OutboundIP = ["eth0", "dumb0"] }, interval: TimeSpan.FromMilliseconds(100), onSent: () =>
        {
            if (++messages == 3) NetworkLab.Ip(Sender, "link set dumb1 up");
        });
        WarningEvent[] warnings = [.. told.OfType<WarningEvent>()];
        Assert.Equal(2, warnings.Length);
        Assert.StartsWith("dumb0 (10.90.0.1) cannot send since ", warnings[0].Text, StringComparison.Ordinal);
        Assert.Matches(@"^dumb0 \(10\.90\.0\.1\) sends again since \d\d:\d\d:\d\d; \d datagrams did not leave on it\.$", warnings[1].Text);
        Assert.Equal(ErrorIds.NicFailed, Assert.Single(told.OfType<ErrorEvent>()).Error.Id);
        Assert.Equal(10, told.OfType<MessageSentEvent>().Count());
        Assert.InRange(told.OfType<MessageSummaryEvent>().Single().Summary.Missed, 3, 6);
    }

    // What the user sees: one warning for the host, none for the one that listens, and the number in the summary.
    [Theory]
    [InlineData(Protocol.Plain, false)]
    [InlineData(Protocol.Plain, true)]
    [InlineData(Protocol.Flute, false)]
    [InlineData(Protocol.Flute, true)]
    public void WhereNobodyListensIsTold(Protocol protocol, bool portable)
    {
        IReadOnlyList<string> files = TestGallery.Write(_folder, 10_000, 20_000);
        NetworkLab.Ip(Receiver, "addr add 10.77.0.22/24 dev eth0");
        Task<List<GalleryEvent>> receiving = Receive(out ManualResetEventSlim ready, new ReceiveOptions
        {
            Protocol = protocol,
            Addresses = new() { Address = Receiver.IPv4 },
            Until = new() { IdleTimeout = TimeSpan.FromSeconds(20) },
        });
        ready.Wait(Patience);
        List<GalleryEvent> sent = Send(files, new SendOptions { Protocol = protocol, Addresses = new() { To = ["10.77.0.22", Receiver.IPv4] } }, portable: portable);
        Assert.True(receiving.Wait(Patience));
        Assert.Equal(2, receiving.Result.OfType<ReceivedEvent>().Count());
        WarningEvent warning = Assert.Single(sent.OfType<WarningEvent>());
        Assert.Equal((ErrorIds.NobodyListens, "Nobody listens at 10.77.0.22:25000: the host answers that no program has that UDP port. What was sent there is lost."), (warning.Id, warning.Text));
        Assert.Equal(1, sent.OfType<SummaryEvent>().Single().Summary.NobodyListens);
        Assert.Empty(sent.OfType<ErrorEvent>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhereNobodyTakesMessagesIsTold(bool portable)
    {
        List<GalleryEvent> told = SendMessages(1, new() { To = [Receiver.IPv6, "239.3.3.8"] }, portable: portable);
        WarningEvent warning = Assert.Single(told.OfType<WarningEvent>());
        Assert.StartsWith($"Nobody listens at [{Receiver.IPv6}]:25000: ", warning.Text, StringComparison.Ordinal);
        Assert.Equal(1, told.OfType<MessageSummaryEvent>().Single().Summary.NobodyListens);
    }

    // It goes at once, and comes back a while later, beside the sender.
    private void Interrupt(string what)
    {
        switch (what)
        {
            case "down":
                NetworkLab.Ip(Sender, "link set eth0 down");
                _back = After(1000, () => NetworkLab.Ip(Sender, "link set eth0 up"));
                break;
            case "deleted":
                NetworkLab.Unplug(Sender, 0);
                _back = After(300, () => _lab.Plug(Sender, 0));
                break;
            case "sender" or "receiver":
                // What comes in is answered with a reset: the other end's connection breaks, and later, when it asks, one's own.
                TestHost other = what == "sender" ? Receiver : Sender;
                NetworkLab.Run(other, "nft", "table inet cut { chain in { type filter hook input priority 0; meta l4proto tcp reject with tcp reset; }; }");
                _back = After(200, () => NetworkLab.Run(other, "nft", "delete table inet cut"));
                break;
            default:
                NetworkLab.Ip(Sender, $"addr del {Sender.IPv4}/24 dev eth0");
                _back = After(300, () => NetworkLab.Ip(Sender, $"addr add {Sender.IPv4}/24 dev eth0"));
                break;
        }

        static async Task After(int milliseconds, Action action)
        {
            await Task.Delay(milliseconds);
            action();
        }
    }

    private Task<List<GalleryEvent>> Receive(out ManualResetEventSlim ready, ReceiveOptions options)
    {
        var isReady = ready = new ManualResetEventSlim();
        return LabThread.Start(Receiver, () =>
        {
            using GalleryReceiver receiver = GalleryReceiver.Open(options);
            List<GalleryEvent> told = [];
            foreach (GalleryEvent one in receiver.Receive())
            {
                told.Add(one);
                if (one is ReadyEvent) isReady.Set();
            }

            return told;
        });
    }

    private List<GalleryEvent> Send(IReadOnlyList<string> files, SendOptions options, bool portable = false, Action? onSent = null, Action? onProgress = null)
    {
        Task<List<GalleryEvent>> sending = LabThread.Start(Sender, () =>
        {
            using GallerySender sender = GallerySender.Open(options, ProtocolContext.Default with { Portable = portable }, CancellationToken.None);
            List<GalleryEvent> told = [];
            bool interrupted = false;
            foreach (GalleryEvent one in files.SelectMany(f => sender.Send(f)).Concat(sender.Finish()))
            {
                told.Add(one);
                if (one is SentEvent) onSent?.Invoke();
                if (one is not ProgressEvent { Done: > 20_000 } || interrupted || onProgress is null) continue;
                interrupted = true;
                onProgress();
            }

            return told;
        });
        Assert.True(sending.Wait(Patience));
        return sending.Result;
    }

    private List<GalleryEvent> SendMessages(int count, MessageDestinationOptions to, bool portable = false, TimeSpan interval = default, Action? onSent = null)
    {
        Task<List<GalleryEvent>> sending = LabThread.Start(Sender, () =>
        {
            using MessageSender sender = MessageSender.Open(new MessageSendOptions { Addresses = to with { Port = 25000 }, Interval = interval }, ProtocolContext.Default with { Portable = portable }, CancellationToken.None);
            List<GalleryEvent> told = [];
            for (int i = 0; i < count; i++)
            {
                foreach (GalleryEvent one in sender.Send(OutgoingMessage.FromText($"message {i}")))
                {
                    told.Add(one);
                    if (one is MessageSentEvent) onSent?.Invoke();
                }
            }

            told.AddRange(sender.Finish());
            return told;
        });
        Assert.True(sending.Wait(Patience));
        return sending.Result;
    }
}
