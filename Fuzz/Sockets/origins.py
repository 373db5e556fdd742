"""The origins behind Yett: an honest one, one that lies, and one that says more than it was asked.

What an origin does follows from the request's target alone, so that a run can be made again."""

import asyncio
import re
import socket
import struct
import zlib
from random import Random

import ledger as tokens
from mutation import chunked, cut, mutate, corpus
from wire import Ended, Malformed, Wire, content, read_body, read_request_head

REASONS = {200: b"OK", 204: b"No Content", 301: b"Moved Permanently", 404: b"Not Found", 500: b"Oh"}
CACHE = [
    [b"Cache-Control: max-age=60"], [b"Cache-Control: max-age=1"], [b"Cache-Control: s-maxage=2, max-age=0"],
    [b"Cache-Control: max-age=1, must-revalidate"], [b"Cache-Control: max-age=0, stale-while-revalidate=9"], [],
    [b"Cache-Control: no-store"], [b"Cache-Control: private, max-age=60"], [b"Cache-Control: no-cache"],
    [b"Cache-Control: max-age=60", b"Set-Cookie: a=b"], [b"Cache-Control: max-age=60", b"Age: 70"],
]
HEADS = corpus("ResponseHead")


class Plan:
    """What the honest origin says of a target, to whoever asks: its clients know it as well."""

    def __init__(self, target):
        random = Random(zlib.crc32(target))
        self.random = random
        self.is_cached = target.startswith(b"/hc/")
        self.status = random.choice([200] * 12 + [404, 500, 204, 301])
        self.size = 0 if self.status == 204 else random.choice([0, 1, 5, 100, 1_000, 4_095, 16_384, 70_000, 200_000])
        self.framing = random.choice(["length", "length", "chunked", "chunked", "close"])
        self.closes = self.framing == "close" or random.random() < 0.1
        self.drips = random.random() < 0.2
        self.fills = random.random() < 0.15
        self.interims = random.choice([0] * 8 + [1, 2, 4])
        self.cache = random.choice(CACHE) if self.is_cached else []
        self.varies = self.is_cached and random.random() < 0.25
        self.etag = b'"e%08x"' % zlib.crc32(target[1:]) if random.random() < 0.5 else None

    def key(self, target, tok):
        return target + (b" " + tok if self.varies and tok else b"")

    @property
    def may_be_shared(self):
        return self.is_cached and not any(b"no-store" in field or b"private" in field for field in self.cache)

    def answer(self, request, body, tokens_of_run):
        """The answer's octets."""
        key = self.key(request.target, b", ".join(request.all(b"x-tok")))
        page = content(key, self.size)
        shared = self.may_be_shared and request.method in (b"GET", b"HEAD")
        lines = [b"X-Key: " + key, b"X-Size: %d" % self.size, b"X-Body: %d-%08x" % (len(body), zlib.crc32(body)),
                 b"X-Nonce: " + tokens_of_run.nonce(tokens_of_run.random, shared), *self.cache]
        if self.etag:
            lines.append(b"ETag: " + self.etag)
        if self.varies:
            lines.append(b"Vary: X-Tok")
        if self.closes:
            lines.append(b"Connection: close")
        status = self.status
        if self.etag and status == 200 and request.method in (b"GET", b"HEAD") and \
                self.etag in b", ".join(request.all(b"if-none-match")):
            return b"HTTP/1.1 304 Not Modified\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"
        framed = page
        if status != 204 and self.framing == "length":
            lines.append(b"Content-Length: %d" % self.size)
        elif status != 204 and self.framing == "chunked":
            lines.append(b"Transfer-Encoding: chunked")
            framed = chunked(page, self.random)
        head = b"HTTP/1.1 %d %s\r\n" % (status, REASONS[status]) + b"".join(line + b"\r\n" for line in lines)
        if request.method == b"HEAD" or status == 204:
            framed = b""
        if self.fills:
            # So that a read that fills Yett's buffer ends with the answer.
            missing = -(len(head) + len(framed) + len(b"X-Pad: \r\n\r\n")) % 16_384
            head += b"X-Pad: " + b"p" * missing + b"\r\n" if missing else b""
        interims = b"".join(b"HTTP/1.1 103 Early Hints\r\nLink: </%d>\r\n\r\n" % index for index in range(self.interims))
        return interims + head + b"\r\n" + framed


