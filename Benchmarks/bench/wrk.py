"""Load by wrk on the one core, and what it cost the proxy on the other."""

import re
import time
import urllib.request

from . import machine
from .process import Failed
from .sample import Sample

CONNECTIONS = 64


def run(bench, program, url, seconds):
    """Keep-alive load for so many seconds; what it cost the program. Any error makes it no measurement."""
    began, before = time.monotonic(), program.cpu_ns()
    wrk = bench.start(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "5s", url], "wrk",
                      core=machine.LOAD_CORE)
    said = wrk.wait(seconds + 15)
    spent = program.cpu_ns() - before
    took = time.monotonic() - began
    bench.programs.remove(wrk)
    return read(said, spent, took, f"{program.name} at {url}")


def read(said, cpu_ns, seconds, whom):
    """A sample out of what wrk said."""
    for trouble in re.findall(r"^\s*(Socket errors:.*|Non-2xx.*)$", said, re.MULTILINE):
        raise Failed(f"{whom}: {trouble.strip()}")
    found = re.search(r"(\d+) requests in", said)
    if not found or not int(found[1]):
        raise Failed(f"{whom}: no request was answered:\n{said}")
    return Sample(int(found[1]), cpu_ns, seconds)


def answered_by(origin_port):
    """How many requests the origin has answered."""
    with urllib.request.urlopen(f"http://127.0.0.1:{origin_port}/requests", timeout=5) as answer:
        return int(answer.read())
