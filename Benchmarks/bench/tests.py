"""What the figures are made of: `cd Benchmarks && python3 -m unittest bench.tests`."""

import unittest

from bench import callgrind, h2load, rounds, scenario, systemcall, wrk
from bench.process import Failed

PROFILE = """# callgrind format
events: Ir
fl=(1) a.c
fn=(1) main
10 5
cfn=(2) swift_retain
calls=3 20
+1 300
cfn=(3) swift_bridgeObjectRetain
calls=2 20
* 40
fn=(3)
20 8
cfn=(2)
calls=2 3
* 20
fn=(2)
20 320
cfn=(4) swift_retainCount
calls=7 1
20 7
totals: 333
"""


class CallgrindTests(unittest.TestCase):
    def setUp(self):
        self.profile = callgrind.read(PROFILE.splitlines(True))

    def test_totals_and_own_cost_leave_out_what_callees_cost(self):
        self.assertEqual(self.profile.instructions, 333)
        self.assertEqual(self.profile.own, {"main": 5, "swift_bridgeObjectRetain": 8, "swift_retain": 320})

    def test_a_retain_that_a_retain_makes_is_counted_once(self):
        self.assertEqual(self.profile.called(callgrind.RETAIN), 5)
        self.assertEqual(self.profile.callers(callgrind.RETAIN), {"main": 5})

    def test_the_difference_of_two_runs_leaves_start_up_out(self):
        both = self.profile + self.profile
        self.assertEqual((both - self.profile).called(callgrind.RETAIN), 5)
        self.assertEqual((both - self.profile).instructions, 333)

    def test_a_level_of_recursion_is_no_function_of_its_own(self):
        names = {}
        self.assertEqual(callgrind.name_of("(9) walk'2", names), "walk")
        self.assertEqual(callgrind.name_of("(9)", names), "walk")


class StraceTests(unittest.TestCase):
    LINES = ["12 epoll_wait(5, <unfinished ...>", "13 write(1, \"x\", 1) = 1", "12 <... epoll_wait resumed>[], 256, 1) = 1",
             "12 recvfrom(7, \"GET\", 3, 0, NULL, NULL) = 3", "12 sendto(7, \"HTTP\", 4, 0, NULL, 0) = 4",
             "12 sendto(7, \"HTTP\", 4, 0, NULL, 0) = 4", "12 --- SIGTERM {si_signo=SIGTERM} ---"]

    def test_a_call_that_was_interrupted_in_the_log_is_one(self):
        threads = systemcall.read(self.LINES)
        self.assertEqual(dict(threads[12]), {"epoll_wait": 1, "recvfrom": 1, "sendto": 2})

    def test_the_worker_is_who_sends(self):
        threads = systemcall.read(self.LINES)
        self.assertEqual(systemcall.worker_of(threads), 12)
        self.assertEqual(systemcall.sends(threads), 3)


class WrkTests(unittest.TestCase):
    def test_cpu_time_over_requests(self):
        sample = wrk.read("  2000 requests in 1.00s, 2MB read\n", 30_000_000, 1.0, "x")
        self.assertEqual((sample.requests, sample.micros, sample.busy), (2000, 15.0, 0.03))

    def test_a_run_with_errors_is_no_measurement(self):
        for trouble in ("  Non-2xx or 3xx responses: 7\n", "  Socket errors: connect 0, read 1, write 0, timeout 0\n",
                        "  0 requests in 1.00s, 0B read\n"):
            with self.assertRaises(Failed):
                wrk.read("  2000 requests in 1.00s, 2MB read\n" + trouble if "requests in" not in trouble else trouble,
                         1, 1.0, "x")


