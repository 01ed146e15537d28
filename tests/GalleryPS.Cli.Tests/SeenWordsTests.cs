using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>What a user reads on the screen, word for word, where networks, folders and addresses are not as they were thought to be.</summary>
public sealed class SeenWordsTests(Lab lab) : IClassFixture<Lab>
{
    [Fact]
    public void WhatCameForOthersIsNamed()
    {
        string gallery = lab.NewGallery(1_000, 2_000, 3_000);
        using PeerProcess receiver = Run(0, "receive", "--address", lab[0].IPv4, "--source", lab[2].IPv4, "--idle-timeout", "3");
        receiver.WaitForError(static l => l.StartsWith("Waiting on ", StringComparison.Ordinal), "the receiver");
        using PeerProcess sender = Run(1, "send", gallery, "--to", lab[0].IPv4, "--end-delay", "0.1");
        Expect.Exit(0, sender);
        Expect.Exit(1, receiver);
        Assert.Equal(
            "error ReceiverTimedOut: Nothing arrived for 3 s; 0 images and 0 of 1 end of transmission had arrived. "
                + "4 datagrams from 10.77.0.2 to 10.77.0.1 arrived at this port and were ignored: this receiver accepts what is sent to 10.77.0.1, from 10.77.0.3 only.",
            Told(receiver, "error"));
    }

    [Theory]
    [InlineData("send", "", "image0.jpg")]
    [InlineData("send", "--transport tcp", "image0.jpg")]
    [InlineData("send", "--protocol flute", "The gallery")]
    [InlineData("message send --repeat 3", "", "Message 0")]
    public void NoRouteIsOneError(string verb, string options, string what)
    {
        string[] words = verb.StartsWith("message", StringComparison.Ordinal) ? ["one", "two"] : [lab.NewGallery(1_000, 2_000, 3_000)];
        using PeerProcess sender = Run(0, [.. verb.Split(' '), .. words, "--to", "2001:db8::1", "--port", "25000", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Expect.Exit(1, sender);
        Assert.Equal(
            $"error DestinationUnreachable: {what}: there is no route to [2001:db8::1]:25000 (Network is unreachable). Check the address, and that this machine is on that network or has a route to it.",
            Told(sender, "error"));
        Assert.DoesNotContain("warning ", sender.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ImagesThatViewersOpenAreSentAndOneIsOne()
    {
        string gallery = lab.NewFolder();
        byte[] jpeg = TestGallery.Jpeg(5_000, seed: 1);
        File.WriteAllBytes(Path.Combine(gallery, "1-comment.jpg"), [0xFF, 0xD8, 0xFF, 0xFE, 0, 2, .. "a comment of a wrong length"u8, .. jpeg.AsSpan(2)]);
        File.WriteAllBytes(Path.Combine(gallery, "2-rubbish.jpg"), [0xFF, 0xD8, .. "rubbish"u8, .. jpeg.AsSpan(2)]);
        File.WriteAllText(Path.Combine(gallery, "3-text.jpg"), "text");
        using PeerProcess sender = Run(0, "send", gallery, "--transport", "multicast", "--end-delay", "0");
        Expect.Exit(1, sender);
        Assert.Equal(
            ["   0          5,031 bytes  Jpeg 640x480  1-comment.jpg to 239.25.25.25:25000", "   1          5,007 bytes  Jpeg 640x480  2-rubbish.jpg to 239.25.25.25:25000"],
            sender.Lines);
        Assert.Equal("error NotAnImage: 3-text.jpg is not an image of a known format (JPEG, PNG, GIF, BMP, WebP, TIFF). Send image files only; convert others first.", Told(sender, "error"));

        using PeerProcess message = Run(0, "message", "send", "one");
        Expect.Exit(0, message);
        Assert.StartsWith("1 message, 3 bytes in ", message.Errors, StringComparison.Ordinal);
        using PeerProcess server = Run(0, "serve", "--address", lab[0].IPv4, "--name", "A").WaitForError(static l => l.StartsWith("Waiting on ", StringComparison.Ordinal), "the server");
        using PeerProcess client = Run(1, "connect", lab[0].IPv4);
        Expect.Exit(0, client);
        Assert.StartsWith("1 reply, 0 failed, ", client.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send GALLERY --to 010.0.0.1", "'010.0.0.1' has numbers with leading zeros, which some programs read as octal. Write 10.0.0.1.")]
    [InlineData("connect 010.0.0.1:5000", "'010.0.0.1' has numbers with leading zeros, which some programs read as octal. Write 10.0.0.1.")]
    [InlineData("receive --address 127.0.0.1:25000", "'127.0.0.1:25000' is an address with a port. Write 127.0.0.1, and the port as -Port 25000.")]
    [InlineData("message send hello --to http://127.0.0.1", "'http://127.0.0.1' is a URL, not an address. Write 127.0.0.1.")]
    public void AnAddressThatIsNoneComesWithTheFormThatWorks(string line, string seen)
    {
        using PeerProcess run = Run(0, line.Replace("GALLERY", lab.NewGallery(1_000), StringComparison.Ordinal).Split(' '));
        Expect.Exit(2, run);
        Assert.Equal($"error AddressNotFound: {seen}", Told(run, "error"));
    }

    private PeerProcess Run(int host, params string[] arguments) =>
        PeerProcess.Start(lab[host], "dotnet", [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments]);

    private static string Told(PeerProcess run, string kind) =>
        Assert.Single(run.Errors.Split(Environment.NewLine), l => l.StartsWith($"{kind} ", StringComparison.Ordinal));
}
