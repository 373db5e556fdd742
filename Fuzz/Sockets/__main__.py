"""Fuzzes the running executable over sockets: Fuzz/run sockets [SECONDS] [SEED].

Starts Yett between clients and origins of which some are honest, and some send anything; see ledger.py for what must
never be. Exits 1 with a finding, of which the evidence lies in .build-fuzz/sockets."""

import asyncio
import json
import logging
import math
import pathlib
import random as randomness
import shutil
import socket
import sys
import tempfile
import time

from clients import Broken, Clients
from ledger import Ledger
from origins import Origins
from wire import Ended, Malformed
from yett import EXECUTABLE, PATIENCE, ROOT, Yett

AT_ONCE = 96
# Cases between two sane requests, and those before the first look at memory and descriptors.
BATCH, WARM_UP = 200, 400
EVIDENCE = ROOT / ".build-fuzz/sockets"
GROWTH_LIMIT = 24 << 20
FAILURES = (OSError, Broken, Ended, Malformed, asyncio.TimeoutError)


class Run:
    """One process of Yett, and all that is done to it."""

    def __init__(self, seconds, seed, folder):
        self.seconds, self.seed, self.folder = seconds, seed, folder
        EVIDENCE.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger(EVIDENCE, seed)
        self.cases, self.residents, self.growth = 0, [], 0

    async def run(self):
        origins = Origins(self.ledger, self.seed)
        # A server that refuses: bound, so that nobody else gets its port, and not listening.
        nobody = socket.socket()
        nobody.bind(("127.0.0.1", 0))
        self.yett = Yett(
            self.folder, honest=[await origins.start(origins.honest) for _ in range(2)],
            lying=await origins.start(origins.lying), late=await origins.start(origins.late),
            nobody=nobody.getsockname()[1])
        try:
            await self.yett.ready()
            self.clients = Clients(self.ledger, self.yett)
            for _ in range(4):
                await self.clients.sane()
            await self.until(PATIENCE, WARM_UP)
            before = await self.settled()
            await self.until(self.seconds, math.inf)
            await self.look(self.cases)
            if not self.stops:
                await self.look_at_rest(before)
        finally:
            status = await self.yett.stop()
        if status != 0 and not self.ledger.findings:
            self.ledger.finding("end", f"Yett ended with {status}", self.yett.said())
        self.look_at_log()

    async def until(self, seconds, limit):
        """Cases, some at once, until the time is over or there were so many."""
        end = time.monotonic() + seconds

        async def go_on():
            while time.monotonic() < end and self.cases < limit and not self.stops:
                case = self.cases = self.cases + 1
                await self.one(case)
                if case % BATCH == 0:
                    await self.look(case)

        await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))

    async def one(self, case):
        random = randomness.Random(f"{self.seed}/{case}")
        kind = random.choice(["strict"] * 4 + ["wild"] * 7 + ["records"])
        self.ledger.count(f"{kind} clients")
        try:
            await asyncio.wait_for(getattr(self.clients, kind)(case, random), 3 * PATIENCE)
        except asyncio.TimeoutError:
            requests, sent, wire, reader = self.clients.under_way.get(case, ([], b"", None, None))
            self.ledger.finding(
                case, f"a {kind} client was not done in {3 * PATIENCE:.0f} s", b"asked:",
                b"".join(request.head for request in requests), b"sent:", bytes(sent), b"got:",
                bytes(wire.seen) if wire else b"", repr(reader))
        except FAILURES as error:
            if kind == "strict" and not self.yett.trapped():
                self.ledger.finding(case, f"a {kind} client failed: {error!r}")
        finally:
            self.clients.under_way.pop(case, None)

    async def look(self, case):
        """Whether Yett is alive and answers; now and then it takes another configuration."""
        if trapped := self.yett.trapped():
            return self.ledger.finding(f"before {case}", trapped, self.yett.said(20_000))
        try:
            await self.clients.sane()
            self.residents.append(self.yett.resident())
        except FAILURES as error:
            self.ledger.finding(f"before {case}", f"a sane request failed: {error!r}", self.yett.said())
        if case // BATCH % 5 == 0:
            self.yett.reload()

    @property
    def stops(self):
        return self.yett.process.poll() is not None or self.ledger.is_full

    async def settled(self, wanted=0, patience=4):
        """Descriptors that are held while nobody is connected: as wanted, or fewer no longer."""
        least, end = self.yett.descriptors(), time.monotonic() + patience
        while least > wanted and time.monotonic() < end:
            await asyncio.sleep(0.1)
            if (held := self.yett.descriptors()) < least:
                least, end = held, time.monotonic() + patience
        return least

    async def look_at_rest(self, before):
        """Whether what the clients took is given back."""
        after = await self.settled(before, PATIENCE)
        if after > before:
            self.ledger.finding("end", f"{after} descriptors, {before} before: some are not closed")
        try:
            # What is left ends within a time limit: one that is left behind does not.
            end = time.monotonic() + 2 * PATIENCE
            while left := {name: value for name, value in (await self.clients.metrics()).items() if value and name.startswith(
                    ("yett_server_active_requests", "yett_cache_fills", "yett_cache_waiters", "yett_listener_connections"))}:
                if time.monotonic() > end:
                    self.ledger.finding("end", f"nobody is connected, and there is {left}")
                    break
                await asyncio.sleep(0.2)
        except FAILURES as error:
            self.ledger.finding("end", f"no metrics: {error!r}")
        self.growth = self.yett.resident() - self.residents[len(self.residents) // 3]
        # A sanitizer keeps what is freed.
        if self.growth > GROWTH_LIMIT and "build-" not in EXECUTABLE:
            self.ledger.finding("end", f"memory grew by {self.growth >> 10} KiB in the last two thirds")

    def look_at_log(self):
        """Every line of the access log is a JSON object, whatever was sent."""
        lines = 0
        with open(self.folder / "access.log", "rb") as log:
            for line in log:
                lines += 1
                try:
                    if not isinstance(json.loads(line.decode("utf-8")), dict):
                        raise ValueError("no object")
                except ValueError as error:
                    return self.ledger.finding("end", f"line {lines} of the access log: {error}", line)
        self.ledger.counts["lines of the access log"] = lines

    def verdict(self):
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.ledger.counts.items()))
        print(f"sockets: seed {self.seed}: {self.cases} cases; {counts}; {self.yett.reloads} reloads; resident "
              f"{max(self.residents, default=0) >> 20} MiB, {self.growth / 1048576:+.1f} MiB in the end")
        for finding in self.ledger.findings:
            print(f"sockets: seed {self.seed}: {finding}")
        print(f"sockets: {len(self.ledger.findings) or 'no'} finding{'' if len(self.ledger.findings) == 1 else 's'} in {self.seconds} s")
        return 1 if self.ledger.findings else 0


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else randomness.SystemRandom().randrange(1 << 32)
    if not pathlib.Path(EXECUTABLE).exists():
        sys.exit(f"sockets: no {EXECUTABLE}: make build")
    print(f"sockets: seed {seed}", flush=True)
    # It warns of connections that were reset, which is what they are here for.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="yett-fuzz-"))
    run = Run(seconds, seed, folder)
    try:
        asyncio.run(run.run())
    finally:
        if run.ledger.findings:
            shutil.copy(folder / "access.log", EVIDENCE / f"access-{seed}.log")
        shutil.rmtree(folder)
    sys.exit(run.verdict())


if __name__ == "__main__":
    main()
