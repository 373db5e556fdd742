"""The executable under test: started with a configuration, watched, and ended in order."""

import asyncio
import os
import pathlib
import re
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXECUTABLE = os.environ.get("YETT", str(ROOT / ".build/release/yett"))
PATIENCE = float(os.environ.get("YETT_PATIENCE", "20"))

CONFIGURATION = """\
workers: 2
listeners:
  - {{ name: http, bind: "127.0.0.1:0" }}
  - {{ name: https, bind: "127.0.0.1:0", tls: front }}
tls:
  front: {{ certificates: [{{ chain: cert.pem, key: key.pem }}] }}
cache: {{ memory: 8MiB, largest_object: 128KiB }}
pools:
  honest:
    servers: [{{ address: "127.0.0.1:{honest[0]}" }}, {{ address: "127.0.0.1:{honest[1]}" }}, {{ address: "127.0.0.1:{nobody}" }}]
    idle_timeout: 1s
    timeouts: {{ first_byte: {patience}s, between_bytes: {patience}s }}
  lying: {{ servers: [{{ address: "127.0.0.1:{lying}" }}], idle_timeout: 1s, timeouts: {{ first_byte: 300ms, between_bytes: 300ms }} }}
  late: {{ servers: [{{ address: "127.0.0.1:{late}" }}], idle_timeout: 1s, timeouts: {{ first_byte: 300ms, between_bytes: 300ms }} }}
sites:
  - name: site
    hosts: [a, "*.b"]
    routes:
      - {{ name: honest, path: /h, pool: honest, cache: off }}
      - {{ name: kept, path: /hc, pool: honest }}
      - {{ name: lying, path: /l, pool: lying, cache: off, body_limit: 50KiB }}
      - {{ name: lying-kept, path: /lc, pool: lying, cache: {{ default_ttl: 1s, set_cookie: store }} }}
      - {{ name: late, path: /x, pool: late, cache: off }}
      - {{ name: late-kept, path: /xc, pool: late }}
      - {{ name: sane, path: /sane, respond: {{ body: "sane" }} }}
      - {{ name: moved, path: /m, redirect: {{ to: "/h", status: 302 }} }}
{more}limits: {{ head_timeout: {patience}s, keep_alive: {patience}s, write_timeout: {patience}s, handshake_timeout: {slow}s, drain: 2s }}
log: {{ access: access.log }}
admin: {{ bind: "127.0.0.1:0", socket: "{folder}/admin.sock" }}
"""


class Yett:
    """One process."""

    def __init__(self, folder, **ports):
        self.folder, self.ports, self.reloads = pathlib.Path(folder), ports, 0
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=a", "-addext", "subjectAltName=DNS:a", "-keyout", str(self.folder / "key.pem"),
                        "-out", str(self.folder / "cert.pem")], check=True, capture_output=True)
        self.errors = self.folder / "yett.err"
        self.write()
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [EXECUTABLE, "serve", "--config", str(self.folder / "yett.yaml")], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=errors, cwd=self.folder, start_new_session=True)
        self.endpoints = {}

    def write(self):
        """The configuration; each time with another route."""
        more = f'      - {{ name: gen-{self.reloads}, path: /gen/{self.reloads}, respond: {{ body: "{self.reloads}" }} }}\n'
        (self.folder / "yett.yaml").write_text(CONFIGURATION.format(
            folder=self.folder, more=more, patience=int(PATIENCE), slow=max(3, int(PATIENCE / 4)), **self.ports))

    async def ready(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            for name, port in re.findall(r"ready listener=(\S+) address=127\.0\.0\.1:(\d+)", self.errors.read_text()):
                self.endpoints[name] = int(port)
            if {"http", "https", "admin"} <= self.endpoints.keys():
                return
            await asyncio.sleep(0.02)
        raise SystemExit(f"sockets: Yett did not start:\n{self.said()}")

    def reload(self):
        self.reloads += 1
        self.write()
        self.process.send_signal(signal.SIGHUP)

    def said(self, octets=4_000):
        return self.errors.read_text(errors="replace")[-octets:]

    def trapped(self):
        """What ended it, or what a sanitizer said; `None` while all is well."""
        if self.process.poll() is not None:
            return f"Yett ended with {self.process.returncode}"
        match = re.search(r".*(Sanitizer|Fatal error).*", self.errors.read_text(errors="replace"))
        return match[0] if match else None

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident(self):
        """Octets."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) << 10

    async def stop(self):
        """SIGTERM; its exit status, or `None` where it had to be killed."""
        if self.process.poll() is None:
            self.process.terminate()
            end = time.monotonic() + PATIENCE
            while self.process.poll() is None and time.monotonic() < end:
                await asyncio.sleep(0.02)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            return None
        return self.process.returncode
