"""Who sent which token, and what must not be: the oracle against desynchronisation.

Each request carries tokens that nobody else sends, and origins put those that they read into their answers. So whatever a
connection gets must consist of what it sent, and a request that reaches an origin must be of one connection."""

import re

# t: of a target, x: of the field X-Tok, b: of a body; n: of one answer of an origin.
TOKEN = re.compile(rb"[tx][0-9a-f]{12}z")
ANY_TOKEN = re.compile(rb"[txb][0-9a-f]{12}z")
NONCE = re.compile(rb"n[0-9a-f]{12}z")
# In octets that lie behind an answer: nobody ever sends it, so nobody may get it.
EVIL = b"teeeeeeeeeeeez"

FINDINGS_LIMIT = 5


class Ledger:
    """Tokens of a run, and the findings."""

    def __init__(self, folder, seed):
        self.folder, self.seed, self.findings = folder, seed, []
        self.owners, self.delivered, self.unshared = {}, {}, set()
        self.counts = {}

    def token(self, kind, case, random):
        token = b"%s%012xz" % (kind, random.getrandbits(48))
        self.owners[token] = case
        return token

    def nonce(self, random, shared):
        """Of an answer of an origin; one that is not shared must reach one connection at most."""
        nonce = b"n%012xz" % random.getrandbits(48)
        if not shared:
            self.unshared.add(nonce)
        return nonce

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def finding(self, case, rule, *evidence):
        """Notes a finding and keeps its evidence in a file."""
        if self.is_full:
            return
        path = self.folder / f"finding-{self.seed}-{len(self.findings)}.txt"
        lines = [f"{rule}\nseed {self.seed}, case {case}"]
        for one in evidence:
            lines += [line.decode("latin-1") for line in pieces(one)] if isinstance(one, bytes) else [str(one)]
        path.write_text("\n".join(lines) + "\n")
        self.findings.append(f"{rule} (case {case}; {path})")
        print(f"sockets: FOUND {self.findings[-1]}", flush=True)

    @property
    def is_full(self):
        return len(self.findings) >= FINDINGS_LIMIT

    def read_by_origin(self, octets):
        """A request as an origin read it is of one connection."""
        owners = {self.owners[token] for token in ANY_TOKEN.findall(octets) if token in self.owners}
        if len(owners) > 1:
            self.finding(sorted(owners), "an origin read one request made of two connections'", octets)

    def got_by_client(self, case, sent, got):
        """What a connection got is made of what it sent, in that order, and of no other's answer."""
        targets = [token for token in TOKEN.findall(got) if token[:1] == b"t" and token in sent]
        for token in set(TOKEN.findall(got)):
            # One that nobody sent was made by a change to an answer.
            if token not in sent and (token == EVIL or token in self.owners):
                whose = "octets behind an answer" if token == EVIL else f"case {self.owners[token]}"
                self.finding(case, f"a client got {token.decode()} of {whose}", b"sent:", sent, b"got:", got)
                return
        place = 0
        for index, token in enumerate(targets):
            if index and token == targets[index - 1]:
                continue
            place = sent.find(token, place) + 1
            if not place:
                self.finding(case, "answers came in another order than requests", b"sent:", sent, b"got:", got)
                return
        for nonce in set(NONCE.findall(got)) & self.unshared:
            if self.delivered.setdefault(nonce, case) != case:
                self.finding(case, f"an answer that is not shared was given twice, also to case "
                                   f"{self.delivered[nonce]}", b"sent:", sent, b"got:", got)
                return


def pieces(octets, width=160, limit=400):
    """Octets as lines that can be read; long runs of one octet are cut to their ends."""
    lines = []
    octets = re.sub(rb"(.)\1{60,}", lambda run: b"%s<%d more>%s" % (run[1] * 5, len(run[0]) - 10, run[1] * 5), octets)
    for line in octets[:200_000].splitlines(keepends=True):
        for start in range(0, len(line), width):
            lines.append(repr(line[start:start + width]).encode())
            if len(lines) == limit:
                return lines + [b"..."]
    return lines
