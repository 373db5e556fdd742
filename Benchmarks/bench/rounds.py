"""Interleaved rounds, and what they come to."""

import dataclasses
import statistics

from .scenario import PEERS, REPEATS, UNSTEADY


@dataclasses.dataclass
class Round:
    """The loop before and after, and every proxy between."""

    loops: tuple  # of two samples
    proxies: dict  # name → sample

    @property
    def loop_micros(self):
        return statistics.mean(sample.micros for sample in self.loops)

    @property
    def unsteadiness(self):
        """How far the loop was from itself, as a share."""
        first, second = (sample.micros for sample in self.loops)
        return abs(first - second) / min(first, second)

    @property
    def is_steady(self):
        return self.unsteadiness <= UNSTEADY

    def ratio(self, name, to="loop"):
        return self.proxies[name].micros / (self.loop_micros if to == "loop" else self.proxies[to].micros)


def run(count, names, measure, say=lambda line: None):
    """So many rounds. `measure(name)` makes one sample, of a proxy or of "loop"; those that are not steady are
    repeated, at most REPEATS times each, and the steadiest kept where none was."""
    rounds = []
    for number in range(count):
        best = None
        for attempt in range(1 + REPEATS):
            # Another order in every round: nobody always follows the same neighbour.
            order = names[number % len(names):] + names[:number % len(names)] if names else []
            before = measure("loop")
            proxies = {name: measure(name) for name in order}
            done = Round((before, measure("loop")), proxies)
            if best is None or done.unsteadiness < best.unsteadiness:
                best = done
            if best.is_steady:
                break
            say(f"round {number + 1}: the loop differs from itself by {done.unsteadiness:.1%}"
                + ("; once more" if attempt < REPEATS else "; taken as it is"))
        rounds.append(best)
    return rounds


@dataclasses.dataclass
class Bar:
    """One thing that must hold."""

    what: str
    value: float
    limit: float

    @property
    def holds(self):
        return self.value <= self.limit


def median_ratio(rounds, name, to="loop"):
    return statistics.median(each.ratio(name, to) for each in rounds)


def bars(scenario, rounds, judged):
    """What the scenario asks of the one who is judged."""
    if not rounds or judged not in rounds[0].proxies:
        return []
    of_loop = median_ratio(rounds, judged)
    found = [] if scenario.loop_bar is None else [Bar("of the loop", of_loop, scenario.loop_bar)]
    peers = [name for name in PEERS if name in rounds[0].proxies and name != judged]
    if scenario.peer_bar is not None and peers:
        # The best peer is the one that the judged one looks worst beside.
        worst = max(peers, key=lambda name: median_ratio(rounds, judged, name))
        bar = Bar(f"of {worst}", median_ratio(rounds, judged, worst), scenario.peer_bar)
        is_near = scenario.or_loop is not None and not bar.holds and of_loop <= scenario.or_loop
        # Held to the loop instead, where that is what holds.
        found.append(Bar(f"of the loop ({bar.value:.2f} {bar.what})", of_loop, scenario.or_loop) if is_near else bar)
    return found
