using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using GalleryPS.Protocols.Plain;
using GalleryPS.TestSupport;

namespace GalleryPS.Tests.Protocols;

/// <summary>What a sender asks a receiver before it goes on, with TLS: never a byte of it in plain text.</summary>
[Collection(nameof(Alone))]
public sealed class ResumeTlsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _gallery = TestGallery.NewFolder(), _target = TestGallery.NewFolder();
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<string> _files;

    public ResumeTlsTests() => _files = TestGallery.Write(_gallery, 40_000, 300_000, 5000);

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_gallery, recursive: true);
        Directory.Delete(_target, recursive: true);
    }

    [Fact]
    public void TheQuestionIsEncryptedLikeTheImages()
    {
        for (int round = 0; round < 2; round++)
        {
            (List<GalleryEvent> sent, List<GalleryEvent> received, string asked) = Run(senderUsesTls: true, receiverUsesTls: true);
            Assert.DoesNotContain(sent.Concat(received), static e => e is ErrorEvent or WarningEvent);
            Assert.Equal(Enumerable.Repeat(round == 1, 3), sent.OfType<SentEvent>().Select(static s => s.Image.WasThere));
            AssertNothingIsReadable(asked);
        }

        Assert.Equal(TestGallery.HashesIn(_gallery), TestGallery.HashesIn(_target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhereOneSideOnlyHasTlsNothingIsAskedAndNothingSent(bool senderUsesTls)
    {
        (List<GalleryEvent> sent, List<GalleryEvent> received, string asked) = Run(senderUsesTls, !senderUsesTls);
        Assert.Equal(ErrorIds.TlsFailed, Assert.Single(sent.OfType<ErrorEvent>()).Error.Id);
        Assert.DoesNotContain(sent, static e => e is SentEvent);
        Assert.DoesNotContain(received, static e => e is ReceivedEvent);
        AssertNothingIsReadable(asked);
    }

    [Fact]
    public void AReceiverThatIsNotTrustedIsNotAsked()
    {
        (List<GalleryEvent> sent, _, string asked) = Run(senderUsesTls: true, receiverUsesTls: true, trusted: false);
        Assert.Equal(ErrorIds.CertificateNotTrusted, Assert.Single(sent.OfType<ErrorEvent>()).Error.Id);
        AssertNothingIsReadable(asked);
    }

    private void AssertNothingIsReadable(string asked)
    {
        foreach (string file in _files) Assert.DoesNotContain(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))), asked, StringComparison.Ordinal);
    }

    /// <summary>A transfer through a relay that remembers what the sender said to the receiver's second port.</summary>
    private (List<GalleryEvent> Sent, List<GalleryEvent> Received, string Asked) Run(bool senderUsesTls, bool receiverUsesTls, bool trusted = true)
    {
        using GalleryReceiver receiver = GalleryReceiver.Open(new ReceiveOptions
        {
            Transport = Transport.Tcp,
            Addresses = new() { Port = 0 },
            Storage = new() { OutputDirectory = _target },
            Resume = true,
            Tls = new() { UseTls = receiverUsesTls },
            Until = new() { IdleTimeout = Patience },
        });
        string shown = "";
        Task<List<GalleryEvent>> receiving = Task.Run(
            () => receiver.Receive(_stop.Token).Select(e => e is CertificateEvent own ? Seen(own) : e).ToList(), TestContext.Current.CancellationToken);
        if (receiverUsesTls) Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref shown).Length > 0, Patience));
        IPEndPoint images = receiver.Ready.EndPoints[0];
        using var relay = new Relay(images, ResumeQuestion.Where(images));
        using GallerySender sender = GallerySender.Open(
            new SendOptions
            {
                Transport = Transport.Tcp,
                Addresses = new() { Port = relay.Port },
                Resume = true,
                Tls = new() { UseTls = senderUsesTls, Thumbprint = !senderUsesTls || shown.Length == 0 ? [] : [trusted ? shown : new string('0', 64)] },
            },
            TestContext.Current.CancellationToken);
        List<GalleryEvent> sent = [.. _files.SelectMany(f => sender.Send(f)), .. sender.Finish()];
        if (sent.Any(static e => e is ErrorEvent)) _stop.Cancel();
        Assert.True(receiving.Wait(Patience));
        string asked = relay.Asked();
        if (sent.OfType<SentEvent>().Any()) Assert.NotEmpty(asked);
        return (sent, receiving.Result, asked);

        CertificateEvent Seen(CertificateEvent own)
        {
            Volatile.Write(ref shown, own.Thumbprint);
            return own;
        }
    }

    private sealed class Relay : IDisposable
    {
        private readonly TcpListener _images, _questions;
        private readonly MemoryStream _asked = new();

        public Relay(IPEndPoint images, IPEndPoint questions)
        {
            // Two ports at the distance that both sides agree on.
            (_images, _questions) = Pair();
            _ = Accept(_images, images, null);
            _ = Accept(_questions, questions, _asked);
        }

        public int Port => ((IPEndPoint)_images.LocalEndpoint).Port;

        public string Asked()
        {
            lock (_asked) return Encoding.Latin1.GetString(_asked.ToArray());
        }

        public void Dispose()
        {
            _images.Dispose();
            _questions.Dispose();
        }

        private static (TcpListener Images, TcpListener Questions) Pair()
        {
            while (true)
            {
                var images = new TcpListener(IPAddress.Loopback, 0);
                images.Start();
                var questions = new TcpListener(ResumeQuestion.Where((IPEndPoint)images.LocalEndpoint));
                try
                {
                    questions.Start();
                    return (images, questions);
                }
                catch (SocketException)
                {
                    images.Dispose();
                    questions.Dispose();
                }
            }
        }

        private static async Task Accept(TcpListener listener, IPEndPoint to, MemoryStream? record)
        {
            try
            {
                while (true) _ = Carry(await listener.AcceptSocketAsync(), to, record);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It was closed.
            }
        }

        private static async Task Carry(Socket client, IPEndPoint to, MemoryStream? record)
        {
            using Socket server = new(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using Socket own = client;
            try
            {
                await server.ConnectAsync(to);
                await Task.WhenAll(Pump(own, server, record), Pump(server, own, null));
            }
            catch (SocketException)
            {
                // Either end went away: both learn of it.
            }
        }

        private static async Task Pump(Socket from, Socket to, MemoryStream? record)
        {
            byte[] buffer = new byte[64 << 10];
            try
            {
                for (int read = await from.ReceiveAsync(buffer); read > 0; read = await from.ReceiveAsync(buffer))
                {
                    if (record is not null)
                    {
                        lock (record) record.Write(buffer, 0, read);
                    }

                    await to.SendAsync(buffer.AsMemory(0, read));
                }
            }
            finally
            {
                to.Shutdown(SocketShutdown.Send);
            }
        }
    }
}
