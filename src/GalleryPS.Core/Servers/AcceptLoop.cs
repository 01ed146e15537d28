using GalleryPS.Network;

namespace GalleryPS.Servers;

/// <summary>
/// Answers clients as they come, on one thread: a greeting fits into the socket's buffer, so nobody has to wait for the
/// client. What does not fit is left to <see cref="SlowClients"/>.
/// </summary>
internal sealed class AcceptLoop(TcpAcceptor acceptor, Answer answer, ConnectionLog log, SlowClients slow, TimeProvider time, CancellationToken stop)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Accepts until stopped.</summary>
    /// <param name="portable">Use what works everywhere.</param>
    public void Run(bool portable)
    {
        ReadOnlySpan<byte> greeting = answer.Greeting.Span;
        while (!stop.IsCancellationRequested)
        {
            Accepted accepted = acceptor.Answer(greeting, portable, time, out AnsweredClient client);
            switch (accepted)
            {
                case Accepted.Connection:
                    slow.Take(client);
                    break;
                case Accepted.Answered or Accepted.Reset:
                    log.Add(client.Address, client.Accepted, client.Sent, accepted == Accepted.Reset ? ConnectionOutcome.Reset : ConnectionOutcome.Sent);
                    break;
                case Accepted.TooMany:
                    // Others have to close first; new clients wait in the backlog.
                    stop.WaitHandle.WaitOne(Pause);
                    break;
            }
        }
    }
}
