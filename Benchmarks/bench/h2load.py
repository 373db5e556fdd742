"""Load by h2load over HTTP/2 on the one core, and what it cost the proxy on the other."""

import re
import time

from . import machine
from .process import Failed
from .sample import Sample

CONNECTIONS, STREAMS = 32, 10


def run(bench, program, url, suite, requests=None, seconds=None):
    """So many requests, all of them awaited; or load for so many seconds, to warm up: what is on its way at its end is
    counted nowhere, and with large bodies that is much. Any error makes it no measurement."""
    amount = ["-n", requests] if requests else ["-D", seconds]
    began, before = time.monotonic(), program.cpu_ns()
    load = bench.start(["h2load", f"-c{CONNECTIONS}", f"-m{STREAMS}", *amount, f"--tls13-ciphers={suite}", url],
                       "h2load", core=machine.LOAD_CORE)
    said = load.wait(60)
    spent = program.cpu_ns() - before
    took = time.monotonic() - began
    bench.programs.remove(load)
    return read(said, spent, took, f"{program.name} at {url}", suite)


def read(said, cpu_ns, seconds, whom, suite):
    """A sample out of what h2load said: every request that was begun has succeeded, over HTTP/2."""
    protocol = re.search(r"^Application protocol: (.*)$", said, re.MULTILINE)
    if not protocol or protocol[1] != "h2":
        raise Failed(f"{whom} speaks {protocol[1] if protocol else 'nothing'}, not h2")
    if f"Cipher: {suite}" not in said.splitlines():
        raise Failed(f"{whom} does not agree on {suite}")
    counts = re.search(r"^requests: (\d+) total, (\d+) started, (\d+) done, (\d+) succeeded, (\d+) failed, "
                       r"(\d+) errored, (\d+) timeout$", said, re.MULTILINE)
    codes = re.search(r"^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx$", said, re.MULTILINE)
    if not counts or not codes:
        raise Failed(f"{whom}: h2load did not report:\n{said}")
    total, _, _, succeeded, *troubles = map(int, counts.groups())
    if not total or succeeded != total or any(troubles) or any(int(code) for code in codes.groups()[1:]):
        raise Failed(f"{whom}: {counts[0]}; {codes[0]}")
    return Sample(total, cpu_ns, seconds)
