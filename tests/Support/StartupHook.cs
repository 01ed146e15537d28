using System.Reflection;

/// <summary>
/// Runs in a program before its own first line when <c>DOTNET_STARTUP_HOOKS</c> names this assembly, and makes happen in
/// <c>gallery</c> what nobody foresaw; where says the variable <c>GALLERY_TEST_FAULT</c>.
/// </summary>
#pragma warning disable MA0047 // The runtime looks for this name outside of all namespaces.
internal static class StartupHook
#pragma warning restore MA0047
{
    public static void Initialize()
    {
        switch (Environment.GetEnvironmentVariable("GALLERY_TEST_FAULT"))
        {
            case "verb":
                // Every verb asks this for its token.
                var stop = (CancellationTokenSource)Assembly.Load("gallery").GetType("GalleryPS.Cli.Runner", throwOnError: true)!
                    .GetField("Either", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
                stop.Dispose();
                break;
            case "thread":
                TextWriter before = Console.Error;
                var thread = new Thread(() =>
                {
                    // The program's own first line changes this; from then on it answers for its threads.
                    SpinWait.SpinUntil(() => Console.Error != before, TimeSpan.FromSeconds(60));
                    throw new InvalidTimeZoneException("two\nlines.");
                });
                thread.Start();
                thread.Join(TimeSpan.FromMilliseconds(1));
                break;
        }
    }
}
