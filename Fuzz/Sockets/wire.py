"""HTTP/1.1 read strictly: what Yett writes, to either side, has to be beyond all doubt."""

import re
import zlib

REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~]+) HTTP/1\.1")
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-9]\d\d) [\t -~\x80-\xff]*")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?|)[ \t]*")
SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")


class Malformed(Exception):
    """Octets that nobody should write."""


class Ended(Exception):
    """The connection ended, with something read of what was due or without."""


class Wire:
    """A connection's reading side, which keeps what it read."""

    def __init__(self, reader, limit=4 << 20):
        self.reader, self.seen, self.limit, self.rest = reader, bytearray(), limit, b""

    async def _more(self):
        try:
            octets = await self.reader.read(65_536)
        except OSError as error:
            raise Ended(f"reset: {error}") from error
        if not octets:
            raise Ended("end")
        if len(self.seen) < self.limit:
            self.seen += octets
        self.rest += octets

    async def until(self, mark, limit=131_072):
        while mark not in self.rest:
            if len(self.rest) > limit:
                raise Malformed(f"no {mark!r} in {limit} octets")
            await self._more()
        end = self.rest.index(mark) + len(mark)
        octets, self.rest = self.rest[:end], self.rest[end:]
        return octets

    async def exactly(self, count):
        parts = []
        while count > 0:
            if not self.rest:
                await self._more()
            part, self.rest = self.rest[:count], self.rest[count:]
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    async def chunks(self):
        """A chunked body; trailers are none of ours."""
        body = []
        while True:
            line = await self.until(b"\r\n", 1_024)
            if not SIZE.fullmatch(line[:-2]):
                raise Malformed(f"chunk line {line!r}")
            size = int(line[:-2], 16)
            if size == 0:
                if await self.exactly(2) != b"\r\n":
                    raise Malformed("trailers, or octets in the place of the last line")
                return b"".join(body)
            body.append(await self.exactly(size))
            if await self.exactly(2) != b"\r\n":
                raise Malformed("a chunk's end is no CRLF")

    async def rest_of_connection(self):
        """All that comes to the end; how it ended."""
        try:
            while True:
                await self._more()
        except Ended as end:
            octets, self.rest = self.rest, b""
            return octets, str(end)


class Head:
    """A first line and fields."""

    def __init__(self, octets):
        lines = octets[:-4].split(b"\r\n")
        self.octets, self.line, self.fields = octets, lines[0], []
        for line in lines[1:]:
            match = FIELD.fullmatch(line)
            if not match:
                raise Malformed(f"field {line!r}")
            self.fields.append((match[1].lower(), match[2]))

    def all(self, name):
        return [value for key, value in self.fields if key == name]

    def one(self, name):
        """The only value of a field, or `None`."""
        values = self.all(name)
        if len(values) > 1:
            raise Malformed(f"{name!r} {len(values)} times")
        return values[0] if values else None

    def framing(self):
        """`"chunked"`, a length, or `None`."""
        length, coding = self.one(b"content-length"), self.one(b"transfer-encoding")
        if coding is not None:
            if coding != b"chunked" or length is not None:
                raise Malformed(f"Transfer-Encoding {coding!r}, Content-Length {length!r}")
            return "chunked"
        if length is None:
            return None
        if not re.fullmatch(rb"\d{1,18}", length):
            raise Malformed(f"Content-Length {length!r}")
        return int(length)


async def read_request_head(wire):
    """As an origin reads it."""
    head = Head(await wire.until(b"\r\n\r\n"))
    match = REQUEST_LINE.fullmatch(head.line)
    if not match:
        raise Malformed(f"request line {head.line!r}")
    head.method, head.target = match[1], match[2]
    if head.one(b"host") is None:
        raise Malformed("no Host")
    head.framing()
    return head


async def read_body(wire, framing):
    if framing == "chunked":
        return await wire.chunks()
    return await wire.exactly(framing or 0)


class Answer:
    """A whole answer as a client reads it."""

    def __init__(self, head, body, ends):
        self.head, self.status, self.body, self.ends_connection = head, head.status, body, ends


async def read_head_of_answer(wire):
    head = Head(await wire.until(b"\r\n\r\n"))
    match = STATUS_LINE.fullmatch(head.line)
    if not match:
        raise Malformed(f"status line {head.line!r}")
    head.status = int(match[1])
    return head


async def read_answer(wire, method, on_continue=None):
    """One final answer; the interim ones before it are read as strictly.

    on_continue: called at a 100."""
    while True:
        head = await read_head_of_answer(wire)
        if head.status >= 200:
            break
        if head.status == 100 and on_continue:
            await on_continue()
    closes = any(b"close" in value.lower() for value in head.all(b"connection"))
    framing = head.framing()
    if method == b"HEAD" or head.status in (204, 304):
        return Answer(head, b"", closes)
    if framing is None:
        body, how = await wire.rest_of_connection()
        if how != "end":
            raise Ended(f"in a body that only the close ends: {how}")
        return Answer(head, body, True)
    return Answer(head, await read_body(wire, framing), closes)


def content(key, size):
    """The octets of a page: told from those of every other key."""
    return ((key + b" ") * 3 + bytes([97 + zlib.crc32(key) % 26]) * size)[:size]
