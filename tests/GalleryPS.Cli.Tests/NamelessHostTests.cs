using System.Net;
using System.Net.Sockets;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>
/// A host of a closed network: nobody answers its questions for names, not even for its own. Whoever asks waits for seconds, so
/// nothing is asked that the user did not write.
/// </summary>
public sealed class NamelessHostTests(Lab lab) : IClassFixture<Lab>
{
    private readonly string _folder = lab.NewFolder();

    [Fact]
    public void NothingAsksForANameThatNobodyWrote()
    {
        string pictures = Directory.CreateDirectory(Path.Combine(_folder, "pictures")).FullName;
        TestGallery.Write(pictures, [20_000, 30_000]);
        File.WriteAllText(Path.Combine(_folder, "hosts"), "127.0.0.1 localhost\n");
        File.WriteAllText(Path.Combine(_folder, "resolv.conf"), $"nameserver {lab[1].IPv4}\noptions timeout:1 attempts:1\n");
        Socket? questions = null;
        LabThread.Run(lab[1], () =>
        {
            questions = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            questions.Bind(new IPEndPoint(IPAddress.Any, 53));
        });
        using (questions)
        {
            using PeerProcess show = Start("show", pictures, "--as", "browser", "--no-browser");
            show.WaitForEvent("Image", 2).Terminate();
            show.WaitForExit();
            foreach ((string transport, string[] address, string[] to) in ((string, string[], string[])[])
                [
                    ("unicast", ["--address", lab[0].IPv4], ["--to", lab[0].IPv4]), ("tcp", ["--address", lab[0].IPv4], ["--to", lab[0].IPv4]),
                    ("broadcast", ["--address", "0.0.0.0"], ["--outbound-ip", "eth0"]), ("multicast", ["--arrival-ip", "eth0"], ["--outbound-ip", "eth0"]),
                ])
            {
                using PeerProcess receiver = Start(["receive", "--transport", transport, .. address]).WaitForReady();
                Expect.Exit(0, Start(["send", pictures, "--transport", transport, .. to]));
                Expect.Exit(0, receiver);
            }

            Assert.Equal(0, questions!.Available);
            Start("send", pictures, "--to", "nobody.example", "--connect-timeout", "1").WaitForExit();
            Assert.NotEqual(0, questions.Available);
        }
    }

    // Its /etc/hosts knows localhost only, and the server for names is the other host.
    private PeerProcess Start(params string[] words)
    {
        const string Script = "mount --bind \"$1/hosts\" /etc/hosts && mount --bind \"$1/resolv.conf\" /etc/resolv.conf || exit 99; shift; exec \"$@\"";
        return PeerProcess.Start(lab[0], "unshare", ["--mount", "sh", "-c", Script, "sh", _folder, "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. words, "--json"]);
    }
}
