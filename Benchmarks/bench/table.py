"""What was found, for people and for programs."""

import statistics

from . import rounds as rounds_of


def rows(scenario, rounds, judged):
    """The lines of one scenario's table."""
    loops = [each.loop_micros for each in rounds]
    steady = sum(each.is_steady for each in rounds)
    yield f"{scenario.name}: {scenario.proves}"
    yield f"  {'':10} {'µs/each':>11} {'of the loop':>12} {'range':>13} {'each/s':>11} {'core':>5}"
    all_loops = [sample for each in rounds for sample in each.loops]
    yield row("loop", statistics.median(loops), "", "", all_loops)
    for name in sorted(rounds[0].proxies, key=lambda name: (name != judged, name)):
        ratios = [each.ratio(name) for each in rounds]
        samples = [each.proxies[name] for each in rounds]
        yield row(name, statistics.median(sample.micros for sample in samples), f"{statistics.median(ratios):.2f}",
                  f"{min(ratios):.2f}–{max(ratios):.2f}", samples)
    if steady < len(rounds):
        yield f"  {len(rounds) - steady} of {len(rounds)} rounds unsteady: the loop differed from itself by over 5 %"
    for bar in rounds_of.bars(scenario, rounds, judged):
        yield verdict(judged, bar)


def verdict(judged, bar):
    return f"  {'pass' if bar.holds else 'FAIL'}  {judged} {bar.value:.2f} {bar.what}, at most {bar.limit:.2f}"


def row(name, micros, ratio, spread, samples):
    rate = statistics.median(sample.rate for sample in samples)
    busy = statistics.median(sample.busy for sample in samples)
    return f"  {name:10} {micros:11.2f} {ratio:>12} {spread:>13} {rate:11,.0f} {busy:5.0%}"


def as_json(scenario, rounds, judged):
    def sample(one):
        return {"requests": one.requests, "cpu_ns": one.cpu_ns, "seconds": round(one.seconds, 3),
                "micros": round(one.micros, 3)}

    return {
        "scenario": scenario.name,
        "loop_micros": statistics.median(each.loop_micros for each in rounds),
        "proxies": {name: {
            "micros": statistics.median(each.proxies[name].micros for each in rounds),
            "of_loop": rounds_of.median_ratio(rounds, name),
        } for name in rounds[0].proxies},
        "bars": [{"who": judged, "what": bar.what, "value": bar.value, "limit": bar.limit, "holds": bar.holds}
                 for bar in rounds_of.bars(scenario, rounds, judged)],
        "rounds": [{"is_steady": each.is_steady, "loop": [sample(one) for one in each.loops],
                    **{name: sample(one) for name, one in each.proxies.items()}} for each in rounds],
    }
