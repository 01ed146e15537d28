using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace GalleryPS.Cmdlets;

/// <summary>
/// What cmdlets leave running when they return: servers, captures and shows. Each belongs to the runspace that started it,
/// and ends with it, or when the module is removed from it.
/// </summary>
internal static class SessionResources
{
    private static readonly ConditionalWeakTable<Runspace, List<Action>> Running = [];

    /// <summary>Remembers something that runs.</summary>
    /// <param name="end">Ends it; does nothing when it ended already.</param>
    public static void Keep(Action end)
    {
        if (Runspace.DefaultRunspace is not { } runspace) return;
        List<Action> all = Running.GetValue(runspace, static made =>
        {
            made.StateChanged += static (sender, change) =>
            {
                if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken) End((Runspace)sender!);
            };
            return [];
        });
        lock (all) all.Add(end);
    }

    /// <summary>Ends everything that the runspace of the present thread started.</summary>
    public static void End()
    {
        if (Runspace.DefaultRunspace is { } runspace) End(runspace);
    }

    private static void End(Runspace runspace)
    {
        if (!Running.TryGetValue(runspace, out List<Action>? all)) return;
        Action[] ends;
        lock (all)
        {
            ends = [.. all];
            all.Clear();
        }

        foreach (Action end in ends)
        {
            try
            {
                end();
            }
            catch (GalleryException)
            {
                // A capture whose program died: there is nothing left to end, and nobody left to tell.
            }
        }
    }
}
