using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GalleryPS.TestSupport;

/// <summary>Runs code of the tests themselves on a host of a lab: on a thread whose network is the host's, as is that of the threads it starts.</summary>
public static partial class LabThread
{
    private const int NetworkNamespace = 0x40000000;

    /// <summary>Runs something on a host to its end.</summary>
    public static void Run(TestHost host, Action action) => Start(host, () =>
    {
        action();
        return true;
    }).GetAwaiter().GetResult();

    /// <summary>Starts something on a host.</summary>
    /// <returns>What comes of it.</returns>
    public static Task<T> Start<T>(TestHost host, Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(host);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle file = File.OpenHandle(host.Namespace);
                if (Enter((int)file.DangerousGetHandle(), NetworkNamespace) != 0) throw new InvalidOperationException($"The namespace cannot be entered ({Marshal.GetLastPInvokeError()}).");
                done.SetResult(action());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        thread.IsBackground = true;
        thread.Start();
        return done.Task;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int descriptor, int kind);
}
