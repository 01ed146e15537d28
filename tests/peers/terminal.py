#!/usr/bin/env python3
"""A terminal without a screen: runs a program in a pseudo-terminal, answers its questions as a given terminal would,
types keys, and says in one JSON object what came out and how the terminal was left.

usage: terminal.py --as xterm|kitty|iterm|sixel|none [--size 100x30] [--pixels 900x540] [--type TEXT:KEYS]... -- program ...

--type TEXT:KEYS types KEYS when TEXT has been seen in the output; KEYS is Python-escaped, such as \\x03.
"""
import base64
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ANSWERS = {
    # what is asked -> what comes back
    'none': {},
    'xterm': {rb'\x1b\[c': b'\x1b[?64;1;2;6;9;15;22c', rb'\x1b\[14t': b'\x1b[4;540;900t', rb'\x1b\[>0q': b'\x1bP>|XTerm(390)\x1b\\'},
    'sixel': {rb'\x1b\[c': b'\x1b[?62;4;22c', rb'\x1b\[16t': b'\x1b[6;18;9t', rb'\x1b\[>0q': b'\x1bP>|foot(1.16.2)\x1b\\'},
    'iterm': {rb'\x1b\[c': b'\x1b[?64;1;2;4;6;17;18;21;22c', rb'\x1b\[16t': b'\x1b[6;18;9t', rb'\x1b\[>0q': b'\x1bP>|iTerm2 3.5.0\x1b\\'},
    'kitty': {
        rb'\x1b_Gi=31,[^\x1b]*\x1b\\': b'\x1b_Gi=31;OK\x1b\\',
        rb'\x1b\[c': b'\x1b[?62;c', rb'\x1b\[16t': b'\x1b[6;18;9t', rb'\x1b\[>0q': b'\x1bP>|kitty(0.32.2)\x1b\\',
    },
}


def main():
    arguments = sys.argv[1:]
    split = arguments.index('--')
    options, program = arguments[:split], arguments[split + 1:]
    personality, size, pixels, typing = 'none', (100, 30), (0, 0), []
    for name, value in zip(options[::2], options[1::2]):
        if name == '--as':
            personality = value
        elif name == '--size':
            size = tuple(map(int, value.split('x')))
        elif name == '--pixels':
            pixels = tuple(map(int, value.split('x')))
        elif name == '--type':
            text, keys = value.rsplit(':', 1)
            typing.append((text.encode(), keys.encode().decode('unicode_escape').encode('latin-1')))
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', size[1], size[0], pixels[0], pixels[1]))
    before = termios.tcgetattr(slave)
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for descriptor in (0, 1, 2):
            os.dup2(slave, descriptor)
        os.close(master)
        # A shell starts what runs in the background with these ignored, and that is inherited.
        for number in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(program[0], program)

    output, answered, typed_at, typed_for = b'', 0, None, 0
    end = time.monotonic() + 50
    status = None
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.05)
        if ready:
            try:
                output += os.read(master, 65536)
            except OSError:
                break
        # In the order of the questions, as every terminal does.
        asked = sorted((match.start(), match.end(), answer) for question, answer in ANSWERS[personality].items()
                       for match in re.finditer(question, output[answered:]))
        for _, _, answer in asked:
            os.write(master, answer)
        if asked:
            answered += asked[-1][1]
        while typing and typing[0][0] in output[typed_for:]:
            typed_for = len(output)
            os.write(master, typing.pop(0)[1])
            typed_at = typed_at or time.monotonic()
        done, code = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(code)
            while select.select([master], [], [], 0)[0]:
                try:
                    output += os.read(master, 65536)
                except OSError:
                    break
            break
    if status is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    after = termios.tcgetattr(slave)
    print(json.dumps({
        'Output': base64.b64encode(output).decode(),
        'Code': status,
        'Restored': before == after,
        'SecondsAfterTyping': None if typed_at is None else time.monotonic() - typed_at,
    }))


main()