class Origins:
    """Listens for all of them, and counts their connections."""

    def __init__(self, ledger, seed):
        self.ledger, self.random, self.servers = ledger, Random(f"{seed}/origins"), []
        ledger.random = self.random

    async def start(self, answer):
        """One more origin; its port."""
        async def serve(reader, writer):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                await answer(Wire(reader), writer)
            except (Ended, OSError, asyncio.CancelledError):
                pass
            except Malformed as error:
                self.ledger.finding("?", f"an origin was sent what is malformed: {error}", bytes(writer.wire.seen))
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1_024)
        self.servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _request(self, wire, writer):
        """The next request with its body, or with none where it is for the caller to read."""
        writer.wire = wire
        wire.seen.clear()
        head = await read_request_head(wire)
        self.ledger.count("requests at origins")
        return head

    async def _body(self, wire, head):
        body = await read_body(wire, head.framing())
        self.ledger.read_by_origin(head.octets + body)
        return body

    # MARK: The honest one

    async def honest(self, wire, writer):
        while True:
            head = await self._request(wire, writer)
            if head.all(b"expect"):
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await self._body(wire, head)
            plan = Plan(head.target)
            octets = plan.answer(head, body, self.ledger)
            for piece in cut(octets, plan.random) if plan.drips and len(octets) < 300_000 else [octets]:
                writer.write(piece)
                await writer.drain()
                if plan.drips:
                    await asyncio.sleep(plan.random.choice([0, 0, 0.001, 0.004]))
            if plan.closes:
                return

    # MARK: The one that lies

    async def lying(self, wire, writer):
        while True:
            head = await self._request(wire, writer)
            random = Random(zlib.crc32(head.target))
            # One that answers before it has read all reads no further request.
            reads = head.framing() in (None, 0) or random.random() < 0.9
            if reads:
                await self._body(wire, head)
            for step in self._lie(head, random):
                if isinstance(step, bytes):
                    writer.write(step)
                    await writer.drain()
                elif isinstance(step, float):
                    await asyncio.sleep(step)
                elif step == "reset":
                    return reset(writer)
                elif step == "half-close":
                    writer.write_eof()
                elif step == "close":
                    return
            if not reads or random.random() < 0.3:
                return

    def _lie(self, head, random):
        seen = b" ".join(tokens.TOKEN.findall(head.octets))
        page = b"page of " + seen + b"." * random.choice([0, 3, 90, 5_000, 40_000])
        fields = b"X-Seen: " + seen + b"\r\n" + (random.choice(CACHE) + [b"A: b"])[0] + b"\r\n"
        plain = b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: %d\r\n\r\n" % len(page) + page
        coded = b"HTTP/1.1 200 OK\r\n" + fields + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(page, random)
        good = random.choice([plain, coded])
        start, end = good.split(b"\r\n\r\n", 1)
        evil = b"HTTP/1.1 200 OK\r\nX-Seen: %s\r\nContent-Length: 4\r\n\r\nevil" % tokens.EVIL
        bare = b"HTTP/1.1 %s\r\n" + fields + b"\r\n"
        choice = random.randrange(16)
        if choice == 0:  # more than was asked for, in the same write
            return [random.choice([good, bare % b"204 No", bare % b"304 No", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
                    + evil]
        if choice == 1:  # ... where the answer's end fills a buffer
            base = b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: 0\r\n"
            return [base + b"P: " + b"p" * (16_384 - len(base) - 7) + b"\r\n\r\n" + evil]
        if choice == 2:  # two lengths, codings, odd lengths
            line = random.choice([
                b"Content-Length: 3\r\nContent-Length: 4", b"Content-Length: 3, 4", b"Content-Length: 3, 3",
                b"Content-Length: +3", b"Content-Length: -3", b"Content-Length: 0x3", b"Content-Length: 9" + b"9" * 30,
                b"Content-Length: 18446744073709551615", b"Content-Length: 9223372036854775807", b"Content-Length:",
                b"Transfer-Encoding: chunked\r\nContent-Length: 3", b"Transfer-Encoding: gzip, chunked",
                b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: xchunked",
                b"Transfer-Encoding:\tchunked", b"Transfer-Encoding : chunked", b"Transfer-Encoding: chunked\r\n ,gzip"])
            # Of a length that is odd and valid, what follows is a part.
            more = random.choice([b"", b"d", evil]) if b"Length: 9" not in line and b"Length: 1" not in line else b"d"
            return [b"HTTP/1.1 200 OK\r\n" + fields + line + b"\r\n\r\nabc" + more]
        if choice == 3:  # chunks
            lines = random.choice([
                b"8000000000000000\r\nabc", b"ffffffffffffffff\r\n", b"3\nabc\r\n0\r\n\r\n", b"3\r\nabcX\r\n0\r\n\r\n",
                b"3;" + b"a" * 400 + b"\r\nabc\r\n", b"-3\r\nabc\r\n", b"3 \r\nabc\r\n0\r\n\r\n", b"00000000000000003\r\n",
                b"3\r\nabc\r\n0\r\n" + b"T: r\r\n" * 3_000 + b"\r\n", b"3\r\nabc\r\n0\r\nBad\r\n\r\n", b"1\r\na\r\n" * 9_000,
                b"0\r\n\r\n" + evil])
            return [b"HTTP/1.1 200 OK\r\n" + fields + b"Transfer-Encoding: chunked\r\n\r\n" + lines]
        if choice == 4:  # cut anywhere
            return [good[:random.randrange(len(good))], random.choice(["close", "reset", "half-close", 0.4])]
        if choice == 5:  # nothing at all
            return [random.choice(["close", "reset", "half-close", 0.01, 0.4]), "close"]
        if choice == 6:  # interim answers
            count = random.choice([1, 4, 5, 15, 16, 17, 400])
            one = random.choice([b"100 Continue", b"102 Wait", b"103 Early", b"199 Odd"])
            link = b"Link: <%s>\r\n" % (b"l" * random.choice([0, 5, 9_000])) if random.random() < 0.5 else b""
            return [(b"HTTP/1.1 %s\r\n%s\r\n" % (one, link)) * count, random.choice([0.0, 0.005]), good]
        if choice == 7:
            return [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + evil, "close"]
        if choice == 8:  # slow
            pieces = cut(good, random)[:60]
            return [step for piece in pieces for step in (piece, random.choice([0.0, 0.001, 0.01]))] + ["close"]
        if choice == 9:  # a head beyond every limit
            return [start + b"\r\n" + random.choice([b"X: " + b"x" * 70_000, b"X: y\r\n" * 3_000, b"X" * 70_000])
                    + b"\r\n\r\n" + end]
        if choice == 10:  # a close as the end, in order or not
            return [b"HTTP/1.%d 200 OK\r\n%s\r\n%s" % (random.randrange(2), fields, page),
                    random.choice(["close", "reset", "half-close"]), 0.05]
        if choice == 11:  # octets of no protocol
            return [bytes(random.randrange(256) for _ in range(random.choice([1, 50, 900])))]
        if choice == 12:  # a status line that is none
            line = random.choice([
                b"HTTP/2.0 200 OK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 099 OK", b"HTTP/1.1 200", b"http/1.1 200 OK",
                b"HTTP/1.1  200 OK", b"HTTP/1.1 200 \x00", b"HTTP/1.2 200 OK", b"\r\n\r\nHTTP/1.1 200 OK", b"ICY 200 OK",
                b"HTTP/1.1 600 Far", b"HTTP/1.1 999 Far", b"HTTP/1.1 200 \xffK"])
            return [line + good[good.index(b"\r\n"):]]
        if choice == 13:
            return [mutate(re.sub(rb"a", b"b", random.choice(HEADS)), random) + page]
        return [mutate(good, random) if b"Content-Length" not in good or random.random() < 0.5 else good]

    # MARK: The one that says more

    async def late(self, wire, writer):
        """Octets that come when nobody waits for them: who gets them is the origin's doing, and not looked at."""
        random = Random(self.random.random())
        if random.random() < 0.1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        while True:
            head = await self._request(wire, writer)
            await read_body(wire, head.framing())
            octets = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
            writer.write(octets[:random.choice([len(octets), len(octets), 20])])
            await asyncio.sleep(random.choice([0, 0, 0.0005, 0.003]))
            writer.write(random.choice([octets, b"x", b"\r\n", b"0\r\n\r\n", octets * 100]))
            await writer.drain()
            if random.random() < 0.3:
                return reset(writer) if random.random() < 0.5 else None


def reset(writer):
    """Ends a connection by a reset."""
    connection = writer.get_extra_info("socket")
    if connection is None or writer.is_closing():
        return
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    writer.transport.abort()
