using System.Globalization;
using System.Net;
using System.Text.Json;

namespace GalleryPS.Labs.Doctor;

/// <summary>The packet that rules are held against: the first of a sender that is not known.</summary>
/// <param name="Nic">Where it comes in.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="Port">To which port.</param>
/// <param name="Tcp">TCP, not UDP.</param>
internal sealed record FirewallPacket(string Nic, IPAddress Address, int Port, bool Tcp);

/// <summary>
/// Reads rules of nftables and iptables and says which of them drops a packet. What is not understood matches perhaps, and then
/// decides nothing.
/// </summary>
internal static class Firewall
{
    private enum Match
    {
        No,
        Perhaps,
        Yes,
    }

    /// <summary>The rule of nftables that drops a packet.</summary>
    /// <param name="ruleset">What 'nft -j list ruleset' writes.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>The rule, and whether it always does; null when none does.</returns>
    public static (string Rule, bool Always)? Nft(string ruleset, FirewallPacket packet)
    {
        using JsonDocument all = JsonDocument.Parse(ruleset);
        List<JsonElement> items = [.. all.RootElement.GetProperty("nftables").EnumerateArray()];
        List<JsonElement> rules = [.. items.Where(static i => i.TryGetProperty("rule", out _)).Select(static i => i.GetProperty("rule"))];
        (string Rule, bool Always)? perhaps = null;
        foreach (JsonElement chain in items.Where(static i => i.TryGetProperty("chain", out _)).Select(static i => i.GetProperty("chain")))
        {
            if (!chain.TryGetProperty("hook", out JsonElement hook) || hook.GetString() is not ("prerouting" or "input" or "ingress")) continue;
            (string Rule, bool Always)? dropped = Walk(rules, chain, packet, 0, out bool accepted);
            if (dropped is { Always: true }) return dropped;
            perhaps ??= dropped;
            if (!accepted && chain.TryGetProperty("policy", out JsonElement policy) && policy.GetString() == "drop")
                return ($"policy drop of chain {chain.GetProperty("table").GetString()} {chain.GetProperty("name").GetString()}", true);
        }

        return perhaps;
    }

    /// <summary>The rule of iptables that drops a packet.</summary>
    /// <param name="saved">What 'iptables-save' writes.</param>
    /// <param name="packet">The packet.</param>
    public static string? Iptables(string saved, FirewallPacket packet)
    {
        string table = "";
        bool policyDrops = false, decided = false;
        foreach (string line in saved.Split('\n'))
        {
            if (line.StartsWith('*')) table = line[1..].Trim();
            if (table is not ("filter" or "raw")) continue;
            if (line.StartsWith(":INPUT DROP", StringComparison.Ordinal)) policyDrops = true;
            if (decided || !(line.StartsWith("-A INPUT ", StringComparison.Ordinal) || line.StartsWith("-A PREROUTING ", StringComparison.Ordinal))) continue;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!Matches(words, packet)) continue;
            string target = words.SkipWhile(static w => w != "-j").Skip(1).FirstOrDefault() ?? "";
            if (target is "DROP" or "REJECT") return $"iptables {line.Trim()}";
            if (target == "ACCEPT" && table == "filter") decided = true;
        }