class H2loadTests(unittest.TestCase):
    SUITE = "TLS_AES_256_GCM_SHA384"
    SAID = f"""Cipher: {SUITE}
Application protocol: h2
requests: 320 total, 320 started, 320 done, 320 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 320 2xx, 0 3xx, 0 4xx, 0 5xx
"""

    def test_cpu_time_over_requests(self):
        self.assertEqual(h2load.read(self.SAID, 640_000, 1.0, "x", self.SUITE).micros, 2)

    def test_what_was_not_all_answered_over_this_protocol_is_no_measurement(self):
        for one, other in (("protocol: h2", "protocol: http/1.1"), ("_256_", "_128_"), ("0 failed", "1 failed"),
                           ("0 errored", "1 errored"), ("0 timeout", "1 timeout"), ("0 5xx", "1 5xx"),
                           ("0 4xx", "1 4xx"), ("320 succeeded", "319 succeeded"), ("320 total", "0 total"),
                           ("requests:", "no")):
            with self.subTest(other), self.assertRaises(Failed):
                h2load.read(self.SAID.replace(one, other), 1, 1.0, "x", self.SUITE)


class RoundTests(unittest.TestCase):
    def scripted(self, loops, **micros):
        """A measure() that takes the loop's figures in turn."""
        left = iter(loops)
        return lambda name: wrk.Sample(1000, int(1e6 * (next(left) if name == "loop" else micros[name])), 1.0)

    def test_a_round_in_which_the_loop_differs_by_over_five_percent_is_repeated(self):
        done = rounds.run(1, ["yett"], self.scripted([10, 10.6, 10, 10.4], yett=12))
        self.assertTrue(done[0].is_steady)
        self.assertAlmostEqual(done[0].loop_micros, 10.2)

    def test_repeats_are_bounded_and_the_steadiest_is_kept(self):
        loops = [10, 15] * scenario.REPEATS + [10, 12]
        done = rounds.run(1, ["yett"], self.scripted(loops, yett=12))
        self.assertFalse(done[0].is_steady)
        self.assertAlmostEqual(done[0].loop_micros, 11)

    def test_every_round_has_its_own_order(self):
        seen = []

        def measure(name):
            seen.append(name)
            return wrk.Sample(1, 1000, 1.0)

        rounds.run(2, ["a", "b"], measure)
        self.assertEqual(seen, ["loop", "a", "b", "loop", "loop", "b", "a", "loop"])

    def test_bars_are_the_median_of_ratios_beside_the_better_peer(self):
        def sample(micros):
            return wrk.Sample(1000, int(micros * 1e6), 1.0)

        done = [rounds.Round((sample(loop), sample(loop)),
                             {"yett": sample(yett), "nginx": sample(20), "haproxy": sample(15)})
                for loop, yett in [(10, 12), (10, 13), (10, 40)]]
        of_loop, of_peer = rounds.bars(scenario.SCENARIOS["hit-1k"], done, "yett")
        self.assertAlmostEqual(of_loop.value, 1.3)
        self.assertFalse(of_loop.holds)
        self.assertEqual(of_peer.what, "of haproxy")
        self.assertAlmostEqual(of_peer.value, 13 / 15)
        self.assertTrue(of_peer.holds)
        self.assertEqual(len(rounds.bars(scenario.SCENARIOS["hit-100k"], done, "yett")), 1)

    def test_beside_a_peer_that_is_as_near_the_loop_being_near_the_loop_will_do(self):
        def last_bar(yett, which="tls-hit-1k"):
            micros = {"loop": 10, "yett": yett, "h2o": 10.5}
            done = rounds.run(1, ["yett", "h2o"], lambda name: wrk.Sample(1000, int(micros[name] * 1e6), 1.0))
            bar = rounds.bars(scenario.SCENARIOS[which], done, "yett")[-1]
            return bar.what, bar.holds

        self.assertEqual(last_bar(9.9), ("of h2o", True))
        self.assertEqual(last_bar(10.9), ("of the loop (1.04 of h2o)", True))
        self.assertEqual(last_bar(11.1), ("of h2o", False))
        self.assertEqual(last_bar(10.9, "h2-hit-100k"), ("of h2o", False))


if __name__ == "__main__":
    unittest.main()
