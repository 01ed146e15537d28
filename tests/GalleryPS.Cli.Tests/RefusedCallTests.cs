using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>
/// The system refuses one call of the program after the other (strace makes it): whatever is refused ends in an error with
/// an id of its own, or was not needed.
/// </summary>
public sealed class RefusedCallTests(Lab lab) : IClassFixture<Lab>
{
    private static readonly (string Call, string Error, int Times)[] Faults =
    [
        ("socket", "EMFILE", 2), ("bind", "EACCES", 1), ("setsockopt", "ENOPROTOOPT", 4), ("getsockopt", "ENOBUFS", 2),
        ("getsockname", "ENOBUFS", 1), ("listen", "EADDRINUSE", 1), ("ioctl", "EPERM", 6), ("sendmsg", "ENETDOWN", 1),
    ];

    private static readonly bool HasTracer = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static f => File.Exists(Path.Combine(f, "strace")));

    [Theory]
    [InlineData("receive --port 25941 --idle-timeout 0.05")]
    [InlineData("receive --port 25942 --idle-timeout 0.05 --transport multicast --arrival-ip 127.0.0.1 --source 127.0.0.1")]
    [InlineData("receive --port 25943 --idle-timeout 0.05 --transport broadcast --arrival-ip lo")]
    [InlineData("receive --port 25944 --idle-timeout 0.05 --transport tcp --address ::")]
    [InlineData("receive --port 25945 --idle-timeout 0.05 --protocol flute")]
    [InlineData("send --port 25946 --transport multicast --outbound-ip 127.0.0.1 --end-delay 0")]
    [InlineData("send --port 25947 --transport broadcast --to 127.255.255.255 --ttl 2 --end-delay 0")]
    [InlineData("send --port 25948 --transport tcp --ttl 2 --end-delay 0")]
    [InlineData("message receive --port 25949 --arrival-ip 127.0.0.1 --idle-timeout 0.05")]
    public void EveryRefusalHasAnId(string arguments)
    {
        Assert.SkipUnless(HasTracer, "strace is not installed.");
        string trace = Path.Combine(lab.NewFolder(), "trace");
        int refused = 0;
        foreach ((string call, string error, int times) in Faults)
        {
            for (int nth = 1; nth <= times; nth++)
            {
                File.Delete(trace);
                using PeerProcess gallery = PeerProcess.Start(
                    null, "env",
                    [
                        "DOTNET_EnableDiagnostics=0", "strace", "-f", "--seccomp-bpf", "-o", trace, "-e", $"trace={call}",
                        "-e", string.Create(CultureInfo.InvariantCulture, $"inject={call}:error={error}:when={nth}"),
                        "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments.Split(' '), "--json",
                    ]);
                int code = gallery.WaitForExit();
                string told = $"{call} {nth} {error}: exit {code}\n{string.Join('\n', gallery.Lines)}\n{gallery.Errors}";
                Assert.True(code is 0 or 1 or 2, told);
                Assert.False(told.Contains("\"Unexpected\"", StringComparison.Ordinal) || told.Contains("   at ", StringComparison.Ordinal), told);
                if (!File.ReadAllText(trace).Contains("INJECTED", StringComparison.Ordinal)) break;
                refused++;
                if (code != 0) Assert.NotEmpty(gallery.Events("Error"));
            }
        }

        Assert.True(refused >= 3, $"only {refused} calls were refused");
    }
}
