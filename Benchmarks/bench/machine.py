"""The machine: its cores, its tools, the C programs that the benchmark brings along, free ports, a certificate."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

HOME = pathlib.Path(__file__).resolve().parent.parent
BUILD = HOME / ".build"
YETT = os.environ.get("YETT", str(HOME.parent / ".build/release/yett"))

PROXY_CORE, LOAD_CORE = 0, 1

# Debian puts nginx and haproxy where only root looks.
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"

# What is called → the Debian package that brings it.
PACKAGES = {
    "cc": "gcc libc6-dev libssl-dev", "wrk": "wrk", "nginx": "nginx-light", "haproxy": "haproxy", "openssl": "openssl",
    "taskset": "util-linux", "prlimit": "util-linux", "valgrind": "valgrind", "strace": "strace",
    "addr2line": "binutils", "strip": "binutils", "h2o": "h2o", "h2load": "nghttp2-client", "chrt": "util-linux",
}

OVER_TLS = ("tls", "http2", "load", "hold", "handshake", "abuse")
FLAGS = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]


class Missing(Exception):
    """Something is not here; the message says how to get it."""


def need(*tools):
    """Fails with what to install where a tool is missing."""
    gone = [tool for tool in tools if not shutil.which(tool)]
    if gone:
        packages = " ".join(PACKAGES.get(tool, tool) for tool in gone)
        raise Missing(f"missing: {', '.join(gone)}; apt-get install {packages}")


def need_two_cores():
    cores = os.sched_getaffinity(0)
    if not {PROXY_CORE, LOAD_CORE} <= cores:
        raise Missing(f"cores {PROXY_CORE} and {LOAD_CORE} are needed, one for the proxy and one for the load; "
                      f"here are {sorted(cores)}")


def built(name):
    """The path of one of our C programs ("loops/plain"), built anew where its sources are newer."""
    need("cc")
    source, product = HOME / f"{name}.c", BUILD / name
    if name.startswith("shims/"):
        product = product.with_suffix(".so")
    sources = [source, *HOME.glob("loops/*.h"), *HOME.glob("clients/*.h")]
    if not product.exists() or product.stat().st_mtime < max(file.stat().st_mtime for file in sources):
        product.parent.mkdir(parents=True, exist_ok=True)
        shared = ["-shared", "-fPIC"] if product.suffix == ".so" else []
        libraries = ["-lssl", "-lcrypto"] if source.stem in OVER_TLS else []
        command = ["cc", *FLAGS, *shared, "-o", str(product), str(source), *libraries]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"{source.name} does not build (apt-get install {PACKAGES['cc']}):\n{done.stderr}")
    return str(product)


def free_ports(count):
    """Ports of 127.0.0.1 that nobody has, found by binding port 0; all held until all are found."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def certificate(folder):
    """Writes chain.pem, key.pem and both.pem (P-256, for localhost) into the folder; each is replaced whole."""
    need("openssl")
    chain, key, both = (folder / f"{name}.pem" for name in ("chain", "key", "both"))
    new_chain, new_key, new_both = (folder / f"{name}.new" for name in ("chain", "key", "both"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(new_key),
         "-out", str(new_chain)], check=True, capture_output=True)
    new_both.write_text(new_chain.read_text() + new_key.read_text())
    for new, old in ((new_chain, chain), (new_key, key), (new_both, both)):
        new.replace(old)
    return chain, key


def first_line(*command):
    """What a tool says of its version, on whichever stream."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "not here"
    return ((done.stdout + done.stderr).strip().splitlines() or ["?"])[0]


def yett_version():
    """Which executable it is: when it was built, and the commit that is checked out unless YETT names another."""
    if not os.access(YETT, os.X_OK):
        return "not built"
    file = os.stat(YETT)
    built_at = time.strftime("%Y-%m-%d %H:%M", time.localtime(file.st_mtime))
    commit = "" if "YETT" in os.environ else first_line("git", "-C", str(HOME), "rev-parse", "--short", "HEAD") + ", "
    return f"{commit}built {built_at}, {file.st_size:,} octets"


def versions():
    """Of the peers, the load and the kernel."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="ascii", errors="replace")
                  if line.startswith("model name")), "?")
    return {
        "nginx": first_line("nginx", "-v").removeprefix("nginx version: "),
        "haproxy": first_line("haproxy", "-v").split(" - ")[0],
        "h2o": first_line("h2o", "--version").removeprefix("h2o version "),
        "wrk": first_line("wrk", "-v").split(" Copyright")[0],
        "h2load": first_line("h2load", "--version").removeprefix("h2load "),
        "openssl": first_line("openssl", "version"),
        "yett": yett_version(),
        "kernel": os.uname().release,
        "processor": f"{model}, {os.cpu_count()} cores",
    }
