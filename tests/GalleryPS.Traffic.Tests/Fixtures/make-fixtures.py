#!/usr/bin/env python3
"""Makes the captures in this folder anew, with tcpdump and dumpcap between two network namespaces.

Run as root on Linux with tcpdump, dumpcap, editcap, tshark and ethtool. Addresses, ports and times differ from run
to run, the numbers in expected.json are read off each capture with tshark.
"""
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
A, B = "fxa", "fxb"
PORT = 25000


def png(width, height, seed):
    """A picture of noise: its size in bytes follows from its size in pixels."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + bytes(noise.randrange(256) for _ in range(width * 3)) for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


GALLERY = [png(8, 8, 1), png(36, 36, 2), png(12, 12, 3)]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def host(name, *command):
    return subprocess.Popen(["ip", "netns", "exec", name, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def python(name, program):
    done = subprocess.run(["ip", "netns", "exec", name, sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return done.stdout


def capture(file, work, *options, name=A, tool="tcpdump"):
    path = os.path.join(HERE, file)
    if tool == "tcpdump":
        command = ["tcpdump", "-w", path, "-U", "--immediate-mode", "-Z", "root", *options]
        ready = "listening on"
    else:
        command = ["dumpcap", "-q", "-w", path, *options]
        ready = "File:"
    process = host(name, *command)
    while ready not in process.stderr.readline().decode():
        pass
    work()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.wait()


def sender(transport, address, family="AF_INET"):
    return f"""
import base64, socket, time
images = [base64.b64decode(one) for one in {[__import__('base64').b64encode(one).decode() for one in GALLERY]!r}]
def udp(data):
    s = socket.socket(socket.{family}, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.sendto(data, ({address!r}, {PORT}))
    time.sleep(0.01)
def tcp(data):
    s = socket.create_connection(({address!r}, {PORT}))
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
    while s.recv(1): pass
    s.close()
for data in images + [b""]: {transport}(data)
"""


TCP_RECEIVER = f"""
import socket
s = socket.create_server(("::", {PORT}), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    c, _ = s.accept()
    total = 0
    while data := c.recv(65536): total += len(data)
    c.close()
    if total == 0: break
"""

GREETER = f"""
import socket, time
s = socket.create_server(("", {PORT}))
print("ready", flush=True)
c, _ = s.accept()
c.sendall(b"Hello from server 3")
time.sleep(0.1)
c.close()
"""

CLIENT = f"""
import socket, time
c = socket.create_connection(("10.78.0.2", {PORT}))
while c.recv(1024): pass
time.sleep(0.1)
c.close()
"""

MEMBER = f"""
import socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", {PORT}))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.1.1.5") + socket.inet_aton("10.78.0.2"))
print("ready", flush=True)
while s.recv(65536): pass
s.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, socket.inet_aton("224.1.1.5") + socket.inet_aton("10.78.0.2"))
time.sleep(1.5)
"""

SINK = f"""
import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", {PORT}))
print("ready", flush=True)
while s.recv(65536): pass
"""


# Sends the frames of a capture once more, the even ones with an 802.1Q tag, the odd ones with an 802.1ad tag before it.
TAGGER = """
import socket, struct, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("va", 0))
data = open({file!r}, "rb").read()
at = 24
odd = False
while at < len(data):
    held = struct.unpack_from("<I", data, at + 8)[0]
    frame = data[at + 16:at + 16 + held]
    tags = (bytes.fromhex("88a80007") if odd else b"") + bytes.fromhex("81000005")
    s.send(frame[:12] + tags + frame[12:])
    odd = not odd
    at += 16 + held
