"""Reads what shims/malloc_count.c counts."""

import functools
import mmap
import pathlib
import struct
import subprocess

THREADS, TRACES, DEPTH = 64, 64, 24
THREAD = struct.Struct("=iiQQQQ")
TRACE = struct.Struct(f"=QQQ{DEPTH}Q")
THREADS_AT = 8
TRACES_AT = THREADS_AT + THREADS * THREAD.size
SIZE = TRACES_AT + TRACES * TRACE.size


class Counter:
    """The page that the shim counts in."""

    def __init__(self, path):
        path.write_bytes(bytes(SIZE))
        self.path = path
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), SIZE)

    def threads(self):
        """Thread → (allocations, octets, frees, mappings)."""
        rows = (THREAD.unpack_from(self.page, THREADS_AT + index * THREAD.size) for index in range(THREADS))
        return {row[0]: row[2:] for row in rows if row[0]}

    def arm(self):
        """From now on callers are kept as well."""
        self.page[0:4] = struct.pack("=i", 1)

    def traces(self):
        """(thread, octets, addresses) of the first allocations since."""
        count = min(struct.unpack_from("=i", self.page, 4)[0], TRACES)
        for index in range(count):
            thread, octets, frames, *callers = TRACE.unpack_from(self.page, TRACES_AT + index * TRACE.size)
            yield thread, octets, callers[:frames]


def named(pid, callers):
    """Function names of addresses in a running process, as far as addr2line knows them; the shim's own are left
    out."""
    names = []
    mappings = [line.split() for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines()]
    for caller in callers:
        for words in mappings:
            low, high = (int(word, 16) for word in words[0].split("-"))
            if not low <= caller < high or len(words) < 6:
                continue
            file = words[5]
            if "malloc_count" in file:
                break
            # The offset of the file's first mapping is where its addresses begin.
            base = min(int(each[0].split("-")[0], 16) for each in mappings if len(each) > 5 and each[5] == file)
            names.append(symbol(file, caller - base - 1))
            break
    return names


@functools.cache
def symbol(file, address):
    done = subprocess.run(["addr2line", "-f", "-C", "-e", file, hex(address)], capture_output=True, text=True,
                          check=False)
    name = (done.stdout.splitlines() or ["??"])[0]
    if name.startswith("$s"):
        done = subprocess.run(["swift", "demangle", "--simplified", "--compact", name], capture_output=True, text=True,
                              check=False)
        name = done.stdout.strip() or name
    return name if name != "??" else f"{pathlib.Path(file).name}+{address:#x}"
