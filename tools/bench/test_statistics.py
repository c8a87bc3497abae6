"""Tests of the benchmarks that run no program: the interval, the order of a round, reading of results.

usage: python3 tools/bench/test_statistics.py
"""
import json
import random
import unittest

import against_peers as bench
import compile_time
import machine
import nets_alone
import rounds as shared


class MedianInterval(unittest.TestCase):
    def test_ranks_and_coverage_are_the_binomial_ones(self) -> None:
        # n: rank from either end, and 1 - 2 P(binomial(n, 1/2) < rank)
        known = {1: (1, 0.0), 2: (1, 0.5), 3: (1, 0.75), 4: (1, 0.875), 5: (1, 0.9375), 8: (2, 1 - 18 / 256),
                 9: (2, 1 - 20 / 512), 10: (2, 1 - 22 / 1024), 11: (3, 1 - 134 / 2048), 20: (6, 1 - 2 * 21700 / 2**20)}
        for n, (rank, coverage) in known.items():
            with self.subTest(n=n):
                values = [float(value) for value in range(1, n + 1)]
                random.Random(n).shuffle(values)
                self.assertEqual(shared.median_interval(values), (rank, n + 1 - rank, coverage))

    def test_wanted_coverage_decides(self) -> None:
        values = [float(value) for value in range(1, 10)]
        self.assertEqual(shared.median_interval(values, 0.80), (3, 7, 1 - 92 / 512))
        self.assertEqual(shared.median_interval(values, 0.99), (1, 9, 1 - 2 / 512))
        self.assertEqual(shared.median_interval(values, 0.999), (1, 9, 1 - 2 / 512))  # more than nine values can give

    def test_holds_the_median_as_often_as_it_says(self) -> None:
        source, rounds = random.Random(4), 4000
        held = 0
        for _ in range(rounds):
            low, high, coverage = shared.median_interval([source.expovariate(1) for _ in range(9)])
            held += low <= 0.6931471805599453 <= high
        self.assertAlmostEqual(held / rounds, coverage, delta=0.015)  # five standard deviations

    def test_nothing_is_refused(self) -> None:
        self.assertRaises(ValueError, shared.median_interval, [])


class Rounds(unittest.TestCase):
    def test_every_other_round_is_reversed(self) -> None:
        rounds = [shared.round_order(["a", "b", "c"], index) for index in range(4)]
        self.assertEqual(rounds, [["a", "b", "c"], ["c", "b", "a"]] * 2)

    def test_ratios_are_of_the_same_round(self) -> None:
        raw = {"ours": [{"images_per_s": 4.0}, {"images_per_s": 9.0}],
               "peer": [{"images_per_s": 2.0}, {"images_per_s": 3.0}]}
        self.assertEqual(bench.ratios(raw, "ours", "peer"), [2.0, 3.0])
        self.assertRaises(ValueError, bench.ratios, {"ours": raw["ours"], "peer": []}, "ours", "peer")


class Results(unittest.TestCase):
    def test_whole_output_or_last_line(self) -> None:
        result = {"images": 3, "images_per_s": 1.5, "top1": 1.0}
        self.assertEqual(bench.parse_result(json.dumps(result, indent=2) + "\n")["result"], result)
        self.assertEqual(bench.parse_result("a warning\n{}\n" + json.dumps(result) + "\n\n")["result"], result)

    def test_what_cannot_be_used_is_refused(self) -> None:
        for text in ("", "\n", "no JSON", "[1]", "3", "{}", '{"images": 3}', '{"images": 3, "images_per_s": 0}',
                     '{"images_per_s": 2}', '{"images": 3, "images_per_s": "2"}', '{"images": 3, "images_per_s": 2} x'):
            with self.subTest(text=text):
                self.assertRaises(shared.BenchError, bench.parse_result, text)

    def test_same_work(self) -> None:
        def run(images: int, **more: object) -> dict:
            return {"result": {"images": images, "precision": "f32", **more}}

        bench.check_same_work({"ours": run(3, failed=0), "peer": run(3)}, "f32")
        for ours, peer in ((run(3), run(4)), (run(3, failed=1), run(3)), (run(3, precision="bf16"), run(3))):
            self.assertRaises(shared.BenchError, bench.check_same_work, {"ours": ours, "peer": peer}, "f32")


class Accuracy(unittest.TestCase):
    def test_only_disagreement_counts(self) -> None:
        ours, others = [True] * 90 + [True] * 4 + [False] * 1 + [False] * 5, [True] * 90 + [False] * 4 + [True] + [False] * 5
        difference, low, high = bench.paired_difference(ours, others)
        self.assertAlmostEqual(difference, 0.03)
        half = 1.96 * (4 + 1 - 9 / 100)**0.5 / 100
        self.assertAlmostEqual(low, 0.03 - half)
        self.assertAlmostEqual(high, 0.03 + half)
        self.assertEqual(bench.paired_difference(ours, ours), (0, 0, 0))

    def test_holds_the_true_difference(self) -> None:
        source, held = random.Random(8), 0
        for _ in range(2000):
            pairs = [(source.random() < 0.8, source.random() < 0.7) for _ in range(500)]
            _, low, high = bench.paired_difference([a for a, _ in pairs], [b for _, b in pairs])
            held += low <= 0.1 <= high
        self.assertAlmostEqual(held / 2000, 0.95, delta=0.025)


class Commands(unittest.TestCase):
    def test_names_are_unique(self) -> None:
        self.assertEqual(len({comparison.name for comparison in bench.COMPARISONS}), len(bench.COMPARISONS))

    def test_ratios_of_networks_are_to_the_faster_peer(self) -> None:
        raw = {"ours f32": [{"ms": {"ours": 2.0}}], "ours bf16": [{"ms": {"ours": 1.0}}],
               "peers": [{"ms": {"onnxruntime f32": 3.0, "openvino f32": 4.0, "openvino bf16": 1.5}}]}
        self.assertEqual(nets_alone.ratios(raw), {"f32": [1.5], "bf16": [1.5]})

    def test_machine(self) -> None:
        self.assertGreaterEqual(machine.describe()["cpus"], 1)
        self.assertGreaterEqual(machine.busy_seconds(), 0)


class CompileTime(unittest.TestCase):
    def test_parts_may_have_several_words(self) -> None:
        text = "part          ms\nload        1.50\npack weights 2.25\ntotal       3.75\n"
        self.assertEqual(compile_time.parse_ours(text), {"ms": {"load": 1.5, "pack weights": 2.25, "total": 3.75}})

    def test_a_table_without_total_is_refused(self) -> None:
        with self.assertRaises(shared.BenchError):
            compile_time.parse_ours("part ms\nload 1.50\n")


if __name__ == "__main__":
    unittest.main()
