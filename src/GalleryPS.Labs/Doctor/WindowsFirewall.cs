using System.Globalization;
using System.Text.Json;

namespace GalleryPS.Labs.Doctor;

/// <summary>
/// Reads rules of the firewall of Windows and says what drops a packet that comes in: a rule that blocks wins over one that allows, and
/// without either the profile of the network decides.
/// </summary>
internal static class WindowsFirewall
{
    /// <summary>What Windows PowerShell is asked: profiles, the network of the NIC, and the rules with their filters, as JSON.</summary>
    public const string Question = """
        $ErrorActionPreference = 'Stop'
        $store = @{ PolicyStore = 'ActiveStore' }
        $ports = @{}; Get-NetFirewallPortFilter @store | ForEach-Object { $ports[$_.InstanceID] = $_ }
        $programs = @{}; Get-NetFirewallApplicationFilter @store | ForEach-Object { $programs[$_.InstanceID] = $_ }
        @{
            Profiles = @(Get-NetFirewallProfile @store | ForEach-Object { @{ Name = "$($_.Name)"; Enabled = "$($_.Enabled)"; DefaultInboundAction = "$($_.DefaultInboundAction)" } })
            Networks = @(Get-NetConnectionProfile | ForEach-Object { @{ Interface = "$($_.InterfaceAlias)"; Category = "$($_.NetworkCategory)" } })
            Rules = @(Get-NetFirewallRule @store -Direction Inbound -Enabled True | ForEach-Object { @{
                Name = "$($_.DisplayName)"; Action = "$($_.Action)"; Profile = "$($_.Profile)"; Program = "$($programs[$_.InstanceID].Program)"
                Protocol = "$($ports[$_.InstanceID].Protocol)"; LocalPort = "$($ports[$_.InstanceID].LocalPort -join ',')"
            } })
        } | ConvertTo-Json -Depth 3 -Compress
        """;

    private const string Everything = "Any";
    private static readonly JsonSerializerOptions Form = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>What drops a packet.</summary>
    /// <param name="answer">What the question was answered with.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="program">The file of the program that is to get it.</param>
    /// <returns>The rule, and whether it always does; null when nothing drops it.</returns>
    /// <exception cref="JsonException">This is no such answer.</exception>
    public static (string Rule, bool Always)? Judge(string answer, FirewallPacket packet, string program)
    {
        Answer all = JsonSerializer.Deserialize<Answer>(answer, Form) ?? throw new JsonException();
        string profile = ProfileOf(all.Networks.FirstOrDefault(n => n.Interface == packet.Nic)?.Category);
        Profile? active = all.Profiles.FirstOrDefault(p => p.Name == profile);
        if (active is null || !Is(active.Enabled, "True")) return null;
        List<Rule> rules = [.. all.Rules.Where(r => Lists(r.Profile, profile) && IsFor(r, packet))];
        if (rules.Find(r => Is(r.Action, "Block") && IsOf(r, program)) is { } blocks) return ($"'{blocks.Name}' blocks it", true);
        if (rules.Exists(r => Is(r.Action, "Allow") && IsOf(r, program))) return null;
        if (Is(active.DefaultInboundAction, "Allow")) return null;

        // Other programs may receive there.
        Rule? other = rules.Find(static r => Is(r.Action, "Allow"));
        return other is null ? ($"the profile {profile} blocks what no rule allows", true) : ($"'{other.Name}' allows it for {other.Program} only", false);
    }

    private static string ProfileOf(string? category) => category switch
    {
        "DomainAuthenticated" => "Domain",
        "Private" => "Private",
        _ => "Public", // as Windows takes a network that it does not know
    };

    private static bool IsFor(Rule rule, FirewallPacket packet) =>
        (Is(rule.Protocol, Everything) || Is(rule.Protocol, packet.Tcp ? "TCP" : "UDP")) && (rule.LocalPort.Length == 0 || rule.LocalPort.Split(',').Any(p => HasPort(p, packet.Port)));

    private static bool IsOf(Rule rule, string program) => rule.Program.Length == 0 || Is(rule.Program, Everything) || Is(Environment.ExpandEnvironmentVariables(rule.Program), program);

    private static bool HasPort(string ports, int port) => Is(ports, Everything) || ports.Split('-') switch
    {
        [var single] => Number(single) == port,
        [var low, var high] => Number(low) <= port && port <= Number(high),
        _ => false,
    };

    // Words such as RPC are ports that nobody else has.
    private static int? Number(string text) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static bool Lists(string profiles, string profile) => Is(profiles, Everything) || profiles.Split(',', StringSplitOptions.TrimEntries).Any(p => Is(p, profile));

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private sealed record Profile(string Name, string Enabled, string DefaultInboundAction);

    private sealed record Network(string Interface, string Category);

    private sealed record Rule(string Name, string Action, string Profile, string Program, string Protocol, string LocalPort);

    private sealed record Answer(IReadOnlyList<Profile> Profiles, IReadOnlyList<Network> Networks, IReadOnlyList<Rule> Rules);
}
