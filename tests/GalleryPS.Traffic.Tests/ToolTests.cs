using System.Net;
using System.Net.Sockets;
using GalleryPS.TestSupport;

namespace GalleryPS.Traffic.Tests;

public sealed class ToolTests : IDisposable
{
    private readonly string _folder = TestGallery.NewFolder();

    [Theory]
    [InlineData("tcpdump")]
    [InlineData("dumpcap")]
    public void NothingIsMissedBetweenStartAndStop(string tool)
    {
        Needs.Root();
        Needs.Programs(tool);
        int port = FreePort();
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, port));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using CaptureSession session = CaptureSession.Start(new CaptureOptions
        {
            Path = Path.Combine(_folder, "c.pcap"),
            Transport = Transport.Unicast,
            To = ["127.0.0.1"],
            Port = port,
            Tool = tool,
        });
        Assert.True(session.Capture.Running);
        Assert.Contains(session.Capture, CaptureSession.Running);
        Assert.Equal(tool, session.Capture.Tool);
        for (int i = 0; i < 500; i++)
            sender.SendTo(new byte[i], new IPEndPoint(IPAddress.Loopback, port));
        session.Stop();
        Assert.False(session.Capture.Running);
        Assert.DoesNotContain(session.Capture, CaptureSession.Running);
        Assert.Equal((500, 0), (session.Capture.Packets, session.Capture.DroppedByKernel));
        Assert.True(session.Capture.ReceivedByFilter >= 500);
        CountResult result = CaptureCounter.Count(session.Capture.Path, new CountOptions());
        Assert.Null(result.Damage);
        Assert.Equal((500, 500 * 499 / 2), (result.Count.Datagrams, result.Count.ApplicationBytes));
        Assert.Equal(new FileInfo(session.Capture.Path).Length, session.Capture.Bytes);
        session.Stop();
    }

    [Fact]
    public void ACaptureThatNobodyStopsEndsWithItsProcess()
    {
        Needs.Root();
        Needs.Programs("tcpdump");
        string file = Path.Combine(_folder, "orphan.pcap");
        using var gallery = PeerProcess.Gallery(null, "capture", file, "--interface", "lo");
        gallery.WaitForReady();
        Assert.NotEmpty(Capturing(file));
        NetworkLab.Execute("kill", ["-KILL", gallery.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        for (long begin = Environment.TickCount64; Capturing(file).Any(); Thread.Sleep(20))
            Assert.True(Environment.TickCount64 - begin < 10_000, "tcpdump is still there");
    }

    [Theory]
    [InlineData("tcpdump: eth0: You don't have permission to perform this capture on that device", ErrorIds.NotPrivileged)]
    [InlineData("tcpdump: eth0: Operation not permitted", ErrorIds.NotPrivileged)]
    [InlineData("tcpdump: nic7: No such device exists", ErrorIds.AddressNotLocal)]
    [InlineData("tcpdump: can't parse filter expression: syntax error", ErrorIds.InvalidOptions)]
    [InlineData("tcpdump: the moon is in the way", ErrorIds.NetworkFailure)]
    public void WhatAToolSaysBecomesAnErrorWithAnId(string says, string id)
    {
        string tool = Script($"echo \"{says}\" >&2; exit 1");
        string file = Path.Combine(_folder, "x.pcap");
        GalleryException error = Assert.Throws<GalleryException>(() => CaptureSession.Start(new CaptureOptions { Path = file, Interface = "eth0", Tool = tool }));
        Assert.Equal(id, error.Id);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.RecommendedAction);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void AFileThatCannotBeStartedIsNoTool()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("there is no right to execute on Windows");
        string tool = Script("exit 1");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string file = Path.Combine(_folder, "x.pcap");
        GalleryException error = Assert.Throws<GalleryException>(() => CaptureSession.Start(new CaptureOptions { Path = file, Interface = "lo", Tool = tool }));
        Assert.Equal(ErrorIds.CaptureToolMissing, error.Id);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void AFileThatCannotBeWrittenIsTold()
    {
        string plain = Path.Combine(_folder, "plain");
        File.WriteAllText(plain, "");
        foreach (string path in (string[])[_folder, Path.Combine(plain, "x.pcap"), Path.Combine(_folder, "no", "x.pcap"), "/proc/x.pcap"])
        {
            GalleryException error = Assert.Throws<GalleryException>(
                () => CaptureSession.Start(new CaptureOptions { Path = path, Interface = "lo", Tool = Script("exit 1") }));
            Assert.Equal((path, ErrorIds.CannotWriteFile), (path, error.Id));
            Assert.NotNull(error.RecommendedAction);
        }
    }

    [Theory]
    [InlineData("tcpdump: pcap_loop: The interface disappeared", ErrorIds.NetworkFailure)]
    [InlineData("tcpdump: Unable to write output: No space left on device", ErrorIds.CannotWriteFile)]
    public void AToolThatEndsByItselfIsTold(string says, string id)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("the tool is a script for a shell");
        string file = Path.Combine(_folder, "x.pcap");
        CaptureSession session = CaptureSession.Start(new CaptureOptions
        {
            Path = file,
            Interface = "eth0",
            Tool = Script($"echo 'tcpdump: listening on eth0' >&2; echo '{says}' >&2; echo '0 packets captured' >&2; exit 1"),
        });
        session.WaitForEnd(TestContext.Current.CancellationToken);
        GalleryException error = Assert.Throws<GalleryException>(session.Stop);
        Assert.Equal(id, error.Id);
        if (id == ErrorIds.NetworkFailure) Assert.EndsWith($"It said: {says}", error.Message, StringComparison.Ordinal);
        Assert.False(session.Capture.Running);
        session.Dispose();
    }

    [Fact]
    public void ADiskThatBecomesFullIsTold()
    {
        Needs.Root();
        Needs.Programs("tcpdump");
        NetworkLab.Execute("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", _folder]);
        try
        {
            CaptureSession session = CaptureSession.Start(new CaptureOptions { Path = Path.Combine(_folder, "x.pcap"), Interface = "lo", Port = 25000 });
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            for (int i = 0; i < 20; i++) sender.SendTo(new byte[1000], new IPEndPoint(IPAddress.Parse("127.0.0.2"), 25000));
            List<GalleryEvent> told = [.. CaptureOperation.Stop(session.Capture)];
            GalleryException error = Assert.Single(told.OfType<ErrorEvent>()).Error;
            Assert.Equal(ErrorIds.CannotWriteFile, error.Id);
            Assert.Contains("full", error.Message, StringComparison.Ordinal);

            // What was captured until then is there.
            Assert.InRange(Assert.Single(told.OfType<CaptureEndedEvent>()).Capture.Bytes!.Value, 1, 16_384);
        }
        finally
        {
            NetworkLab.Execute("umount", [_folder]);
        }
    }

    [Fact]
    public void AToolThatNeverListensIsGivenUp()
    {
        string tool = Script("exec sleep 60");
        var options = new CaptureOptions { Path = Path.Combine(_folder, "x.pcap"), Interface = "eth0", Tool = tool, StartTimeout = TimeSpan.FromMilliseconds(300) };
        Assert.Equal(ErrorIds.NetworkFailure, Assert.Throws<GalleryException>(() => CaptureSession.Start(options)).Id);
    }

    [Fact]
    public void StartingCanBeCancelled()
    {
        string tool = Script("exec sleep 60");
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var options = new CaptureOptions { Path = Path.Combine(_folder, "x.pcap"), Interface = "eth0", Tool = tool };
        Assert.Throws<OperationCanceledException>(() => CaptureSession.Start(options, cancelled.Token));
        Assert.False(File.Exists(options.Path));
    }

    [Fact]
    public void AMissingToolIsToldWithHowToInstallOne()
    {
        var options = new CaptureOptions { Path = Path.Combine(_folder, "x.pcap"), Tool = "no-such-tool" };
        GalleryException error = Assert.Throws<GalleryException>(() => CaptureSession.Start(options));
        Assert.Equal(ErrorIds.CaptureToolMissing, error.Id);
        foreach (string word in (string[])["apt install", "dnf install", "winget install"])
            Assert.Contains(word, error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatExistsOrCannotBeWrittenIsTold()
    {
        string tool = Script("exit 1");
        string file = Path.Combine(_folder, "there.pcap");
        File.WriteAllText(file, "precious");
        Assert.Equal(ErrorIds.CannotWriteFile, Assert.Throws<GalleryException>(
            () => CaptureSession.Start(new CaptureOptions { Path = file, Interface = "lo", Tool = tool })).Id);
        Assert.Equal("precious", File.ReadAllText(file));
        Assert.Equal(ErrorIds.CannotWriteFile, Assert.Throws<GalleryException>(
            () => CaptureSession.Start(new CaptureOptions { Path = "/no/such/folder/x.pcap", Interface = "lo", Tool = tool })).Id);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(70000, 100)]
    [InlineData(1, 300000)]
    public void ImpossibleOptionsAreTold(int port, int snapLength)
    {
        var options = new CaptureOptions { Path = Path.Combine(_folder, "x.pcap"), Port = port, SnapLength = snapLength };
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => CaptureSession.Start(options)).Id);
    }

    public static TheoryData<Transport?, string[], string> Filters => new()
    {
        { Transport.Tcp, ["10.0.0.2"], "(host 10.0.0.2) and (tcp port 25000)" },
        { Transport.Unicast, ["10.0.0.2", "10.0.0.3"], "(host 10.0.0.2 or host 10.0.0.3) and (udp port 25000 or (ip proto 17 and ip[6:2] & 0x1fff != 0))" },
        { Transport.Multicast, ["ff15::5"], "(host ff15::5) and (udp port 25000 or ip6[6] = 44)" },
        { null, [], "udp port 25000 or (ip proto 17 and ip[6:2] & 0x1fff != 0) or ip6[6] = 44 or tcp port 25000" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void TheFilterKeepsFragments(Transport? transport, string[] addresses, string filter)
    {
        Assert.Equal(filter, CapturePlan.FilterFor(transport, [.. addresses.Select(IPAddress.Parse)], 25000));
        Needs.Programs("tcpdump");

        // tcpdump compiles it without capturing anything.
        Assert.NotEmpty(NetworkLab.Execute(Needs.Find("tcpdump")!, ["-y", "EN10MB", "-d", filter]));
    }

    [Fact]
    public void LoopbackIsCapturedForThisMachine()
    {
        var plan = CapturePlan.For(new CaptureOptions { Path = "x", Transport = Transport.Unicast }, CancellationToken.None);
        Assert.Equal(Interfaces.List().First(nic => nic.Loopback).Name, plan.Interface);
        Assert.Equal("(host 127.0.0.1) and (udp port 25000 or (ip proto 17 and ip[6:2] & 0x1fff != 0))", plan.Filter);
        Assert.Equal(CapturePlan.Any, CapturePlan.For(new CaptureOptions { Path = "x" }, CancellationToken.None).Interface);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static IEnumerable<string> Capturing(string file) => Directory.EnumerateDirectories("/proc")
        .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
        .Where(process =>
        {
            try
            {
                string[] words = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
                return words[0].EndsWith("tcpdump", StringComparison.Ordinal) && words.Contains(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });

    private string Script(string body)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("the stand-in for a tool is a shell script");
        string path = Path.Combine(_folder, "tcpdump");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
