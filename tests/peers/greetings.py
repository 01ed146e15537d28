"""A greeting over TCP with nothing but sockets: an independent other end.

    greetings.py serve   ADDRESS PORT GREETING [--mode close|silent|reset|endless]
    greetings.py connect ADDRESS PORT          [--count N] [--mode read|silent|reset|talk]

A server says {"Event":"Ready"} when it listens. A client prints what it read as hexadecimal, one line per connection.
silent never answers (server) or never reads (client); reset breaks off; endless sends for ever; talk says something first.
"""
import argparse
import socket
import struct
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("action", choices=["serve", "connect"])
parser.add_argument("address")
parser.add_argument("port", type=int)
parser.add_argument("greeting", nargs="?", default="")
parser.add_argument("--mode", default="close")
parser.add_argument("--count", type=int, default=1)
args = parser.parse_args()
FAMILY = socket.AF_INET6 if ":" in args.address else socket.AF_INET


def reset(c):
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()


def endless(c):
    chunk = b"x" * 65536
    try:
        for _ in range(16384):
            c.sendall(chunk)
    except OSError:
        pass
    c.close()


def serve():
    s = socket.socket(FAMILY, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((args.address, args.port))
    s.listen(128)
    print('{"Event":"Ready"}', flush=True)
    kept = []
    while True:
        c, _ = s.accept()
        if args.mode == "silent":
            kept.append(c)
        elif args.mode == "reset":
            reset(c)
        elif args.mode == "endless":
            threading.Thread(target=endless, args=(c,), daemon=True).start()
        else:
            c.sendall(args.greeting.encode())
            c.close()


def connect():
    kept = []
    for _ in range(args.count):
        c = socket.create_connection((args.address, args.port))
        if args.mode == "silent":
            kept.append(c)
        elif args.mode == "reset":
            reset(c)
        else:
            if args.mode == "talk":
                c.sendall(b"GET / HTTP/1.0\r\n\r\n" * 50)
                time.sleep(0.05)
            print(b"".join(iter(lambda: c.recv(65536), b"")).hex(), flush=True)
            c.close()
    if kept:
        print('{"Event":"Ready"}', flush=True)
        time.sleep(3600)


sys.exit(serve() if args.action == "serve" else connect())
