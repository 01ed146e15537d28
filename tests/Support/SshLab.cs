using System.Diagnostics;

namespace GalleryPS.TestSupport;

/// <summary>
/// Hosts of a lab that are reached by OpenSSH only, as real machines are: on each runs a server of its own. The first host has the
/// client, its key and the keys of the others; its programs see them where OpenSSH looks for them.
/// </summary>
public sealed class SshLab : IDisposable
{
    private readonly NetworkLab _network;
    private readonly List<PeerProcess> _servers = [];
    private readonly string _folder = TestGallery.NewFolder();

    private SshLab(int machines) => _network = NetworkLab.Create(machines + 1);

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing => NetworkLab.Missing ?? (File.Exists("/usr/sbin/sshd") ? null : "the OpenSSH server is not installed (Debian's package openssh-server).");

    /// <summary>The private key that all machines take.</summary>
    public string Key => Path.Combine(_folder, "key");

    /// <summary>A program 'gallery' as it is installed on a machine.</summary>
    public string Gallery => Path.Combine(_folder, "gallery");

    /// <summary>The host with the client.</summary>
    public TestHost Client => _network[0];

    /// <summary>The machines.</summary>
    public IReadOnlyList<TestHost> Machines => [.. _network.Hosts.Skip(1)];

    /// <summary>Makes a client and machines h2, h3, ...</summary>
    /// <param name="machines">How many machines.</param>
    /// <param name="subsystem">A subsystem of the servers: its name and its command; null for none.</param>
    /// <param name="shell">What the last machine runs in place of a command, which stands in SSH_ORIGINAL_COMMAND; null for a usual machine.</param>
    public static SshLab Create(int machines, string? subsystem = null, string? shell = null)
    {
        var lab = new SshLab(machines);
        try
        {
            lab.Start(subsystem, shell);
            return lab;
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    /// <summary>How to start a program on the client.</summary>
    public ProcessStartInfo StartInfo(string program, params string[] arguments) =>
        Client.StartInfo("unshare", ["--mount", "sh", "-c", $"mkdir -p ~/.ssh && mount --bind '{_folder}/client' ~/.ssh && exec \"$@\"", "sh", program, .. arguments]);

    /// <summary>Starts <c>gallery --json</c> on the client.</summary>
    public PeerProcess StartGallery(params string[] arguments) =>
        PeerProcess.Start(StartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments, "--json"]));

    /// <summary>Ends the server of a machine and every connection to it.</summary>
    public void Break(TestHost machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        NetworkLab.Ip(machine, "link set eth0 down");
    }

    /// <summary>Takes the key of a machine away from what the client knows.</summary>
    public void Forget(TestHost machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        string known = Path.Combine(_folder, "client", "known_hosts");
        File.WriteAllLines(known, File.ReadAllLines(known).Where(l => !l.StartsWith(machine.Name + " ", StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        foreach (PeerProcess server in _servers) server.Dispose();
        _network.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Start(string? subsystem, string? shell)
    {
        Directory.CreateDirectory("/run/sshd");
        string client = Directory.CreateDirectory(Path.Combine(_folder, "client")).FullName;
        NetworkLab.Execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Key]);
        NetworkLab.Execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Key + "-of-hosts"]);
        File.WriteAllText(Gallery, $"#!/bin/sh\nexport PATH='{Environment.GetEnvironmentVariable("PATH")}'\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "gallery.dll")}' \"$@\"\n");
        NetworkLab.Execute("chmod", ["+x", Gallery]);
        string hostKey = File.ReadAllText(Key + "-of-hosts.pub").Trim();
        File.WriteAllLines(Path.Combine(client, "known_hosts"), Machines.Select(m => $"{m.Name} {hostKey}"));
        string usual = $"""
            HostKey {Key}-of-hosts
            AuthorizedKeysFile {Key}.pub
            StrictModes no
            PasswordAuthentication no
            PermitRootLogin yes
            UsePAM no
            PidFile none
            {(subsystem is null ? "" : $"Subsystem {subsystem}")}

            """;
        foreach (TestHost machine in Machines)
        {
            string settings = Path.Combine(_folder, machine.Name + ".sshd_config");
            File.WriteAllText(settings, shell is not null && machine == Machines[^1] ? $"{usual}ForceCommand {shell}\n" : usual);
            _servers.Add(PeerProcess.Start(machine, "/usr/sbin/sshd", ["-D", "-e", "-f", settings])
                .WaitForError(static l => l.StartsWith("Server listening on 0.0.0.0", StringComparison.Ordinal), "the server"));
        }
    }
}
