"""results.json of the GPU check as Markdown."""
import os
import statistics

import rounds

FAILURE_LINES = 12  # of a failed item's output; the rest is in results.json


def table(columns: list[str], rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns),
            *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows), ""]


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(summary: dict | None) -> str:
    if summary is None:
        return ""
    if len(summary["values"]) == 1:
        return f"{summary['median']:.2f}"
    return f"{summary['median']:.2f} ({summary['low']:.2f} to {summary['high']:.2f})"


def speed(item: dict, program: str, key: str = "images_per_s") -> str:
    """The median over the rounds; empty where the program failed."""
    values = [run[key] for run in item.get("raw", {}).get(program, []) if key in run]
    return number(statistics.median(values)) if values else ""


def about_rounds(items: list[dict], count: int) -> list[str]:
    """What the ratios are worth."""
    about = "A ratio is of the same round."
    if count > 1:
        coverage = rounds.median_interval([0.0] * count)[2]
        about = (f"A ratio is the median of those of {count} rounds, with an interval for it "
                 f"(coverage {100 * coverage:.1f} %).")
    if count < rounds.ENOUGH_PAIRS:
        about += f" A trial, not a measurement: {count} of at least {rounds.ENOUGH_PAIRS} rounds."
    runs = [run for item in items for runs in item.get("raw", {}).values() for run in runs]
    others = max((run["others_cpus"] for run in runs), default=0)
    if others > rounds.QUIET_OTHERS * (os.cpu_count() or 1):
        about += f" Something else used up to {others:.1f} CPUs during a run: repeat this on a quiet machine."
    return [about, ""]


def summary(parts: list[dict]) -> list[str]:
    def of(part: dict) -> str:
        counts = {}
        for item in part["items"]:
            counts[item["status"]] = counts.get(item["status"], 0) + 1
        return ", ".join(f"{count} {status}" for status, count in counts.items())

    return table(["part", "status", "items", "seconds"],
                 [[part["name"], part["status"], of(part), f"{part['seconds']:.0f}"] for part in parts])


def reasons(parts: list[dict]) -> list[str]:
    """Of what failed and of what is not there; the same reason once."""
    lines = []
    for part in parts:
        missing: dict[str, list[str]] = {}
        for item in part["items"]:
            why = item.get("why", "").strip().splitlines() or ["no reason was given"]
            if item["status"] == "not there":
                missing.setdefault(why[0], []).append(item["name"])
            elif item["status"] == "failed":
                lines += [f"- **failed**: {part['name']}, {item['name']}", "", "  ```",
                          *(f"  {line}" for line in why[:FAILURE_LINES]), "  ```", ""]
        for why, names in missing.items():
            others = f" and {len(names) - 4} others" if names[4:] else ""
            lines.append(f"- not there: {part['name']}, {', '.join(names[:4])}{others}: {why}")
    return [*lines, ""] if lines else []


def messages(parts: list[dict]) -> list[str]:
    """What programs that did not fail said on stderr, such as candidates that --autotune found wrong."""
    found: dict[str, None] = {}
    for part in parts:
        for item in part["items"]:
            results = [item, item.get("result", {}), *(run for runs in item.get("raw", {}).values() for run in runs)]
            for result in results:
                found |= dict.fromkeys(result.get("messages", "").splitlines())
    lines = list(found)
    return ["## Said on stderr", "", *(f"    {line}" for line in lines[:20]),
            *([f"    ... and {len(lines) - 20} other lines"] if len(lines) > 20 else []), ""] if lines else []


def tests(items: list[dict]) -> list[str]:
    return table(["tests", "passed", "failed", "skipped"],
                 [[item["name"], *(f"{item[key]}" for key in ("passed", "failed", "skipped"))]
                  for item in items if "failed_tests" in item])


def kernels(items: list[dict]) -> list[str]:
    rows = []
    for item in items:
        if "kernels" in item:
            slowest = max(item["kernels"], key=lambda kernel: kernel["us"])
            rows.append([item["model"], item["precision"], f"{item['batch']}", f"{len(item['kernels'])}",
                         number(sum(kernel["us"] for kernel in item["kernels"])),
                         f"{slowest['name'].partition('/')[2]}: {number(slowest['us'])}, {slowest['implementation']}"])
    return table(["layers of", "precision", "batch", "kernels", "sum, µs", "slowest, µs"], rows)


