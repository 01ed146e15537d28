using System.Buffers.Binary;

namespace GalleryPS.Show.Fonts;

/// <summary>Runs the program that a glyph of a CFF font is (Adobe technical note 5177, Type 2 charstrings). Hints are passed over.</summary>
internal sealed class CharString(ReadOnlyMemory<byte>[] global, ReadOnlyMemory<byte>[] local)
{
    private const int DeepestCall = 10, MostOperands = 513;
    private readonly List<float> _stack = [];
    private float _x, _y;
    private int _hints, _depth;
    private bool _ended;

    public Outline Outline { get; } = new();

    public void Run(ReadOnlySpan<byte> code)
    {
        for (int at = 0; at < code.Length && !_ended;)
        {
            int value = code[at++];
            if (value is >= 32 or 28)
            {
                if (_stack.Count > MostOperands) throw new InvalidDataException("A glyph has too many operands.");
                _stack.Add(Number(value, code, ref at));
                continue;
            }

            switch (value)
            {
                case 10: Call(local); break;
                case 29: Call(global); break;
                case 11: return;
                case 19 or 20:
                    // What is left on the stack are vertical hints, and after the operator comes a bit for each hint.
                    _hints += _stack.Count / 2;
                    at += (_hints + 7) / 8;
                    _stack.Clear();
                    break;
                default:
                    Draw(value == 12 ? 0x0C00 | code[at++] : value);
                    _stack.Clear();
                    break;
            }
        }
    }

    private static float Number(int value, ReadOnlySpan<byte> code, ref int at)
    {
        switch (value)
        {
            case 28:
                at += 2;
                return BinaryPrimitives.ReadInt16BigEndian(code[(at - 2)..]);
            case 255:
                at += 4;
                return BinaryPrimitives.ReadInt32BigEndian(code[(at - 4)..]) / 65536f;
            case <= 246: return value - 139;
            case <= 250: return (value - 247) * 256 + code[at++] + 108;
            default: return -(value - 251) * 256 - code[at++] - 108;
        }
    }

    private void Call(ReadOnlyMemory<byte>[] subroutines)
    {
        int bias = subroutines.Length < 1240 ? 107 : subroutines.Length < 33_900 ? 1131 : 32_768;
        int index = (int)_stack[^1] + bias;
        _stack.RemoveAt(_stack.Count - 1);
        if (++_depth > DeepestCall) throw new InvalidDataException("A glyph's subroutines are nested too deeply.");
        Run(subroutines[index].Span);
        _depth--;
    }

    private void Draw(int command)
    {
        int i = 0, count = _stack.Count;
        switch (command)
        {
            case 1 or 3 or 18 or 23: _hints += count / 2; break;

            // A width may stand before the operands of the first command.
            case 21: Move(_stack[^2], _stack[^1]); break;
            case 22: Move(_stack[^1], 0); break;
            case 4: Move(0, _stack[^1]); break;
            case 14: _ended = true; break;
            case 5: Lines(0, count); break;
            case 6 or 7:
                for (bool across = command == 6; i < count; i++, across = !across) Line(across ? _stack[i] : 0, across ? 0 : _stack[i]);
                break;
            case 8: Curves(0, count); break;
            case 24:
                Curves(0, count - 2);
                Lines(count - 2, count);
                break;
            case 25:
                Lines(0, count - 6);
                Curves(count - 6, count);
                break;
            case 26:
                float dx = count % 4 != 0 ? _stack[i++] : 0;
                for (; i + 4 <= count; i += 4, dx = 0) Curve(dx, _stack[i], _stack[i + 1], _stack[i + 2], 0, _stack[i + 3]);
                break;
            case 27:
                float dy = count % 4 != 0 ? _stack[i++] : 0;
                for (; i + 4 <= count; i += 4, dy = 0) Curve(_stack[i], dy, _stack[i + 1], _stack[i + 2], _stack[i + 3], 0);
                break;
            case 30 or 31: Alternating(command == 31); break;
            case 0x0C22: Curve(_stack[0], 0, _stack[1], _stack[2], _stack[3], 0, _stack[4], 0, _stack[5], -_stack[2], _stack[6], 0); break;
            case 0x0C23: Curves(0, 12); break;
            case 0x0C24:
                Curve(_stack[0], _stack[1], _stack[2], _stack[3], _stack[4], 0, _stack[5], 0, _stack[6], _stack[7], _stack[8], -(_stack[1] + _stack[3] + _stack[7]));
                break;
            case 0x0C25:
                float wide = _stack[0] + _stack[2] + _stack[4] + _stack[6] + _stack[8], high = _stack[1] + _stack[3] + _stack[5] + _stack[7] + _stack[9];
                bool flat = Math.Abs(wide) > Math.Abs(high);
                Curve(
                    _stack[0], _stack[1], _stack[2], _stack[3], _stack[4], _stack[5],
                    _stack[6], _stack[7], _stack[8], _stack[9], flat ? _stack[10] : -wide, flat ? -high : _stack[10]);
                break;
            default: throw new InvalidDataException($"A glyph has the unknown operator {command}.");
        }
    }

    private void Move(float dx, float dy) => Outline.Move(_x += dx, _y += dy);

    private void Line(float dx, float dy) => Outline.Line(_x += dx, _y += dy);

    private void Lines(int from, int to)
    {
        for (int i = from; i + 2 <= to; i += 2) Line(_stack[i], _stack[i + 1]);
    }

    private void Curves(int from, int to)
    {
        for (int i = from; i + 6 <= to; i += 6) Curve(_stack[i], _stack[i + 1], _stack[i + 2], _stack[i + 3], _stack[i + 4], _stack[i + 5]);
    }

    /// <summary>Curves that begin along one axis and end along the other; the last one may end anywhere.</summary>
    private void Alternating(bool across)
    {
        int count = _stack.Count;
        for (int i = 0; i + 4 <= count; i += 4, across = !across)
        {
            float rest = count - i == 5 ? _stack[i + 4] : 0;
            if (across) Curve(_stack[i], 0, _stack[i + 1], _stack[i + 2], rest, _stack[i + 3]);
            else Curve(0, _stack[i], _stack[i + 1], _stack[i + 2], _stack[i + 3], rest);
        }
    }

    private void Curve(float ax, float ay, float bx, float by, float cx, float cy)
    {
        (ax, ay) = (_x + ax, _y + ay);
        (bx, by) = (ax + bx, ay + by);
        (_x, _y) = (bx + cx, by + cy);
        Outline.Curve(ax, ay, bx, by, _x, _y);
    }

    private void Curve(float ax, float ay, float bx, float by, float cx, float cy, float dx, float dy, float ex, float ey, float fx, float fy)
    {
        Curve(ax, ay, bx, by, cx, cy);
        Curve(dx, dy, ex, ey, fx, fy);
    }
}
