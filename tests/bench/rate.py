#!/usr/bin/env python3
"""Measures the rate that finds itself: a gallery from one host to three others over links that are slow in different ways.

    sudo tests/bench/rate.py [--megabytes 100] [--rounds 1] [--only switch,slow,...] [--programs gallery,uftp] [--gallery FILE]

Hosts are network namespaces (prefix gf-) on a bridge; the slow links are `tc tbf` with 50 ms of queue at the switch's ports.
Prints, per case and program: seconds until the last host had everything (the sender's whole run), Mbit/s of the images while
they were sent, and bytes on the sender's link (Ethernet headers included) per byte of images. Needs root, iproute2, nftables;
from Debian: uftp, iperf3. What is missing is left out by name.
"""
import argparse, json, os, random, re, shutil, signal, statistics, subprocess, sys, tempfile, threading, time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
HOSTS = ["gf-h0", "gf-h1", "gf-h2", "gf-h3"]


def run(*command, check=True, **more):
    return subprocess.run([str(c) for c in command], check=check, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **more).stdout


def inside(host, *command):
    return ["ip", "netns", "exec", host, *[str(c) for c in command]]


class Lab:
    def __init__(self):
        self.clean()
        for name in ["gf-sw", *HOSTS]:
            run("ip", "netns", "add", name)
        run("ip", "-n", "gf-sw", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        run("ip", "-n", "gf-sw", "link", "set", "br0", "up")
        for number, name in enumerate(HOSTS, 1):
            run("ip", "-n", "gf-sw", "link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "-n", "gf-sw", "link", "set", f"v{number}", "master", "br0", "up")
            for link in ["lo", "eth0"]:
                run("ip", "-n", name, "link", "set", link, "up")
            run("ip", "-n", name, "addr", "add", f"10.88.0.{number}/24", "brd", "+", "dev", "eth0")
            run("ip", "-n", name, "route", "add", "default", "dev", "eth0")

    def clean(self):
        for name in ["gf-sw", *HOSTS]:
            run("ip", "netns", "del", name, check=False)

    def free(self):
        for number in range(1, 5):
            run("tc", "-n", "gf-sw", "qdisc", "del", "dev", f"v{number}", "root", check=False)
        run("tc", "-n", "gf-h0", "qdisc", "del", "dev", "eth0", "root", check=False)
        for host in HOSTS:
            run(*inside(host, "nft", "flush", "ruleset"))
        self.offload(True)

    def offload(self, on):
        run("ip", "-n", "gf-h0", "link", "set", "eth0", "gso_max_segs", 65535 if on else 1)

    def slow(self, mbit, ports, namespace="gf-sw"):
        self.offload(False)
        for port in ports:
            run("tc", "-n", namespace, "qdisc", "replace", "dev", port, "root", "tbf", "rate", f"{mbit}mbit", "burst", "32kb", "latency", "50ms")

    def delay(self, milliseconds, port):
        run("tc", "-n", "gf-sw", "qdisc", "replace", "dev", port, "root", "netem", "delay", f"{milliseconds}ms", "limit", "100000")

    def lose(self, permille):
        self.offload(False)
        for host in HOSTS[1:]:
            run(*inside(host, "nft", "-f", "-"), input=f"table inet gf {{ chain in {{ type filter hook prerouting priority -300; meta l4proto udp numgen random mod 1000 < {permille} drop; }}; }}")

    def sent(self):
        text = run(*inside("gf-h0", "cat", "/sys/class/net/eth0/statistics/tx_bytes", "/sys/class/net/eth0/statistics/tx_packets"))
        return [int(n) for n in text.split()]


def everywhere(lab, mbit):
    lab.slow(mbit, ["v2", "v3", "v4"])


def changing(lab):
    """100, 20 and 100 Mbit/s again: a share of the time that the gallery takes at 100 each, but the second lasts longer."""
    everywhere(lab, 100)

    def change(at):
        time.sleep(at)
        everywhere(lab, 20)
        time.sleep(at)
        everywhere(lab, 100)
    return change


CASES = {
    "free": ("no bottleneck", lambda lab: None),
    "loss1": ("1 % random loss, no bottleneck", lambda lab: lab.lose(10)),
    "loss5": ("5 % random loss, no bottleneck", lambda lab: lab.lose(50)),
    "loss10": ("10 % random loss, no bottleneck", lambda lab: lab.lose(100)),
    "own": ("the sender's own NIC, 100 Mbit/s", lambda lab: lab.slow(100, ["eth0"], "gf-h0")),
    "switch": ("a switch port to each receiver, 100 Mbit/s", lambda lab: everywhere(lab, 100)),
    "slow": ("one of three receivers behind 20 Mbit/s", lambda lab: lab.slow(20, ["v2"])),
    "changing": ("100, 20, 100 Mbit/s in mid-transfer", changing),
}


def make_images(folder, megabytes):
    """Images of 2 MB: a header that every program takes for a JPEG's, then noise."""
    os.makedirs(folder)
    head = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b0801e0028001011100ffda0008010100003f00")
    for i in range(megabytes // 2):
        body = random.Random(i).randbytes(2_000_000 - len(head) - 2).replace(b"\xff", b"\xfe")
        with open(f"{folder}/image{i:03}.jpg", "wb") as file:
            file.write(head + body + b"\xff\xd9")


def same(one, other):
    return subprocess.call(["diff", "-rq", one, other], stdout=subprocess.DEVNULL) == 0


def send_gallery(program, options, work, images):
    receivers = [subprocess.Popen(
        inside(host, program, "receive", "--protocol", "flute", "-t", "multicast", "--address", "239.1.1.5", "-o", f"{work}/out/{host}", "--idle-timeout", 30, "--json"),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for host in HOSTS[1:]]
    for receiver in receivers:
        while '"Ready"' not in receiver.stdout.readline(): pass
    for receiver in receivers:
        threading.Thread(target=receiver.stdout.read, daemon=True).start()
    begin = time.monotonic()
    out = subprocess.run(
        inside("gf-h0", program, "send", images, "--protocol", "flute", "-t", "multicast", "--to", "239.1.1.5", "--receivers", 3, "--json", *options),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout
    events = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    for receiver in receivers:
        receiver.wait()
    took = time.monotonic() - begin
    served = [e for e in events if e["Event"] == "Receiver"]
    datagrams = next((e["Datagrams"] for e in events if e["Event"] == "Summary"), 0)
    if any(e["Event"] in ("Error", "Warning") for e in events): print([e for e in events if e["Event"] in ("Error", "Warning")], file=sys.stderr)
    ok = all(same(images, f"{work}/out/{host}") for host in HOSTS[1:])
    return ok, took, [e["Elapsed"] for e in served], datagrams, served


def send_uftp(options, work, images):
    whole = f"{work}/whole"
    if not os.path.exists(whole):
        with open(whole, "wb") as file:
            for name in sorted(os.listdir(images)): file.write(open(f"{images}/{name}", "rb").read())
    daemons = []
    for number, host in enumerate(HOSTS[1:], 1):
        os.makedirs(f"{work}/out/{host}")
        daemons.append(subprocess.Popen(
            inside(host, "uftpd", "-d", "-U", number, "-I", "eth0", "-D", f"{work}/out/{host}", "-L", f"{work}/uftpd{number}"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    time.sleep(0.3)
    begin = time.monotonic()
    try:
        subprocess.run(inside("gf-h0", "uftp", "-I", "eth0", *options, whole), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180)
    except subprocess.TimeoutExpired:
        pass
    took = time.monotonic() - begin
    for host in HOSTS[1:]:
        for pid in run("ip", "netns", "pids", host).split(): os.kill(int(pid), signal.SIGTERM)
    for daemon in daemons: daemon.wait()
    ok = all(subprocess.call(["cmp", "-s", whole, f"{work}/out/{host}/whole"]) == 0 for host in HOSTS[1:])
    return ok, took, [took], 0, []


def measure(lab, case, program, options, work, images, data):
    shutil.rmtree(f"{work}/out", ignore_errors=True)
    os.makedirs(f"{work}/out")
    lab.free()
    change = CASES[case][1](lab)
    bytes_before, packets_before = lab.sent()
    if change: threading.Thread(target=change, args=(data * 8 / 100e6 / 2,), daemon=True).start()
    ok, took, each, datagrams, served = send_uftp(options, work, images) if program == "uftp" else send_gallery(program, options, work, images)
    bytes_after, packets_after = lab.sent()

    # The system cuts large buffers into datagrams behind the counters: their headers are added.
    extra = max(0, datagrams - (packets_after - packets_before)) * 42
    return ok, took, each, (bytes_after - bytes_before + extra) / data, served


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", default=",".join(CASES))
    parser.add_argument("--programs", default="gallery,uftp")
    parser.add_argument("--gallery", default=f"{ROOT}/src/GalleryPS.Cli/bin/Release/net10.0/gallery")
    parser.add_argument("--options", default="")
    parser.add_argument("--base", help="another build of gallery, measured in turns")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    work = tempfile.mkdtemp()
    lab = Lab()
    try:
        images = f"{work}/images"
        make_images(images, arguments.megabytes)
        data = sum(os.path.getsize(f"{images}/{name}") for name in os.listdir(images))
        programs = {"gallery": (arguments.gallery, arguments.options.split())}
        if arguments.base: programs["base"] = (arguments.base, [])
        if "uftp" in arguments.programs:
            if shutil.which("uftpd"): programs["uftp tfmcc"] = ("uftp", ["-C", "tfmcc"])
            else: print("left out: uftp (not installed)")
        print(f"{arguments.megabytes} MB to three receivers, median of {arguments.rounds} rounds")
        print(f"{'':44}{'program':12}{'seconds':>9}{'Mbit/s':>9}{'bytes/data':>12}")
        for case in arguments.only.split(","):
            results = {name: [] for name in programs}
            for _ in range(arguments.rounds):
                for name, (program, options) in programs.items():
                    results[name].append(measure(lab, case, program, options, work, images, data))
                    if arguments.verbose:
                        for line in results[name][-1][4]: print(line)
            for name, all_rounds in results.items():
                good = [r for r in all_rounds if r[0]]
                failed = f"  ({len(all_rounds) - len(good)} failed)" if len(good) < len(all_rounds) else ""
                if not good:
                    print(f"{CASES[case][0]:44}{name:12}{'failed':>9}{'':9}{statistics.median(r[3] for r in all_rounds):12.2f}{failed}")
                    continue
                elapsed = statistics.median(max(r[2]) for r in good)
                print(f"{CASES[case][0]:44}{name:12}{statistics.median(r[1] for r in good):9.2f}{data * 8 / elapsed / 1e6:9.1f}{statistics.median(r[3] for r in good):12.3f}{failed}", flush=True)
    finally:
        lab.clean()
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