        return policyDrops && !decided ? "iptables -P INPUT DROP" : null;
    }

    private static (string Rule, bool Always)? Walk(List<JsonElement> rules, JsonElement chain, FirewallPacket packet, int depth, out bool accepted)
    {
        accepted = false;
        (string Rule, bool Always)? perhaps = null;
        string Key(JsonElement element, string name) => element.GetProperty(name).GetString()!;
        foreach (JsonElement rule in rules.Where(r => Key(r, "family") == Key(chain, "family") && Key(r, "table") == Key(chain, "table") && Key(r, "chain") == Key(chain, "name")))
        {
            Match matches = Match.Yes;
            foreach (JsonElement step in rule.GetProperty("expr").EnumerateArray())
            {
                if (step.TryGetProperty("match", out JsonElement match)) matches = (Match)Math.Min((int)matches, (int)Holds(match, packet));
                else if (step.TryGetProperty("xt", out _)) matches = Match.No; // rules of iptables are read from iptables
                if (matches == Match.No) break;
                if (step.TryGetProperty("drop", out _) || step.TryGetProperty("reject", out _))
                {
                    string text = $"{Key(rule, "family")} {Key(rule, "table")} {Key(rule, "chain")}, handle {rule.GetProperty("handle").GetInt32().ToString(CultureInfo.InvariantCulture)}";
                    if (matches == Match.Yes) return (text, true);
                    perhaps ??= (text, false);
                }

                if (step.TryGetProperty("accept", out _) && matches == Match.Yes)
                {
                    accepted = true;
                    return perhaps;
                }

                if (matches == Match.Yes && depth < 16 && step.TryGetProperty("jump", out JsonElement jump))
                {
                    using JsonDocument to = JsonDocument.Parse(JsonSerializer.Serialize(new { family = Key(rule, "family"), table = Key(rule, "table"), name = jump.GetProperty("target").GetString() }));
                    (string Rule, bool Always)? below = Walk(rules, to.RootElement, packet, depth + 1, out accepted);
                    if (below is { Always: true } || accepted) return below;
                    perhaps ??= below;
                }
            }
        }

        return perhaps;
    }

    private static Match Holds(JsonElement match, FirewallPacket packet)
    {
        JsonElement left = match.GetProperty("left"), right = match.GetProperty("right");
        string op = match.GetProperty("op").GetString()!;
        string? actual = null;
        if (left.ValueKind == JsonValueKind.Object && left.TryGetProperty("meta", out JsonElement meta))
        {
            actual = meta.GetProperty("key").GetString() switch
            {
                "l4proto" => packet.Tcp ? "tcp" : "udp",
                "iifname" or "iif" => packet.Nic,
                "nfproto" => packet.Address.GetAddressBytes().Length == 4 ? "ipv4" : "ipv6",
                _ => null,
            };
        }
        else if (left.ValueKind == JsonValueKind.Object && left.TryGetProperty("payload", out JsonElement payload) && payload.TryGetProperty("protocol", out JsonElement protocol))
        {
            bool six = packet.Address.GetAddressBytes().Length == 16;
            switch (protocol.GetString(), payload.GetProperty("field").GetString())
            {
                case ("udp", _) when packet.Tcp:
                case ("tcp", _) when !packet.Tcp:
                case ("ip", _) when six:
                case ("ip6", _) when !six:
                case ("icmp" or "icmpv6" or "igmp", _):
                    return Match.No;
                case ("udp" or "tcp" or "th", "dport"):
                    actual = packet.Port.ToString(CultureInfo.InvariantCulture);
                    break;
                case ("ip" or "ip6", "daddr"):
                    actual = packet.Address.ToString();
                    break;
                case ("ip", "protocol") or ("ip6", "nexthdr"):
                    actual = packet.Tcp ? "tcp" : "udp";
                    break;
            }
        }
        else if (left.ValueKind == JsonValueKind.Object && left.TryGetProperty("ct", out JsonElement ct) && ct.GetProperty("key").GetString() == "state")
        {
            actual = "new";
        }

        if (actual is null) return Match.Perhaps;
        bool holds = Contains(right, actual);
        return op is "==" or "in" ? (holds ? Match.Yes : Match.No) : op == "!=" ? (holds ? Match.No : Match.Yes) : Match.Perhaps;
    }

    private static bool Contains(JsonElement set, string actual)
    {
        switch (set.ValueKind)
        {
            case JsonValueKind.String:
                string text = set.GetString()!;
                return text == actual || (text.EndsWith('*') && actual.StartsWith(text[..^1], StringComparison.Ordinal));
            case JsonValueKind.Number: return set.GetRawText() == actual;
            case JsonValueKind.Array: return set.EnumerateArray().Any(s => Contains(s, actual));
        }

        if (set.TryGetProperty("set", out JsonElement members)) return Contains(members, actual);
        if (set.TryGetProperty("range", out JsonElement range)) return InRange(range[0].ToString(), range[1].ToString(), actual);
        return set.TryGetProperty("prefix", out JsonElement prefix) && IPAddress.TryParse(actual, out IPAddress? address)
            && IPNetwork.TryParse($"{prefix.GetProperty("addr").GetString()}/{prefix.GetProperty("len").GetInt32().ToString(CultureInfo.InvariantCulture)}", out IPNetwork network) && network.Contains(address);
    }

    private static bool InRange(string low, string high, string actual)
    {
        if (int.TryParse(actual, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return number >= int.Parse(low, CultureInfo.InvariantCulture) && number <= int.Parse(high, CultureInfo.InvariantCulture);
        if (!IPAddress.TryParse(low, out IPAddress? from) || !IPAddress.TryParse(high, out IPAddress? to) || !IPAddress.TryParse(actual, out IPAddress? at)) return false;
        return Compare(from, at) <= 0 && Compare(at, to) <= 0;

        static int Compare(IPAddress a, IPAddress b) => a.GetAddressBytes().AsSpan().SequenceCompareTo(b.GetAddressBytes());
    }

    private static bool Matches(string[] words, FirewallPacket packet)
    {
        for (int i = 2; i + 1 < words.Length; i++)
        {
            string value = words[i + 1];
            bool? holds = words[i] switch
            {
                "-p" => value == (packet.Tcp ? "tcp" : "udp"),
                "-i" => value == packet.Nic,
                "-d" => value.Contains('/', StringComparison.Ordinal) ? IPNetwork.TryParse(value, out IPNetwork network) && network.Contains(packet.Address) : value == packet.Address.ToString(),
                "--dport" or "--dports" => value.Split(',').Any(p => p.Split(':') is [var low, .. var more] && InRange(low, more.Length > 0 ? more[0] : low, packet.Port.ToString(CultureInfo.InvariantCulture))),
                "--state" or "--ctstate" => value.Split(',').Contains("NEW"),
                "-s" or "--sport" or "--probability" or "!" => false,
                _ => null,
            };
            if (holds == false) return false;
        }

        return true;
    }
}
