"""All mutants of a crate that `cargo mutants` lists, in one build with a switch for each.

    pip install tree-sitter tree-sitter-rust; cargo install cargo-mutants
    python3 tests/scripts/mutants/run.py OUT [--package NAME] [--folder DIR] [--jobs N] [--only REGEX | --again]

`cargo mutants` builds once per mutant, which takes a day where linking is slow. This copies the workspace to OUT/copy,
puts every mutant of the package behind `mutant_switch::which` there (`rewrite.py`), builds the tests once, notes which
tests reach which mutants, and then runs each mutant against the tests that reach it, quick ones first, until one fails.
What the tests need in the environment is the caller's to set. OUT/results.json keeps what became of each mutant, and a
later run goes on from there; OUT/missed.txt lists what no test catches. `--only` runs mutants whose name matches,
`--again` those that were missed. Property tests try the same cases every time. Left out: doctests, and what cannot
stand behind a switch (`apart`). Linux only.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import rewrite

SWITCH = pathlib.Path(__file__).with_name("mutant_switch.rs").read_text()
ALLOW = "#![allow(warnings, arithmetic_overflow, unconditional_panic)]\nmod mutant_switch;\n"
# Seconds of tests that run in one process: quick ones first, as most mutants fail at once.
BATCHES_S = (0.2, 0.5, 1.5, 4.0, 10.0)
MEMORY = 6_000_000_000
MISSED = ("unreached", "survived")


def run(command, folder, **rest):
    return subprocess.run(command, cwd=folder, text=True, capture_output=True, **rest)


def write(path, text):
    """Leaves a file that is the same alone, so that nothing is built anew for it."""
    if not path.exists() or path.read_bytes() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def copy_workspace(root, copy, package_folder, rewritten):
    """The workspace, but for the files that hold mutants; the package without its lints."""
    lib, manifest = f"{package_folder}/src/lib.rs", f"{package_folder}/Cargo.toml"
    for name in run(["git", "ls-files", "-co", "--exclude-standard"], root).stdout.splitlines():
        if name in rewritten or not (root / name).is_file():
            continue
        text = (root / name).read_bytes()
        if name == lib:
            at = re.search(rb"^(?!//!|#!\[|$)", text, re.M).start()
            text = text[:at] + ALLOW.encode() + text[at:]
        elif name == manifest:
            text = text.replace(b"[lints]\nworkspace = true\n", b"")
        write(copy / name, text)


def put_in(copy, files, dropped):
    """Puts the mutants into the copy; gives the mutant of every line that holds one."""
    lines = {}
    for name, file in files.items():
        text = file.rewritten(dropped)
        write(copy / name, text.encode())
        for number, line in enumerate(text.split("\n"), 1):
            if found := re.match(r"/\*#(\d+)#\*/", line):
                lines[name, number] = int(found[1])
    return lines


def compile_errors(copy, package):
    checked = run(["cargo", "check", "--offline", "-p", package, "--lib", "--message-format=json"], copy)
    messages = [json.loads(line) for line in checked.stdout.splitlines()]
    messages = [message["message"] for message in messages if message["reason"] == "compiler-message"]
    errors = [message for message in messages if message["level"] == "error" and message["spans"]]
    if checked.returncode and not errors:
        raise SystemExit(checked.stderr)
    return errors


def places(span):
    """The lines of a span, and of the macros that it comes from."""
    while span is not None:
        yield from ((span["file_name"], number) for number in range(span["line_start"], span["line_end"] + 1))
        span = span["expansion"] and span["expansion"]["span"]


def build(copy, package, files, dropped, kept):
    """Takes out what does not compile, until the rest does, and builds the tests."""
    while True:
        lines = put_in(copy, files, dropped)
        errors = compile_errors(copy, package)
        if not errors:
            break
        new = {}
        for error in errors:
            # What moves the same value twice does so only behind a switch.
            kind = "apart" if (error["code"] or {}).get("code") == "E0382" else "unviable"
            for spans in [span for span in error["spans"] if span["is_primary"]], error["spans"]:
                found = {lines[place] for span in spans for place in places(span) if place in lines}
                if found:
                    new = {mutant: f"{kind}: {error['message']}" for mutant in found} | new
                    break
        print(f"{len(errors)} errors, {len(new)} mutants do not compile", flush=True)
        if not new:
            raise SystemExit("\n".join(error["rendered"] for error in errors))
        dropped.update(new)
        kept.write_text(json.dumps(dropped, indent=1))
    command = ["cargo", "test", "--offline", "-p", package, "--lib", "--tests", "--no-run", "--message-format=json"]
    built = run(command, copy)
    if built.returncode:
        raise SystemExit(built.stderr)
    artifacts = [json.loads(line) for line in built.stdout.splitlines()]
    artifacts = [artifact for artifact in artifacts if artifact["reason"] == "compiler-artifact"]
    return [artifact["executable"] for artifact in artifacts if artifact["executable"] and artifact["profile"]["test"]]


def run_tests(binary, names, folder, mutant=0, reached=None, timeout=600):
    environment = os.environ | {"MUTANT": str(mutant), "CARGO_MANIFEST_DIR": str(folder), "RUST_BACKTRACE": "0"}
    environment.setdefault("PROPTEST_RNG_SEED", "1")
    environment.pop("MUTANTS_REACHED", None)
    if reached is not None:
        environment["MUTANTS_REACHED"] = str(reached)
    command = ["prlimit", f"--as={MEMORY}", "--core=0", binary, "--exact", "--test-threads=1", "-q", *names]
    try:
        return "passed" if run(command, folder, env=environment, timeout=timeout).returncode == 0 else "caught"
    except subprocess.TimeoutExpired:
        return "timeout"


def survey(binaries, folder, out):
    """Every test: how long it takes, and which mutants it reaches. Quick ones first."""
    tests, note = [], out / "reached.txt"
    for binary in binaries:
        for name in re.findall(r"^(.*): test$", run([binary, "--list", "--format=terse"], folder).stdout, re.M):
            begun = time.monotonic()
            if run_tests(binary, [name], folder) != "passed":
                raise SystemExit(f"{name} fails with no mutant on")
            took = time.monotonic() - begun
            note.write_text("")
            run_tests(binary, [name], folder, reached=note)
            sites = [tuple(map(int, line.split())) for line in note.read_text().splitlines()]
            reaches = {mutant for first, count in sites for mutant in range(first, first + count)}
            tests.append({"binary": binary, "name": name, "s": took, "reaches": reaches})
    return sorted(tests, key=lambda test: test["s"])


def regressions(folder):
    """What property tests remember of failures."""
    return {path: path.read_bytes() for path in folder.glob("**/proptest-regressions/**/*") if path.is_file()}


def judge(mutant, tests, folder, remembered):
    """What becomes of one mutant, and by which tests."""
    left = [test for test in tests if mutant in test["reaches"]]
    if not left:
        return "unreached", []
    limits = iter(BATCHES_S)
    limit = 0
    while left:
        limit = next(limits, limit)
        batch = [left.pop(0)]
        while left and left[0]["binary"] == batch[0]["binary"] and sum(t["s"] for t in [*batch, left[0]]) <= limit:
            batch.append(left.pop(0))
        names = [test["name"] for test in batch]
        timeout = 20 * sum(test["s"] for test in batch) + 10
        outcome = run_tests(batch[0]["binary"], names, folder, mutant, timeout=timeout)
        if outcome != "passed":
            # What failed because of a mutant must not be remembered for the next one.
            for path in regressions(folder).keys() - remembered.keys():
                path.unlink(missing_ok=True)
            for path, text in remembered.items():
                path.write_bytes(text)
            return outcome, names
    return "survived", []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--package", default="plimsoll-analytics")
    parser.add_argument("--folder", default="analytics")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--again", action="store_true")
    arguments = parser.parse_args()
    root, out, package = pathlib.Path.cwd(), arguments.out.resolve(), arguments.package
    copy, folder = out / "copy", out / "copy" / arguments.folder
    listed = json.loads(run(["cargo", "mutants", "--list", "--json", "-p", package], root).stdout)
    mutants, by_file = {}, collections.defaultdict(list)
    for number, mutant in enumerate(sorted(listed, key=lambda m: (m["file"], json.dumps(m["span"]), m["genre"])), 1):
        mutant["id"] = number
        mutants[number] = mutant
        by_file[mutant["file"]].append(mutant)
    files = {name: rewrite.File((root / name).read_bytes(), of_file) for name, of_file in by_file.items()}
    copy_workspace(root, copy, arguments.folder, files)
    write(folder / "src/mutant_switch.rs", SWITCH.replace("COUNT", str(len(mutants) + 1)).encode())

    kept = out / "dropped.json"
    dropped = {key: why for file in files.values() for key, why in file.apart.items()}
    if kept.exists():
        dropped |= {int(key): why for key, why in json.loads(kept.read_text()).items()}
    binaries = build(copy, package, files, dropped, kept)
    print(f"{len(mutants)} mutants, {len(dropped)} left out", flush=True)
    tests = survey(binaries, folder, out)
    print(f"{len(tests)} tests, {sum(test['s'] for test in tests):.0f} s", flush=True)

    kept = out / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for key, why in dropped.items():
        results[mutants[key]["name"]] = {"outcome": why.split(":")[0], "why": why}

    def is_due(mutant):
        known = results.get(mutant["name"], {}).get("outcome")
        asked = arguments.only is None or re.search(arguments.only, mutant["name"])
        return mutant["id"] not in dropped and asked and (known is None or arguments.again and known in MISSED)

    due = [key for key, mutant in mutants.items() if is_due(mutant)]
    remembered = regressions(folder)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        waiting = {pool.submit(judge, key, tests, folder, remembered): key for key in due}
        for number, future in enumerate(concurrent.futures.as_completed(waiting), 1):
            outcome, by = future.result()
            results[mutants[waiting[future]]["name"]] = {"outcome": outcome, "by": by}
            if number % 50 == 0 or number == len(due):
                kept.write_text(json.dumps(results, indent=1))
                print(f"{number} of {len(due)}", time.strftime("%H:%M:%S"), flush=True)
    kept.write_text(json.dumps(results, indent=1))
    outcomes = {mutant["name"]: results.get(mutant["name"], {}).get("outcome") for mutant in mutants.values()}
    missed = [f"{outcome}: {name}\n" for name, outcome in outcomes.items() if outcome in MISSED]
    (out / "missed.txt").write_text("".join(missed))
    print(collections.Counter(outcomes.values()))


if __name__ == "__main__":
    main()
