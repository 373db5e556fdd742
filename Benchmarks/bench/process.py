"""Programs that are started here and ended here, by their process id, also on Ctrl-C."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

from . import machine


class Failed(Exception):
    """Something did not go as a measurement needs it; the message says what."""


class Program:
    """One program with all the processes it makes."""

    def __init__(self, command, folder, name, core=None, environment=None, needs_input=False):
        self.name, self.output, self.errors = name, folder / f"{name}.out", folder / f"{name}.err"
        self.command = (["taskset", "-c", str(core)] if core is not None else []) + [str(word) for word in command]
        # Append mode, so that a log on standard output can be cut off while it is written.
        with open(self.output, "ab") as output, open(self.errors, "ab") as errors:
            # A session of its own: Ctrl-C reaches us alone, and we end it in order.
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE if needs_input else subprocess.DEVNULL, stdout=output,
                stderr=errors, env={**os.environ, **(environment or {})}, start_new_session=True)
        self.pid = self.process.pid

    def ids(self):
        """Its process id and those of its descendants."""
        children = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except (OSError, IndexError):
                    continue
                children.setdefault(parent, []).append(int(entry.name))
        found = [self.pid]
        for one in found:
            found += children.get(one, [])
        return found

    def cpu_by_task(self):
        """CPU time of each of its threads (the first word of schedstat) in nanoseconds, by thread id."""
        found = {}
        for one in self.ids():
            for task in pathlib.Path(f"/proc/{one}/task").glob("*/schedstat"):
                try:
                    found[task.parent.name] = int(task.read_text().split()[0])
                except OSError:
                    continue  # a thread that has just ended
        return found

    def cpu_ns(self):
        """CPU time of all its threads, in nanoseconds."""
        return sum(self.cpu_by_task().values())

    def resident(self):
        """Octets resident, of all its processes."""
        total = 0
        for one in self.ids():
            try:
                lines = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Rss:"))
            except OSError:
                continue
        return total

    def descriptors(self):
        """Open descriptors of all its processes."""
        return sum(1 for _ in self.open_files())

    def connections_to(self, ports):
        """How many of its descriptors are connections to these ports of 127.0.0.1."""
        sockets = set()
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            words = line.split()
            if int(words[2].split(":")[1], 16) in ports:
                sockets.add(f"socket:[{words[9]}]")
        return sum(1 for file in self.open_files() if file in sockets)

    def open_files(self):
        for one in self.ids():
            try:
                for entry in os.scandir(f"/proc/{one}/fd"):
                    yield os.readlink(entry.path)
            except OSError:
                continue

    def is_running(self):
        return self.process.poll() is None

    def tell(self, number):
        os.kill(self.pid, number)

    def say(self, line=""):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def read(self):
        return self.output.read_text(errors="replace")

    def complaints(self):
        """The end of what it said on standard error (or out)."""
        text = self.errors.read_text(errors="replace") or self.read()
        return "\n".join(text.strip().splitlines()[-15:])

    def await_text(self, text, seconds=30):
        """Waits until it has said so; the line in which it did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.read().splitlines():
                if text in line:
                    return line
            if not self.is_running():
                break
            time.sleep(0.01)
        raise Failed(f"{self.name} did not say `{text}` within {seconds} s:\n{self.complaints()}")

    def await_port(self, port, seconds=20):
        """Waits until somebody listens there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.is_running():
                raise Failed(f"{self.name} ended with {self.process.returncode}:\n{self.complaints()}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        raise Failed(f"{self.name} does not listen on port {port} after {seconds} s:\n{self.complaints()}")

    def wait(self, seconds):
        """Waits for its own end; what it said."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} did not end within {seconds} s:\n{self.complaints()}") from None
        if code:
            raise Failed(f"{self.name} ended with {code}:\n{self.complaints()}")
        return self.read()

    def end(self, seconds=5):
        """SIGTERM, then SIGKILL to what is left of it, each by its id."""
        family = self.ids() if self.is_running() else []
        for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5)):
            if not self.is_running():
                break
            try:
                self.process.send_signal(number)
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        for one in family[1:]:
            try:
                if os.getsid(one) == self.pid:
                    os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if self.process.stdin:
            self.process.stdin.close()


class Bench:
    """A folder in memory and the programs that run in it; leaving it ends and removes all of them."""

    def __enter__(self):
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.temporary = tempfile.TemporaryDirectory(prefix="yett-bench-", dir=base, ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self.temporary.name)
        self.programs, self.names = [], {}
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave anything behind.
        kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for program in reversed(self.programs):
            program.end()
        self.temporary.cleanup()
        signal.signal(signal.SIGINT, kept)

    def start(self, command, name, **how):
        number = self.names[name] = self.names.get(name, 0) + 1
        program = Program(command, self.folder, name if number == 1 else f"{name}-{number}", **how)
        self.programs.append(program)
        return program

    def origin(self, port=0, core=None):
        """Starts an origin; (program, port)."""
        program = self.start([machine.built("loops/origin"), port], "origin", core=core)
        return program, int(program.await_text("listening").split()[1])
