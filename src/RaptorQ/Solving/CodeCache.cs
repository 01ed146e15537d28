using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// What depends on K' alone and is needed for every block: the HDPC rows and the plan of the encoder, made on first use
/// and kept for the codes used last.
/// </summary>
internal sealed class CodeCache
{
    private const int MaxEntries = 16;

    private static readonly Lock Gate = new();
    private static readonly LinkedList<CodeCache> Entries = new();

    private readonly Lazy<SolutionPlan> _encodingPlan;

    private CodeCache(CodeParameters code)
    {
        Code = code;
        Hdpc = new HdpcRows(code);
        _encodingPlan = new Lazy<SolutionPlan>(() => BuildEncodingPlan(Hdpc));
    }

    /// <summary>The code.</summary>
    public CodeParameters Code { get; }

    /// <summary>Its HDPC rows.</summary>
    public HdpcRows Hdpc { get; }

    /// <summary>How to get the intermediate symbols from all K' source symbols (RFC 6330 section 5.3.3.4).</summary>
    public SolutionPlan EncodingPlan => _encodingPlan.Value;

    /// <summary>The entry for a block of <paramref name="symbolCount"/> source symbols.</summary>
    public static CodeCache Get(int symbolCount)
    {
        var code = CodeParameters.ForSymbolCount(symbolCount);
        lock (Gate)
        {
            for (LinkedListNode<CodeCache>? node = Entries.First; node is not null; node = node.Next)
            {
                if (node.Value.Code.KPrime == code.KPrime)
                {
                    Entries.Remove(node);
                    Entries.AddFirst(node);
                    return node.Value;
                }
            }

            var entry = new CodeCache(code);
            Entries.AddFirst(entry);
            if (Entries.Count > MaxEntries)
            {
                Entries.RemoveLast();
            }

            return entry;
        }
    }

    /// <summary>Forgets everything (to measure a cold start).</summary>
    public static void Clear()
    {
        lock (Gate)
        {
            Entries.Clear();
        }
    }

    private static SolutionPlan BuildEncodingPlan(HdpcRows hdpc)
    {
        uint[] ids = new uint[hdpc.Code.KPrime];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = (uint)i;
        }

        // J(K') of Table 2 is chosen so that the K' source symbols always determine the intermediate symbols.
        return PlanBuilder.TryBuild(hdpc, ids, ids.Length, owner: null)
            ?? throw new InvalidOperationException($"The systematic index for K' = {hdpc.Code.KPrime} is wrong.");
    }
}
