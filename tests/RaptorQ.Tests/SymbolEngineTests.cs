using RaptorQ.Arithmetic;
using RaptorQ.Code;
using RaptorQ.Solving;

namespace RaptorQ.Tests;

/// <summary>
/// Every instruction set that this processor has, against the plain definition of each operation. AdvSimd shares its source
/// with SSSE3 (128-bit vectors), so its logic is tested here too; the instructions themselves only on an Arm machine.
/// </summary>
public unsafe class SymbolEngineTests
{
    private const int Slots = 40;

    public static TheoryData<string, int> Engines()
    {
        var data = new TheoryData<string, int>();
        foreach (string name in (string[])["GFNI-512", "AVX-512", "GFNI-256", "AVX2", "SSSE3", "AdvSimd", "Scalar"])
        {
            foreach (int lines in (int[])[1, 2, 4])
            {
                data.Add(name, lines);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void SumAddsSlots(string name, int lines)
    {
        using var memory = new Slotted(Find(name), lines, seed: 1);
        int[] slots = [3, 17, 0, 39, 5, 8, 9];
        byte[] expected = new byte[memory.SlotSize];
        foreach (int slot in slots)
        {
            Add(memory.Slot(slot), expected, 1);
        }

        // The target has one octet of offset: it need not be aligned.
        byte[] target = new byte[memory.SlotSize + 1];
        fixed (byte* address = target)
        {
            memory.Engine.Sum(memory.Address, slots, address + 1, lines);
        }

        Assert.Equal(expected, target[1..]);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void MultiplyAddMultipliesEveryOctetByEveryFactor(string name, int lines)
    {
        for (int factor = 0; factor < 256; factor++)
        {
            using var memory = new Slotted(Find(name), lines, seed: factor);
            byte[] expected = memory.Slot(1).ToArray();
            Add(memory.Slot(0), expected, (byte)factor);
            memory.Engine.MultiplyAdd(memory.Address, memory.Address + memory.SlotSize, (byte)factor, lines);
            Assert.Equal(expected, memory.Slot(1));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ProgramsRunAsRecorded(string name, int lines)
    {
        var random = new Random(3);
        using var memory = new Slotted(Find(name), lines, seed: 3);
        byte[][] expected = [.. Enumerable.Range(0, Slots).Select(i => memory.Slot(i).ToArray())];
        using var scratch = new Scratch();
        var recorder = new XorRecorder(scratch, Slots / 2, capacity: 8);
        for (int target = 0; target < Slots / 2; target++)
        {
            // Operands: results of earlier operations, slots that no operation stores to, and now and then the target itself.
            int[] operands = [.. Enumerable.Range(0, target % 12).Select(_ => random.Next(2) == 0 && target > 0 ? random.Next(target) : random.Next(Slots / 2, Slots))];
            operands = target % 5 == 4 ? [.. operands, target] : operands;
            byte[] sum = new byte[memory.SlotSize];
            recorder.Begin(target);
            foreach (int operand in operands)
            {
                recorder.Add(operand);
                Add(expected[operand], sum, 1);
            }

            recorder.End();
            expected[target] = sum;
        }

        memory.Engine.Run(recorder.ToProgram(owner: null), memory.Address, lines);
        for (int slot = 0; slot < Slots; slot++)
        {
            Assert.Equal(expected[slot], memory.Slot(slot));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void MultiplyIsTheProductWithTheMatrix(string name, int lines)
    {
        foreach (int outputs in (int[])[0, 1, 2, 3, 4, 5, 7, 8])
        {
            var random = new Random(outputs);
            using var memory = new Slotted(Find(name), lines, seed: outputs);
            int[] inputs = [2, 30, 31, 5, 6, 7, 11];
            byte[] factors = TestData.Random(outputs * inputs.Length, seed: outputs + 100);
            int[] targets = [.. Enumerable.Range(20, outputs)];
            byte[][] expected = new byte[outputs][];
            for (int row = 0; row < outputs; row++)
            {
                expected[row] = new byte[memory.SlotSize];
                for (int i = 0; i < inputs.Length; i++)
                {
                    Add(memory.Slot(inputs[i]), expected[row], factors[(row * inputs.Length) + i]);
                }
            }

            memory.Engine.Multiply(new OctetProduct(targets, inputs, factors), memory.Address, lines);
            for (int row = 0; row < outputs; row++)
            {
                Assert.Equal(expected[row], memory.Slot(targets[row]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void MultiplyHdpcIsTheProductWithMTTimesGAMMA(string name, int lines)
    {
        foreach (int k in (int[])[10, 12, 18, 101])
        {
            var code = CodeParameters.ForSymbolCount(k);
            byte[,] matrix = PlainCode.Hdpc(code);
            using var memory = new Slotted(Find(name), lines, seed: k, slots: code.L);
            byte[][] expected = new byte[code.H][];
            for (int i = 0; i < code.H; i++)
            {
                expected[i] = new byte[memory.SlotSize];
                for (int j = 0; j < code.KPrime + code.S; j++)
                {
                    Add(memory.Slot(j), expected[i], matrix[i, j]);
                }
            }

            int target = code.KPrime + code.S;
            memory.Engine.MultiplyHdpc(new HdpcRows(code), memory.Address, target, lines);
            for (int i = 0; i < code.H; i++)
            {
                Assert.Equal(expected[i], memory.Slot(target + i));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void InverseTimesMatrixIsTheIdentity(string name, int lines)
    {
        // 64 to 256 unknowns, so that rows have the number of lines asked for; two equations more than needed.
        int unknowns = (lines * SymbolEngine.LineSize) - 3;
        int equations = unknowns + 2;
        using var memory = new Slotted(Find(name), lines, seed: 7, slots: equations);
        memory.Slot(1).CopyTo(memory.Slot(0));
        byte[][] original = [.. Enumerable.Range(0, equations).Select(i => memory.Slot(i)[..unknowns].ToArray())];
        DenseInverse? inverse = DenseInverse.TryCompute(memory.Engine, memory.Address, equations, unknowns);
        Assert.NotNull(inverse);
        for (int row = 0; row < unknowns; row++)
        {
            byte[] product = new byte[unknowns];
            for (int i = 0; i < unknowns; i++)
            {
                byte factor = inverse.Factors[(row * unknowns) + i];
                for (int column = 0; column < unknowns; column++)
                {
                    product[column] ^= Octet.Multiply(factor, original[inverse.Equations[i]][column]);
                }
            }

            Assert.Equal(1, product[row]);
            Assert.Equal(1, product.Count(value => value != 0));
        }
    }

    [Fact]
    public void InverseOfTooLowARankIsNull()
    {
        using var memory = new Slotted(SymbolEngine.Best, 1, seed: 8, slots: 10);
        memory.Slot(3).CopyTo(memory.Slot(6));
        Assert.Null(DenseInverse.TryCompute(memory.Engine, memory.Address, 10, 10));
    }

    [Fact]
    public void ScalarEngineIsAlwaysThere() => Assert.Contains(SymbolEngine.Supported, engine => engine.Name == "Scalar");

    private static SymbolEngine Find(string name)
    {
        SymbolEngine? engine = SymbolEngine.Supported.FirstOrDefault(e => e.Name == name);
        Assert.SkipWhen(engine is null, $"This processor has no {name}.");
        return engine;
    }

    private static void Add(ReadOnlySpan<byte> source, Span<byte> target, byte factor)
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] ^= PlainCode.Multiply(source[i], factor);
        }
    }

    /// <summary>A workspace with random content.</summary>
    private sealed class Slotted : IDisposable
    {
        private readonly AlignedMemory _memory;

        public Slotted(SymbolEngine engine, int lines, int seed, int slots = Slots)
        {
            Engine = engine;
            SlotSize = lines * SymbolEngine.LineSize;
            _memory = new AlignedMemory(slots * SlotSize);
            TestData.Random(slots * SlotSize, seed).CopyTo(new Span<byte>(_memory.Address, slots * SlotSize));
        }

        public SymbolEngine Engine { get; }

        public int SlotSize { get; }

        public byte* Address => _memory.Address;

        public Span<byte> Slot(int slot) => new(Address + (slot * SlotSize), SlotSize);

        public void Dispose() => _memory.Dispose();
    }
}