def networks(items: list[dict]) -> list[str]:
    """A row per network, precision and batch, with a column for each way to compute it."""
    found: dict[tuple, dict[str, dict]] = {}
    for item in items:
        if "way" in item:
            found.setdefault((item["model"], item["precision"], item["batch"]), {})[item["way"]] = item

    def cell(item: dict | None) -> str:
        if item is None or "result" not in item:
            return "" if item is None else item["status"]
        return number(item["result"]["images_per_s"])

    def by(item: dict | None) -> str:
        counts = (item or {}).get("computed_by", {})
        return ", ".join(f"{counts[name]} {name}" for name in counts if counts[name])

    rows = [[model, precision, f"{batch}", *(cell(ways.get(way)) for way in ("own", "libraries", "tuned")),
             by(ways.get("tuned"))] for (model, precision, batch), ways in found.items()]
    return table(["network", "precision", "batch", "own kernels", "libraries", "tuned", "tuned: layers by"], rows)


def pairs(items: list[dict]) -> list[str]:
    rows = [[item["pair"], item["precision"], f"{item['batch']}", item["way"],
             *(speed(item, program) for program in ("Yin", "Yang", "host", "device")),
             *(ratio(item["ratios"].get(name)) for name in ("host / Yang", "device / Yang", "device / host"))]
            for item in items if "ratios" in item]
    return table(["pair", "precision", "batch", "kernels", "Yin", "Yang", "host decides", "device decides",
                  "host / Yang", "device / Yang", "device / host"], rows)


def verdicts(items: list[dict]) -> list[str]:
    rows = [[item["pair"], item["precision"], f"{item['batch']}", item["way"], item["decide"], f"{item['rows']:,}",
             f"{item['other_class']}", f"{item['other_network']}", f"{item['confidence_difference']:.2g}",
             item["status"]]
            for item in items if "other_class" in item]
    return table(["pair", "precision", "batch", "kernels", "decided by", "pictures", "other class", "other network",
                  "confidence, at most", "status"], rows)


def peers(items: list[dict]) -> list[str]:
    rows = [[item["model"], f"{item['engine']}, {item['peer_model']}", f"{item['batch']}",
             *(speed(item, program) for program in ("own", "tuned", "peer")),
             *(ratio(item["ratios"].get(name)) for name in ("own / peer", "tuned / peer"))]
            for item in items if "ratios" in item]
    return table(["network", "peer", "batch", "own kernels", "tuned", "peer", "own / peer", "tuned / peer"], rows)


def section(title: str, about: list[str], lines: list[str]) -> list[str]:
    return [f"## {title}", "", *about, *lines] if lines else []


def render(content: dict) -> str:
    parts = {part["name"]: part for part in content["parts"]}

    def items(name: str) -> list[dict]:
        return parts[name]["items"] if name in parts else []

    host = content["machine"]
    lines = ["# GPU check", "",
             f"{content['what']}; {content['version']}; {host['cpu']}, {host['cpus']} CPUs; {content['started']}; "
             f"depth: {content['depth']}{'' if content['complete'] else '; **not complete**'}.", "",
             *summary(content["parts"]), *reasons(content["parts"]),
             *section("Tests", [], tests(items("tests") + items("sanitizer"))),
             *section("Kernels, one by one", ["Caches are emptied before each repeat.", ""], kernels(items("kernels"))),
             *section("Networks, images/s", [
                 "On noise, offline. Own kernels; cuDNN and cuBLASLt where they have a plan; the fastest as --autotune "
                 "finds it. One run each, which is a trial and no measurement.", ""], networks(items("networks"))),
             *section("Pairs, images/s", [
                 "On decoded pictures, offline, resizing and normalising included; without them: results.json.", "",
                 *about_rounds(items("pairs"), content["rounds"])], pairs(items("pairs"))),
             *section("Verdicts against the CPU's in float32", [], verdicts(items("pairs"))),
             *section("Other runtimes, images/s", [
                 "float32 without TF32, noise, one batch at a time from host memory to host memory.", "",
                 *about_rounds(items("peers"), content["rounds"])], peers(items("peers"))),
             *messages(content["parts"])]
    return "\n".join(lines).rstrip() + "\n"
