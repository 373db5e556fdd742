"""What strace saw, thread by thread."""

import collections
import re

# `1234  epoll_wait(5, …` begins a call; `1234  <... epoll_wait resumed>` ends one that was counted already.
BEGUN = re.compile(r"(\d+)\s+(\w+)\(")


def read(lines):
    """Thread → call → how often."""
    threads = collections.defaultdict(collections.Counter)
    for line in lines:
        if found := BEGUN.match(line):
            threads[int(found[1])][found[2]] += 1
    return threads


SENDS = ("send", "sendto", "sendmsg", "write", "writev", "sendfile")


def sends(threads, of=None):
    """How often octets were sent (or written), by one thread or by all."""
    return sum(calls[name] for one, calls in threads.items() for name in SENDS if of in (None, one))


def worker_of(threads):
    """The thread that serves is the one that sends most."""
    return max(threads, key=lambda one: sends(threads, one))
