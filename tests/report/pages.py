"""The reports of `yy-run`, made from the digits pair in a folder of their own."""

import os
import shutil
import subprocess

# The figures that each report must have.
FIGURES = {
    "calibrate": ["deferral", "speed", "confidence-1", "confidence-2", "reliability-1", "reliability-2", "time",
                  "latency"],
    "run": ["deferral", "speed", "confidence-1", "confidence-2", "reliability-answers", "time", "latency"],
    "search": ["speed", "deferral", "confidence-1", "confidence-2", "reliability-1", "reliability-2", "time",
               "latency"],
    "three stages": ["deferral", "speed", "confidence-1", "confidence-2", "confidence-3", "reliability-1",
                     "reliability-2", "reliability-3", "time", "latency"],
    "without labels": ["deferral", "speed", "confidence-1", "confidence-2", "reliability-1", "time", "latency"],
    "one network": ["confidence-1", "reliability-answers", "time", "latency"],
    "hostile names": ["confidence-1", "confidence-2", "time", "latency"],
    "nothing deferred": ["deferral", "speed", "confidence-1", "reliability-answers", "time", "latency"],
    "everything deferred": ["deferral", "speed", "confidence-1", "confidence-2", "reliability-answers", "time",
                            "latency"],
    "one picture": ["deferral", "speed", "confidence-1", "reliability-answers", "time", "latency"],
    "mean of three": ["deferral", "speed", "confidence-1", "confidence-3", "reliability-answers", "time", "latency"],
    "some labelled": ["deferral", "speed", "confidence-1", "confidence-2", "reliability-answers", "time", "latency"],
    "nothing pays": ["speed", "deferral", "confidence-1", "confidence-2", "time", "latency"],
    "nothing readable": [],
}


def make(yy_run, tests, folder):
    """Writes every report of FIGURES to `folder`; returns their files by name."""
    digits = os.path.join(tests, "data", "digits")
    yin, yang = (os.path.join(tests, "models", f"digits-{net}.onnx") for net in ("yin", "yang"))
    pages = {name: os.path.join(folder, name.replace(" ", "-") + ".html") for name in FIGURES}
    pair = os.path.join(folder, "digits.yy.json")

    def run(name, *arguments):
        command = [yy_run, *arguments, "--threads", "1", "--html", pages[name]]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        # 7: on a busy machine the cheap net may look slow, which the report shows as well.
        if done.returncode not in (0, 4, 7):
            raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")

    for _ in range(10):
        run("calibrate", "calibrate", digits, "--yin", yin, "--yang", yang, "-o", pair, "--target-loss", "8",
            "--combine", "mean")
        if os.path.exists(pair):
            break
    run("run", "run", digits, "--yin", yin, "--yang", yang, "--threshold", "0.9", "--csv", os.devnull)
    run("search", "search", yin, yang, digits, "-o", os.path.join(folder, "search"), "--target-loss", "3")
    run("three stages", "calibrate", digits, "--yin", yin, "--stage", yang, "--yang", yang, "-o", pair,
        "--max-defer", "0.4", "--split", "0.5", "--gate", "margin")
    run("without labels", "calibrate", digits, "--yin", yin, "--yang", yang, "-o", pair, "--reference", "yang",
        "--target-loss", "10")
    run("one network", "run", digits, "--model", yang)
    run("hostile names", "run", hostile_pictures(digits, folder), "--yin", yin, "--yang", yang, "--threshold",
        "0.9")
    two = ["--yin", yin, "--yang", yang]
    run("nothing deferred", "run", digits, *two, "--threshold", "0")
    run("everything deferred", "run", digits, *two, "--threshold", "1", "--combine", "mean")
    # Not the picture but its folder is given, so that it has a label.
    alone = os.path.join(folder, "alone")
    shutil.copytree(os.path.join(digits, "3"), os.path.join(alone, "3"),
                    ignore=lambda _, names: sorted(names)[1:])
    run("one picture", "run", alone, *two, "--threshold", "0.5")
    run("mean of three", "run", digits, "--yin", yin, "--stage", yang, "--yang", yang, "--threshold", "0.9",
        "--threshold", "1", "--combine", "mean")
    run("some labelled", "run", digits, os.path.join(folder, "pictures"), *two, "--threshold", "0.9")
    run("nothing pays", "search", yin, yang, digits, "-o", os.path.join(folder, "search"), "--min-accuracy", "0.8")
    run("nothing readable", "run", os.path.join(tests, "data", "images", "bad_empty.jpg"), *two, "--threshold", "0.9")
    return pages


def hostile_pictures(digits, folder):
    """Pictures whose names would break out of HTML, one that is no UTF-8 and one that cannot be read."""
    hostile = os.path.join(folder, "pictures").encode()
    os.mkdir(hostile)
    names = [b"<script>alert(1)<&amp;>.png", b"\"'><img src=x onerror=y>.png", b"\xff\xfe.png",
             b"a very long name without any place to break it " + 100 * b"x" + b".png"]
    source = os.path.join(digits, "3")
    for name, picture in zip(names, sorted(os.listdir(source))):
        shutil.copy(os.path.join(source, picture), os.path.join(hostile, name))
    with open(os.path.join(hostile, b"broken.png"), "wb") as file:
        file.write(b"no picture")
    return hostile
