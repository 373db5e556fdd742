"""What a proxy is to do, and what all proxies have in common."""

import dataclasses
import os
import pathlib
import resource
import signal
import urllib.error
import urllib.request

from . import machine
from .process import Failed


@dataclasses.dataclass
class Setup:
    """What a proxy is to do; the same for all of them."""

    folder: pathlib.Path
    origins: list  # ports
    port: int
    tls_port: int
    admin_port: int
    ciphersuites: str = "TLS_AES_256_GCM_SHA384"
    workers: int = 1
    # What /which answers; another number is another configuration.
    generation: int = 0
    # Seconds; None is the proxy's default or a comparable figure.
    head_timeout: int | None = None
    keep_alive: int | None = None
    write_timeout: int | None = None
    checks_health: bool = False
    # Seconds between two keys of session tickets; None is the proxy's own.
    ticket_rotation: int | None = None
    # What the peers are told of descriptors; they set their own limits from it.
    descriptor_limit: int = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    @classmethod
    def make(cls, folder, origins, **more):
        port, tls_port, admin_port = machine.free_ports(3)
        return cls(folder, list(origins), port, tls_port, admin_port, **more)


class Proxy:
    """What is measured. A subclass says how it is configured and started."""

    name = ""

    def __init__(self, setup, executable=None):
        """`executable` stands in for the one that is usual."""
        self.setup, self.program, self.executable = setup, None, executable
        self.folder = setup.folder / (self.name if setup.workers == 1 else f"{self.name}-{setup.workers}")
        self.folder.mkdir(exist_ok=True)
        self.log = self.folder / "access.log"

    def start(self, bench, core=None, wrapper=(), environment=None, seconds=20):
        """Starts it, under another program if one is given, and waits until it listens."""
        self.write()
        self.program = bench.start([*wrapper, *self.command()], self.name, core=core, environment=environment)
        self.program.await_port(self.setup.port, seconds)
        self.program.await_port(self.setup.tls_port, seconds)
        return self

    def reload(self, **changes):
        """Writes a changed configuration and asks for it; does not wait."""
        self.setup = dataclasses.replace(self.setup, **changes)
        self.write()
        self.program.tell(self.reload_signal)

    reload_signal = signal.SIGHUP

    def renew(self):
        """Makes it serve the certificate that lies in the set-up's folder now, and make tickets with another key, where
        it does not see to that by itself."""
        raise Failed(f"{self.name} has no way to take another certificate here: ask another proxy")

    def worker(self):
        """The process whose threads serve: the last of those that it made, or itself."""
        return self.program.ids()[-1]

    def get(self, path, timeout=5):
        """One request; (status, octets)."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.setup.port}{path}", timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError as error:
            raise Failed(f"{self.name} does not answer {path}: {error}\n{self.program.complaints()}") from None

    def logged(self):
        """Octets of its access log so far."""
        return self.log.stat().st_size if self.log.exists() else 0

    def empty_log(self):
        if self.log.exists():
            os.truncate(self.log, 0)


def place(path, text):
    """Writes a file whole before anyone can read it."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)
