"""Clients: our own in C that count everything, and a browser on one connection."""

import json
import socket

from . import machine
from .process import Failed

BROWSER = """GET {path} HTTP/1.1
Host: www.mygov.scot
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-GB,en;q=0.9,gd;q=0.8
Connection: keep-alive
DNT: 1
Sec-CH-UA: "Chromium";v="126", "Not/A)Brand";v="8"
Sec-CH-UA-Mobile: ?0
Sec-CH-UA-Platform: "Linux"
Sec-Fetch-Dest: document
Sec-Fetch-Mode: navigate
Sec-Fetch-Site: none
Sec-Fetch-User: ?1
Upgrade-Insecure-Requests: 1

"""


def start(bench, which, *words, core=None):
    """One of ours ("load", "hold", "slow"), its standard input open."""
    return bench.start([machine.built(f"clients/{which}"), *words], which, core=core, needs_input=True)


def report(program, seconds=30):
    """Waits for its end; the JSON of its last line."""
    lines = program.wait(seconds).strip().splitlines()
    return json.loads(lines[-1])


def report_of_held(program, seconds=120):
    """The report of a load that was begun with --warm and still holds its connections; it ends at the next line."""
    return json.loads(program.await_text('"issued"', seconds))


def failures(report):
    """How many requests of a load came to nothing or to an error of the server's."""
    kinds = ("refused", "unshaken", "unanswered", "cut", "timed_out", "malformed", "4xx", "5xx")
    return sum(report[name] for name in kinds)


def browse(port, path, count, seconds=600):
    """A browser's request so many times over one kept connection, one after the other."""
    request = BROWSER.format(path=path).replace("\n", "\r\n").encode()
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        octets = b""
        for number in range(count):
            connection.sendall(request)
            while b"\r\n\r\n" not in octets:
                octets += receive(connection, number)
            head, _, octets = octets.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise Failed(f"request {number + 1} was answered {head.splitlines()[0]!r}")
            lengths = [line.split(b":")[1] for line in head.splitlines() if line.lower().startswith(b"content-length:")]
            if len(lengths) != 1:
                raise Failed(f"an answer without one Content-Length: {head!r}")
            while len(octets) < int(lengths[0]):
                octets += receive(connection, number)
            octets = octets[int(lengths[0]):]


def receive(connection, number):
    octets = connection.recv(65536)
    if not octets:
        raise Failed(f"closed at request {number + 1}")
    return octets
