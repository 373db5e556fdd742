"""What callgrind counted: instructions and calls by name, out of its own files."""

import dataclasses
import re

RETAIN = re.compile(r"swift_(nonatomic_)?(bridgeObject|unknownObject)?[rR]etain(_n)?$")
BEGIN_ACCESS = re.compile(r"swift_beginAccess$")


@dataclasses.dataclass
class Profile:
    """Of one run."""

    instructions: int
    calls: dict  # (caller, callee) → how often
    own: dict    # function → instructions of its own

    def called(self, pattern):
        """Calls of functions so named, but those that one of them made of another (a bridge object's retain
        retains)."""
        return sum(count for (caller, callee), count in self.calls.items()
                   if pattern.match(callee) and not pattern.match(caller))

    def callers(self, pattern):
        """Who called such functions, and how often."""
        found = {}
        for (caller, callee), count in self.calls.items():
            if pattern.match(callee) and not pattern.match(caller):
                found[caller] = found.get(caller, 0) + count
        return found

    def has_runtime(self):
        """Whether Swift's runtime is to be seen by name at all."""
        return any(name.startswith("swift_") for name in self.own) \
            or any(callee.startswith("swift_") for _, callee in self.calls)

    def __add__(self, other):
        merged = [dict(self.calls), dict(self.own)]
        for into, more in zip(merged, (other.calls, other.own)):
            for key, count in more.items():
                into[key] = into.get(key, 0) + count
        return Profile(self.instructions + other.instructions, *merged)

    def __sub__(self, other):
        return self + Profile(-other.instructions, {key: -count for key, count in other.calls.items()},
                              {key: -count for key, count in other.own.items()})


def read(lines):
    """A profile out of the lines of a callgrind.out file (format: valgrind manual, "Callgrind Format
    Specification"; positions may be relative, names compressed)."""
    names, calls, own = {}, {}, {}
    instructions, caller, callee, is_inclusive = 0, "?", "?", False
    for line in lines:
        first = line[:1]
        if first in "0123456789+-*":
            cost = line.split()
            # The line after `calls=` is the callee's cost, not the caller's own.
            if not is_inclusive and len(cost) > 1:
                own[caller] = own.get(caller, 0) + int(cost[1])
            is_inclusive = False
            continue
        key, _, value = line.rstrip("\n").partition("=")
        if key == "fn":
            caller = name_of(value, names)
        elif key == "cfn":
            callee = name_of(value, names)
        elif key == "calls":
            count = int(value.split()[0])
            calls[caller, callee] = calls.get((caller, callee), 0) + count
            is_inclusive = True
        elif line.startswith("totals:"):
            instructions = int(line.split()[1])
    return Profile(instructions, calls, own)


def name_of(value, names):
    """Undoes the compression: "(5) name" defines, "(5)" repeats. A recursion's level ('2) is no other function."""
    found = re.match(r"\((\d+)\)(?: (.*))?$", value)
    if not found:
        return value
    if found[2] is not None:
        names[found[1]] = re.sub(r"'\d+$", "", found[2])
    return names.get(found[1], value)


def read_all(folder):
    """The sum over all processes of one run."""
    total = Profile(0, {}, {})
    for file in folder.glob("callgrind.out.*"):
        with open(file, encoding="utf-8", errors="replace") as lines:
            total += read(lines)
    return total
