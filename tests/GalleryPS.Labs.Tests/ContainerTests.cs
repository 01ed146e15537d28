using System.Text.RegularExpressions;
using GalleryPS.TestSupport;
using k8s;
using YamlDotNet.RepresentationModel;

namespace GalleryPS.Labs.Tests;

/// <summary>The files for containers, read as far as that goes without an engine: what they refer to is there, and gallery takes their commands.</summary>
public sealed partial class ContainerTests
{
    private static readonly Dictionary<string, string> Help = [];

    [Fact]
    public void ComposeHasTheExercisesAndItsCommandsAreTaken()
    {
        YamlMappingNode compose = Read("compose.yaml")[0];
        var services = (YamlMappingNode)compose["services"];
        string[] names = [.. services.Children.Keys.Select(static k => k.ToString())];
        Assert.Equal(5, names.Count(static n => n.StartsWith("server", StringComparison.Ordinal)));
        foreach ((YamlNode name, YamlNode service) in services)
        {
            YamlMappingNode merged = Merge((YamlMappingNode)service);
            string[] command = Words(merged["command"]);
            if (merged.Children.TryGetValue("network_mode", out YamlNode? mode)) Assert.Contains(mode.ToString().Split(':')[1], names);
            else AcceptedByGallery(command);
            if (merged.Children.TryGetValue("depends_on", out YamlNode? others)) Assert.Empty(Words(others).Except(names));
            if (name.ToString() == "client") Assert.All(command[2].Split(','), s => Assert.Contains(s.Split(':')[0], names));
            Assert.True(File.Exists(Path.Combine(Repository.Root, "docs/lab/Dockerfile")));
        }
    }

    [Fact]
    public void TheTopologyConnectsHostsThatThereAre()
    {
        YamlNode topology = Read("gallery.clab.yml")[0]["topology"];
        string[] nodes = [.. ((YamlMappingNode)topology["nodes"]).Children.Keys.Select(static k => k.ToString())];
        string[] ends = [.. ((YamlSequenceNode)topology["links"]).SelectMany(static l => Words(l["endpoints"]))];
        Assert.Equal(8, ends.Distinct().Count());
        Assert.Equal(nodes.Order(), ends.Select(static e => e.Split(':')[0]).Distinct().Order());
    }

    [Fact]
    public void TheJobsOfKubernetesBelongTogether()
    {
        YamlMappingNode[] documents = Read("kubernetes.yaml");
        string service = documents[0]["metadata"]["name"].ToString();
        YamlNode receivers = documents[1]["spec"], sender = documents[2]["spec"];
        Assert.Equal(service, receivers["template"]["spec"]["subdomain"].ToString());
        AcceptedByGallery(Words(receivers["template"]["spec"]["containers"][0]["args"]));
        string[] command = Words(sender["template"]["spec"]["containers"][0]["args"]);
        AcceptedByGallery(command);
        int count = int.Parse(receivers["completions"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"{documents[1]["metadata"]["name"]}-{i}.{service}"), command[^1].Split(','));
    }

    // The parser of Docker Compose itself, which needs no engine for this.
    [Theory]
    [InlineData("anycast", 6)]
    [InlineData("multicast", 6)]
    public void ComposeReadsItsFile(string profile, int services)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/docker-compose"), "docker-compose is not installed (Debian's package docker-compose).");
        using PeerProcess compose = PeerProcess.Start(null, "docker-compose", ["--file", Path.Combine(Repository.Root, "docs/lab/compose.yaml"), "--profile", profile, "config", "--services"]);
        Assert.True(compose.WaitForExit() == 0, compose.Errors);
        Assert.True(compose.Lines.Count >= services, string.Join(' ', compose.Lines));
    }

    // The client library of Kubernetes knows every property that there is, and takes no other.
    [Fact]
    public void KubernetesReadsItsFile()
    {
        string file = File.ReadAllText(Path.Combine(Repository.Root, "docs/lab/kubernetes.yaml"));
        Assert.Equal(["V1Service", "V1Job", "V1Job"], KubernetesYaml.LoadAllFromString(file, strict: true).Select(static o => o.GetType().Name));
        Assert.Throws<YamlDotNet.Core.YamlException>(() => KubernetesYaml.LoadAllFromString(file.Replace("completions:", "completion:", StringComparison.Ordinal), strict: true));
    }

    private static YamlMappingNode[] Read(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(Repository.Root, "docs/lab", file))));
        return [.. stream.Documents.Select(static d => (YamlMappingNode)d.RootNode)];
    }

    // What stands behind << is taken over where nothing else is said.
    private static YamlMappingNode Merge(YamlMappingNode node)
    {
        var merged = new YamlMappingNode(node.Children.Where(static c => c.Key.ToString() != "<<"));
        if (!node.Children.TryGetValue("<<", out YamlNode? basis)) return merged;
        foreach ((YamlNode key, YamlNode value) in Merge((YamlMappingNode)basis).Children.Where(c => !merged.Children.ContainsKey(c.Key))) merged.Add(key, value);
        return merged;
    }

    private static string[] Words(YamlNode list) => [.. ((YamlSequenceNode)list).Select(static w => w.ToString())];

    private static void AcceptedByGallery(string[] command)
    {
        if (!Help.TryGetValue(command[0], out string? help))
        {
            using PeerProcess asked = PeerProcess.Start(null, "dotnet", [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), command[0], "--help"]);
            Assert.Equal(0, asked.WaitForExit());
            Help[command[0]] = help = string.Join('\n', asked.Lines);
        }

        Assert.All(command.Where(static w => w.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, Option().Matches(help).Select(static m => m.Value)));
    }

    [GeneratedRegex(@"--[a-z][a-z0-9-]*", RegexOptions.None, 1000)]
    private static partial Regex Option();
}
