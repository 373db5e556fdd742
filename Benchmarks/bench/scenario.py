"""What is measured, what it proves, and the bars that it is held to."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    proves: str
    path: str
    loop: str             # which bare loop
    octets: int           # of the body, for the loop's ready-made response
    over_tls: bool
    from_origin: bool     # every request must reach the origin; else none may
    loop_bar: float | None  # CPU of Yett over CPU of the loop, at most
    peer_bar: float | None  # CPU of Yett over that of the best of its peers, at most
    or_loop: float | None = None  # a best peer that does little more than the loop is not to be beaten: so near will do
    over_http2: bool = False


SCENARIOS = {scenario.name: scenario for scenario in [
    Scenario("hit-1k", "parsing, routing, look-up, log and metrics cost little beside recv and send",
             "/1k", "plain", 1024, False, False, 1.25, 0.95),
    Scenario("hit-100k", "a large cached body is sent from where it lies (nginx has sendfile: no bar beside it)",
             "/100k", "plain", 102400, False, False, 1.25, None),
    Scenario("tls-hit-1k", "a hit over TLS 1.3 costs one recv, one send and OpenSSL's own work",
             "/1k", "tls", 1024, True, False, 1.20, 0.95, 1.10),
    Scenario("tls-hit-100k", "a large cached body goes to OpenSSL from where it lies, and out in full records",
             "/100k", "tls", 102400, True, False, 1.10, 0.95, 1.10),
    Scenario("h2-hit-1k", "frames, streams, fields and priorities cost little beside full records of ready-made frames",
             "/1k", "http2", 1024, True, False, 1.40, 0.95, 1.10, over_http2=True),
    Scenario("h2-hit-100k", "ten large bodies at once over one connection leave without a copy",
             "/100k", "http2", 102400, True, False, None, 0.95, over_http2=True),
    Scenario("pass-1k", "passing through costs two exchanges of octets and little more",
             "/pass/1k", "relay", 1024, False, True, 1.35, 0.95),
]}

# The loop differs from itself by more within one round: the machine was not quiet, the round does not count.
UNSTEADY = 0.05
# So often is one round repeated before it is taken as it is, and said to be unsteady.
REPEATS = 4
PEERS = ("nginx", "haproxy", "h2o")
