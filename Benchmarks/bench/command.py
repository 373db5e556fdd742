"""What all the scripts' command lines have in common."""

import argparse
import json
import os
import sys

from . import machine
from .process import Failed
from .proxy import PROXIES


def parser(text):
    """Options of a check: of whom, and for whom it prints."""
    made = argparse.ArgumentParser(description=text, epilog="Exits 0 when every bar holds, 1 when one does not.")
    made.add_argument("--proxy", default="yett", choices=PROXIES, help="who is looked at (default: yett)")
    made.add_argument("--json", action="store_true", help="one JSON value on standard output")
    return made


def progress():
    """Tells people what is going on, on standard error where that is a terminal."""
    if not sys.stderr.isatty() and not os.environ.get("BENCH_PROGRESS"):
        return lambda line: None
    return lambda line: print(line, file=sys.stderr, flush=True)


class Verdict:
    """Figures and bars of one check, collected and then printed."""

    def __init__(self, name, who):
        self.name, self.who, self.figures, self.bars = name, who, {}, []

    def figure(self, what, value):
        self.figures[what] = value

    def bar(self, what, value, limit, holds=None):
        """`holds` is given where the bar is not simply "at most"."""
        self.bars.append({"what": what, "value": value, "limit": limit,
                          "holds": value <= limit if holds is None else holds})

    @property
    def holds(self):
        return all(bar["holds"] for bar in self.bars)

    def value(self):
        """For programs."""
        return {"check": self.name, "proxy": self.who, "holds": self.holds, "figures": self.figures, "bars": self.bars}

    def conclude(self, as_json):
        """Prints; 0 or 1 for the shell."""
        holds = self.holds
        if as_json:
            json.dump(self.value(), sys.stdout, indent=1)
            print()
            return 0 if holds else 1
        print(f"{self.name} ({self.who})")
        for what, value in self.figures.items():
            if isinstance(value, (list, tuple)):
                print(f"  {what}:")
                print("\n".join(f"    {line}" for line in value))
            else:
                print(f"  {what}: {shown(value)}")
        for bar in self.bars:
            print(f"  {'pass' if bar['holds'] else 'FAIL'}  {bar['what']}: {shown(bar['value'])}"
                  f" (bar: {shown(bar['limit'])})")
        return 0 if holds else 1


def shown(value):
    if isinstance(value, bool) or isinstance(value, str):
        return str(value)
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def run(main):
    """Runs a script's main: a failure is a message and not a trace, Ctrl-C ends quietly."""
    try:
        sys.exit(main())
    except (Failed, machine.Missing) as failure:
        print(f"{os.path.basename(sys.argv[0])}: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