"""


def with_peer(program, work):
    peer = host(B, sys.executable, "-c", program)
    peer.stdout.readline()
    work()
    peer.wait()


def offload(on):
    for name, nic in ((A, "va"), (B, "vb")):
        state = "on" if on else "off"
        run("ip", "netns", "exec", name, "ethtool", "-K", nic, "tso", state, "gso", state, "gro", state, "tx", state)


def mtu(size):
    run("ip", "-n", A, "link", "set", "va", "mtu", str(size))
    run("ip", "-n", B, "link", "set", "vb", "mtu", str(size))


def network():
    for name in (A, B):
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", A, "link", "add", "va", "type", "veth", "peer", "name", "vb", "netns", B)
    for name, nic, number in ((A, "va", 1), (B, "vb", 2)):
        run("ip", "-n", name, "addr", "add", f"10.78.0.{number}/24", "brd", "+", "dev", nic)
        run("ip", "-n", name, "addr", "add", f"fd78::{number}/64", "dev", nic, "nodad")
        run("ip", "-n", name, "link", "set", nic, "up")
        run("ip", "-n", name, "route", "add", "default", "dev", nic)
    time.sleep(2)
    offload(False)


def rewrite(source, target, order, nanoseconds):
    """The same capture in another byte order and resolution."""
    with open(os.path.join(HERE, source), "rb") as f:
        data = f.read()
    out = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
    at = 24
    while at < len(data):
        seconds, micros, held, length = struct.unpack_from("<IIII", data, at)
        out.append(struct.pack(order + "IIII", seconds, micros * 1000 if nanoseconds else micros, held, length))
        out.append(data[at + 16:at + 16 + held])
        at += 16 + held
    with open(os.path.join(HERE, target), "wb") as f:
        f.write(b"".join(out))


def everything():
    udp4 = lambda: with_peer(SINK, lambda: python(A, sender("udp", "10.78.0.2")))
    udp6 = lambda: with_peer(SINK, lambda: python(A, sender("udp", "fd78::2", "AF_INET6")))
    tcp4 = lambda: with_peer(TCP_RECEIVER, lambda: python(A, sender("tcp", "10.78.0.2")))
    tcp6 = lambda: with_peer(TCP_RECEIVER, lambda: python(A, sender("tcp", "fd78::2", "AF_INET6")))
    udp4()
    udp6()
    nic = ["-i", "va"]
    capture("greeting.pcap", lambda: with_peer(GREETER, lambda: python(A, CLIENT)), *nic, "tcp")
    capture("unicast.pcap", udp4, *nic, "udp")
    capture("unicast-ipv6.pcap", udp6, *nic, "ip6 and not icmp6")
    capture("broadcast.pcap", lambda: with_peer(SINK, lambda: python(A, sender("udp", "10.78.0.255"))), *nic, "udp")
    run("ip", "-n", A, "neigh", "flush", "all")
    capture("multicast.pcap", lambda: with_peer(MEMBER, lambda: python(A, sender("udp", "224.1.1.5"))), *nic, "ip")
    capture("tcp.pcap", tcp4, *nic, "tcp")
    capture("tcp-ipv6.pcap", tcp6, *nic, "tcp")
    offload(True)
    capture("tcp-offload.pcapng", tcp4, *nic, "-f", "tcp", tool="dumpcap")
    offload(False)
    mtu(1280)
    capture("unicast-mtu1280.pcap", udp4, *nic, "udp")
    mtu(1500)
    capture("truncated.pcap", tcp4, *nic, "-s", "60", "tcp")
    mtu(1600)
    capture("vlan.pcap", lambda: python(A, TAGGER.format(file=os.path.join(HERE, "unicast.pcap"))), *nic, "vlan")
    mtu(1500)
    capture("cooked-v2.pcap", udp4, "-i", "any", "udp")
    capture("cooked-v1.pcap", udp4, "-i", "any", "-y", "LINUX_SLL", "udp")
    capture("loopback.pcap", lambda: python(A, "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); b.bind(('127.0.0.1', 25000)); s.sendto(bytes(20000), ('127.0.0.1', 25000)); s.sendto(b'', ('127.0.0.1', 25000))"), "-i", "lo", "udp")
    capture("two-interfaces.pcapng", lambda: (udp4(), python(A, sender("udp", "127.0.0.1"))), "-i", "va", "-i", "lo", "-f", "udp", tool="dumpcap")
    run("ip", "-n", A, "neigh", "flush", "all")
    capture("arp.pcap", udp4, *nic)
    rewrite("unicast.pcap", "big-endian-nanoseconds.pcap", ">", True)
    with open(os.path.join(HERE, "unicast.pcap"), "rb") as f:
        data = f.read()
    with open(os.path.join(HERE, "cut-off.pcap"), "wb") as f:
        f.write(data[:-30])
    half = len(data) // 2
    with open(os.path.join(HERE, "unicast.pcap.zst"), "wb") as f:
        f.write(struct.pack("<III", 0x184D2A50, 4, half))
        for part in (data[:half], data[half:]):
            f.write(subprocess.run(["zstd", "-19", "-c"], input=part, capture_output=True, check=True).stdout)


def expected():
    """What tshark counts: frames and bytes in all, and sums of the headers' own length fields."""
    result = {}
    for file in sorted(os.listdir(HERE)):
        if not file.endswith((".pcap", ".pcapng")):
            continue
        done = subprocess.run(
            ["tshark", "-r", os.path.join(HERE, file), "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-T", "fields",
             "-E", "occurrence=f", "-E", "separator=,", "-e", "frame.len", "-e", "ip.len", "-e", "ipv6.plen", "-e", "udp.length",
             "-e", "tcp.hdr_len", "-e", "tcp.len", "-e", "arp.opcode", "-e", "igmp.type"], capture_output=True, text=True)
        rows = [[int(cell, 0) if cell else 0 for cell in line.split(",")] for line in done.stdout.splitlines()]
        total = lambda i: sum(row[i] for row in rows)
        count = lambda i: sum(1 for row in rows if row[i])
        result[file] = {
            "Frames": len(rows), "LinkBytes": total(0), "Packets": count(1) + count(2),
            "NetworkBytes": total(1) + total(2) + 40 * count(2), "UdpDatagrams": count(3), "UdpBytes": total(3),
            "TcpSegments": count(4), "TcpBytes": total(4) + total(5), "TcpPayload": total(5), "Arp": count(6), "Igmp": count(7)}
    with open(os.path.join(HERE, "expected.json"), "w") as f:
        json.dump(result, f, indent=2)
        f.write("\n")


def main():
    for number, data in enumerate(GALLERY):
        with open(os.path.join(HERE, f"image{number}.png"), "wb") as f:
            f.write(data)
    for name in (A, B):
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    try:
        network()
        everything()
    finally:
        for name in (A, B):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
    expected()


if __name__ == "__main__":
    expected() if "expected" in sys.argv[1:] else main()
