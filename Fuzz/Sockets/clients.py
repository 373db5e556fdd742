"""Clients: some ask as they should and look at every octet of the answer, some send anything."""

import asyncio
import socket
import ssl
import zlib

from mutation import chunked, cut, mutate
from origins import Plan, reset
from wire import Ended, Malformed, Wire, content, read_answer
from yett import PATIENCE

METHODS = [b"GET"] * 8 + [b"HEAD"] * 2 + [b"POST"] * 3 + [b"PUT", b"DELETE", b"OPTIONS", b"PATCH"]
SHARED_PAGES = 24
# For an answer that may never come: who has sent anything waits so long for it.
QUIET = 0.25


class Broken(Exception):
    """An answer that is not as it must be."""


class Clients:
    """Makes the clients of a run, each of its number alone."""

    def __init__(self, ledger, yett):
        self.ledger, self.yett = ledger, yett
        # What the clients under way have asked, sent and got.
        self.under_way = {}
        self.trust = ssl.create_default_context(cafile=str(yett.folder / "cert.pem"))
        self.trust.set_alpn_protocols(["http/1.1"])

    async def connect(self, secured, small=False):
        """A connection to Yett, plain or over TLS; its two sides."""
        plain = socket.socket()
        plain.setblocking(False)
        if small:
            # Smaller, and the kernels' timers alone would take a minute for a page.
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = self.yett.endpoints["https" if secured else "http"]
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
        return await asyncio.open_connection(
            sock=plain, limit=2_048 if small else 65_536, ssl=self.trust if secured else None,
            server_hostname="a" if secured else None)

    def target(self, case, random):
        """Where a strict client asks, and the tokens of it."""
        if random.random() < 0.4:
            shared = b"t%012xz" % random.randrange(SHARED_PAGES)
            return b"/hc/" + shared
        return random.choice([b"/h/", b"/h/", b"/hc/"]) + self.ledger.token(b"t", case, random)

    # MARK: Who asks as one should

    async def strict(self, case, random):
        """Several requests on one connection, in any framing and cut anywhere: every answer is whole, its own, in order."""
        secured, slow, pipelined = random.random() < 0.4, random.random() < 0.1, random.random() < 0.5
        sent = bytearray()
        reader, writer = await self.connect(secured, slow)
        wire = Wire(SlowReader(reader) if slow else reader)
        count = random.choice([1, 1, 2, 3, 5, 9])
        requests = [self.request(case, random, is_last=index + 1 == count) for index in range(count)]
        self.under_way[case] = (requests, sent, wire, reader)
        # A client that leaves in the middle takes nobody along.
        leaves = random.randrange(count) if random.random() < 0.1 else None
        try:
            if pipelined:
                # Written beside the reading: both sides' buffers are finite.
                writing = asyncio.create_task(self.send(writer, b"".join(
                    request.head + request.framed for request in requests), sent, random))
                for index, request in enumerate(requests):
                    if index == leaves:
                        writing.cancel()
                        return self.leave(writer, random)
                    self.check(await read_answer(wire, request.method), request)
                await writing
            else:
                for index, request in enumerate(requests):
                    if index == leaves:
                        await self.send(writer, (request.head + request.framed)[:random.randrange(4_000)], sent, random)
                        return self.leave(writer, random)
                    await self.exchange(wire, writer, request, sent, random)
        except (Broken, Malformed, Ended, OSError) as error:
            if not self.yett.trapped():
                asked = b" ".join(request.head for request in requests)
                who = f"{'slow' if slow else 'swift'}, {'secured' if secured else 'plain'}, {'pipelined' if pipelined else 'in turn'}"
                self.ledger.finding(case, f"{type(error).__name__}: {error}", who, b"asked:", asked, b"sent:", bytes(sent),
                                    b"got:", bytes(wire.seen[-20_000:]))
        finally:
            self.ledger.got_by_client(case, b"".join(request.head for request in requests), bytes(wire.seen))
            writer.close()

    async def exchange(self, wire, writer, request, sent, random):
        """One request, then its answer."""
        if not request.waits:
            answering = asyncio.create_task(read_answer(wire, request.method))
            try:
                await self.send(writer, request.head + request.framed, sent, random)
            finally:
                answer = await answering
            return self.check(answer, request)
        # It waits to be asked for the body.
        await self.send(writer, request.head, sent, random)
        asked = []

        async def give():
            if not asked:
                asked.append(True)
                await self.send(writer, request.framed, sent, random)

        return self.check(await read_answer(wire, request.method, on_continue=give), request)

    def request(self, case, random, is_last):
        request = Request()
        request.method = random.choice(METHODS)
        request.target = self.target(case, random)
        request.body, request.framed, request.waits = b"", b"", False
        lines = [b"Host: a"]
        request.tok = None
        if random.random() < 0.4:
            request.tok = random.choice([b"x00000000000%xz" % random.randrange(4), self.ledger.token(b"x", case, random)])
            lines.append(b"X-Tok: " + request.tok)
        if request.method not in (b"GET", b"HEAD", b"OPTIONS") and random.random() < 0.9:
            token = self.ledger.token(b"b", case, random)
            request.body = content(token, random.choice([0, 1, 14, 100, 5_000, 70_000, 300_000]))
            if random.random() < 0.5:
                lines.append(b"Content-Length: %d" % len(request.body))
                request.framed = request.body
            else:
                lines.append(b"Transfer-Encoding: chunked")
                request.framed = chunked(request.body, random)
            if request.body and random.random() < 0.2:
                lines.append(b"Expect: 100-continue")
                request.waits = random.random() < 0.7
        plan = Plan(request.target)
        request.condition = None
        if plan.etag and random.random() < 0.3:
            request.condition = plan.etag
            lines.append(b"If-None-Match: " + plan.etag)
        if random.random() < 0.1:
            lines.append(random.choice([b"Cache-Control: no-cache", b"Cache-Control: max-age=0", b"Pragma: no-cache",
                                        b"Accept: application/json", b"Cookie: a=b", b"TE: trailers", b"Connection: keep-alive"]))
        request.closes = is_last and random.random() < 0.3
        if request.closes:
            lines.append(b"Connection: close")
        random.shuffle(lines)
        request.head = request.method + b" " + request.target + b" HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\n\r\n"
        return request

    def check(self, answer, request):
        """The answer is the one that the honest origin gives to this request."""
        self.ledger.count("answers looked at")
        plan = Plan(request.target)
        head = answer.head
        statuses = {plan.status}
        if request.condition and plan.status in (200, 204) and request.method in (b"GET", b"HEAD"):
            statuses.add(304)
        if answer.status not in statuses:
            raise Broken(f"{answer.status} for {request.head!r}, expected {statuses}")
        key = plan.key(request.target, request.tok)
        # What a 304 may leave out Yett's own does (RFC 9110 §15.4.5).
        if head.one(b"x-key") != key and not (answer.status == 304 and head.one(b"x-key") is None):
            raise Broken(f"the answer of {head.one(b'x-key')!r} for {key!r}")
        if answer.status == 304 or request.method == b"HEAD":
            body = b""
        else:
            body = content(key, plan.size)
        if answer.body != body:
            raise Broken(f"{len(answer.body)} octets of another body than {len(body)} of {key!r}")
        if request.method not in (b"GET", b"HEAD") or not plan.is_cached:
            expected = b"%d-%08x" % (len(request.body), zlib.crc32(request.body))
            if head.one(b"x-body") != expected:
                raise Broken(f"the origin read {head.one(b'x-body')!r} of a body that is {expected!r}")
        if answer.ends_connection and not request.closes:
            raise Broken(f"the connection is closed after {request.head!r}")

    async def send(self, writer, octets, sent, random):
        """In pieces, with pauses between some."""
        pieces = cut(octets, random)
        pause = random.choice([None, 0, 0, 0.002]) if len(pieces) > 1 else None
        for piece in pieces:
            await self.push(writer, piece, sent)
            if pause is not None:
                await asyncio.sleep(pause)

    @staticmethod
    async def push(writer, piece, sent):
        if writer.is_closing():
            return
        try:
            writer.write(piece)
            await writer.drain()
        except OSError:
            return
        if len(sent) < 1 << 20:
            sent += piece

    @staticmethod
    def leave(writer, random):
        if random.random() < 0.5:
            reset(writer)

    # MARK: Who sends anything

    async def wild(self, case, random):
        """Requests that were changed, at any route and door, ended in any way."""
        door = random.choice(["http"] * 6 + ["https"] * 3 + ["admin"])
        prefix = random.choice([b"/h/", b"/hc/", b"/l/", b"/l/", b"/l/", b"/lc/", b"/lc/", b"/x/", b"/xc/", b"/sane/", b"/m/"])
        count = random.choice([1, 1, 1, 2, 3, 6, 40])
        octets = b"".join(self.wild_request(case, prefix, random) for _ in range(count))
        if random.random() < 0.75:
            octets = mutate(octets, random)
        reader, writer = await (self.open_admin(random) if door == "admin" else self.connect(
            door == "https", small=random.random() < 0.1))
        wire, sent = Wire(reader), bytearray()
        ending = random.choice(["wait", "wait", "half-close", "half-close", "close", "reset", "deaf"])
        try:
            await asyncio.wait_for(self.send(writer, octets, sent, random), 1)
            if ending == "half-close" and door == "http":
                writer.write_eof()
            if ending == "close":
                return
            if ending == "reset":
                return reset(writer)
            if ending == "deaf":
                return await asyncio.sleep(random.choice([0.01, 0.3]))
            end = asyncio.get_running_loop().time() + (PATIENCE / 3 if random.random() < 0.02 else 2)
            while asyncio.get_running_loop().time() < end:
                await asyncio.wait_for(wire._more(), QUIET if random.random() < 0.98 else 2)
                wire.rest = b""
        except (Ended, OSError, asyncio.TimeoutError):
            pass
        finally:
            # Who gets what the late origin says too much is that origin's doing.
            if prefix not in (b"/x/", b"/xc/") and door != "admin":
                self.ledger.got_by_client(case, octets, bytes(wire.seen))
            writer.close()

    def wild_request(self, case, prefix, random):
        target = prefix + self.ledger.token(b"t", case, random)
        lines = [b"Host: " + random.choice([b"a", b"a", b"a", b"x.b", b"other"])]
        if random.random() < 0.3:
            lines.append(b"X-Tok: " + self.ledger.token(b"x", case, random))
        for _ in range(random.choice([0, 0, 1, 2])):
            lines.append(random.choice([b"A: b", b"Accept: */*", b"Connection: keep-alive", b"Connection: close",
                                        b"Cache-Control: only-if-cached", b"Range: bytes=1-2", b"Expect: 100-continue"]))
        method, body = random.choice(METHODS), b""
        if method not in (b"GET", b"HEAD") and random.random() < 0.8:
            body = content(self.ledger.token(b"b", case, random), random.choice([0, 20, 900, 60_000]))
            if random.random() < 0.5:
                lines.append(b"Content-Length: %d" % len(body))
            else:
                lines.append(b"Transfer-Encoding: chunked")
                body = chunked(body, random)
        version = random.choice([b"HTTP/1.1"] * 8 + [b"HTTP/1.0"])
        return method + b" " + target + b" " + version + b"\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + body

    async def open_admin(self, random):
        if random.random() < 0.5:
            return await asyncio.open_unix_connection(str(self.yett.folder / "admin.sock"))
        return await asyncio.open_connection("127.0.0.1", self.yett.endpoints["admin"])

    async def records(self, case, random):
        """A TLS connection of which some octets were changed, left out or cut on their way."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.yett.endpoints["https"])
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = self.trust.wrap_bio(incoming, outgoing, server_hostname="a")
        bad_at = random.randrange(6)
        try:
            for step in range(8):
                try:
                    if step < 4:
                        session.do_handshake()
                    session.write(b"GET /sane HTTP/1.1\r\nHost: a\r\n\r\n")
                except ssl.SSLError as error:
                    if not isinstance(error, ssl.SSLWantReadError):
                        return
                octets = outgoing.read()
                if octets:
                    if step >= bad_at:
                        octets = mutate(octets, random) if random.random() < 0.7 else octets[:random.randrange(len(octets))]
                    for piece in cut(octets, random):
                        await self.push(writer, piece, bytearray())
                incoming.write(await asyncio.wait_for(reader.read(65_536), QUIET))
                if random.random() < 0.1:
                    return
        except (OSError, asyncio.TimeoutError):
            pass
        finally:
            if random.random() < 0.3:
                reset(writer)
            writer.close()

    # MARK: Whether all is well

    async def sane(self):
        """A request that anybody may make is answered, at both doors."""
        for secured in (False, True):
            reader, writer = await self.connect(secured)
            try:
                writer.write(b"GET /sane HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                answer = await asyncio.wait_for(read_answer(Wire(reader), b"GET"), PATIENCE)
                if answer.status != 200 or answer.body != b"sane":
                    raise Broken(f"{answer.status} {answer.body!r} for a sane request")
            finally:
                writer.close()

    async def metrics(self):
        """The samples of `/metrics`, by series."""
        port = self.yett.endpoints["admin"]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % port)
            answer = await asyncio.wait_for(read_answer(Wire(reader), b"GET"), PATIENCE)
        finally:
            writer.close()
        if answer.status != 200:
            raise Broken(f"{answer.status} for /metrics")
        lines = [line.rsplit(" ", 1) for line in answer.body.decode().splitlines() if line and line[0] != "#"]
        return {series: float(value) for series, value in lines}


class Request:
    """What a strict client asks."""


class SlowReader:
    """Takes little at a time."""

    def __init__(self, reader):
        self.reader, self.pauses = reader, 20

    async def read(self, count):
        if self.pauses:
            self.pauses -= 1
            await asyncio.sleep(0.005)
            count = 1_000
        return await self.reader.read(count)
