"""Requests and answers as they are well-formed, and what becomes of them."""

import codecs
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent.parent


def dictionary(name):
    """The words of one of libFuzzer's dictionaries."""
    words = []
    for line in (FOLDER / "Dictionaries" / f"{name}.dict").read_text().splitlines():
        match = re.fullmatch(r'(?:\w+=)?"(.*)"', line.strip())
        if match:
            words.append(codecs.escape_decode(match[1].encode("latin-1"))[0])
    return words


def corpus(name):
    return [file.read_bytes() for file in sorted((FOLDER / "Corpora" / name).iterdir())]


WORDS = dictionary("http") + [
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n", b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Content-Length: +1\r\n",
    b"Content-Length: 18446744073709551616\r\n", b"Connection: close\r\n", b"Connection: keep-alive, X-Tok\r\n",
    b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\nConnection: Upgrade\r\n", b"TE: trailers\r\n", b"Host: other\r\n",
    b"If-None-Match: *\r\n", b"If-None-Match: \"e\"\r\n", b"Range: bytes=0-3\r\n", b"Cache-Control: no-cache\r\n",
    b"Cache-Control: only-if-cached\r\n", b"Cache-Control: max-age=0\r\n", b"Pragma: no-cache\r\n", b"Authorization: a\r\n",
    b"Accept: application/json\r\n", b"Forwarded: for=a\r\n", b"Cookie: a=b\r\n", b"0\r\n\r\n", b"7fffffffffffffff\r\n",
    b"80000000\r\n", b"ffffffffffffffff\r\n", b"-1", b"0x", b"\r\n ", b"\t", b"\xff", b"\x7f", b"%00", b"%zz", b"/../",
    b"/%2e%2e/", b"*", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"HEAD ", b"POST ", b"TRACE ", b"HTTP/1.1", b"HTTP/0.9",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
]
SPLICES = corpus("RequestHead") + corpus("ResponseHead") + corpus("ChunkedBody") + corpus("Target")


def mutate(octets, random, least=1):
    """One to several changes."""
    data = bytearray(octets)
    for _ in range(max(least, int(random.expovariate(0.7)))):
        place = random.randrange(len(data) + 1)
        span = min(len(data) - place, 1 + int(random.expovariate(0.15)))
        # Most that is read goes wrong in line ends and framing.
        near = [match.start() for match in re.finditer(rb"\r\n|: | HTTP/", data)]
        if near and random.random() < 0.5:
            place = random.choice(near) + random.randrange(3)
        choice = random.randrange(10)
        if choice == 0 and data:
            data[min(place, len(data) - 1)] ^= 1 << random.randrange(8)
        elif choice == 1:
            data[place:place] = bytes([random.choice([0, 9, 10, 13, 32, 34, 37, 44, 58, 59, 127, 255])])
        elif choice in (2, 3):
            data[place:place] = random.choice(WORDS)
        elif choice == 4:
            del data[place:place + span]
        elif choice == 5:
            data[place:place] = data[place:place + span] * random.choice([1, 1, 2, 30])
        elif choice == 6:
            del data[place:]
        elif choice == 7:
            numbers = list(re.finditer(rb"\d+", data))
            if numbers:
                number = random.choice(numbers)
                data[number.start():number.end()] = random.choice(
                    [b"0", b"1", b"-1", b"00", b"9999999999999999999999", b"4294967296", str(
                        int(number[0][:18]) + random.choice([-1, 1])).encode()])
        elif choice == 8:
            data[place:place] = random.choice(SPLICES)
        else:
            data[place:place] = random.choice([b"a" * 9_000, b"X: y\r\n" * 120, b"a" * 70_000, b"\r\n" * 300])
    return bytes(data)


def cut(octets, random):
    """The pieces in which octets are sent, none of them empty."""
    if not octets:
        return []
    style = random.randrange(5)
    if style <= 1:
        return [octets]
    if style == 2:
        # Octet by octet, for a while: each is a turn of all clients, and the sum is less than a time limit.
        start = random.choice([0, max(0, len(octets) - 60), random.randrange(len(octets))])
        singles = [octets[index:index + 1] for index in range(start, min(start + 60, len(octets)))]
        return [piece for piece in [octets[:start], *singles, octets[start + 60:]] if piece]
    if style == 3:
        # Behind and within line ends, where state machines turn.
        places = [match.start() + random.randrange(3) for match in re.finditer(rb"\r\n", octets)]
        places = random.sample(places, min(len(places), 12))
    else:
        places = [random.randrange(len(octets)) for _ in range(random.randrange(1, 8))]
    places = sorted({0, len(octets), *(min(place, len(octets)) for place in places)})
    return [octets[start:end] for start, end in zip(places, places[1:])]


def chunked(body, random):
    """A body in chunks of the sender's choice."""
    parts, place = [], 0
    while place < len(body):
        size = min(len(body) - place, random.choice([1, 2, 15, 16, 255, 4_096, 65_536]))
        extension = random.choice([b"", b"", b"", b";a", b";a=b", b';a="b c"'])
        parts.append(b"%x%s\r\n%s\r\n" % (size, extension, body[place:place + size]))
        place += size
    trailer = random.choice([b"", b"", b"X-Trailer: y\r\n"])
    return b"".join(parts) + b"0\r\n" + trailer + b"\r\n"
