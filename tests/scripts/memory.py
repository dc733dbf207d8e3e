"""Peak memory and time of `plimsoll inspect` for every file under a folder, each in a process of its own.

usage: memory.py PLIMSOLL FOLDER

Beyond what the program itself takes (for a run of three samples), no file may need more than 6 times its size plus 16 MB,
and none more than 20 seconds; the exit status is 1 when one does, or when the program ends by a signal or with a panic.
Standard library only.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MB = 1_000_000
POINT = '<trkpt lat="52.5" lon="13.4"><ele>34</ele><time>2024-05-01T07:00:0{}Z</time></trkpt>'
SMALLEST_RUN = f"<gpx><trk><type>running</type><trkseg>{''.join(map(POINT.format, range(3)))}</trkseg></trk></gpx>"
LONGEST_S = 20.0
# Times the size of a file, and bytes beside that.
FACTOR, BESIDE = 6, 16 * MB


def measure(program: str, path: Path) -> tuple[int, float, int, str]:
    """Peak resident memory in bytes, seconds, exit status (negative: signal) and standard error of one run."""
    began = time.monotonic()
    process = subprocess.Popen(
        [program, "inspect", "--json", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    # wait4 instead of Popen.wait: it tells the peak memory of this one process.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * 1024, time.monotonic() - began, process.returncode, errors


def main() -> int:
    program, folder = sys.argv[1], Path(sys.argv[2])
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    # The program ends itself when a file takes it too long: a hang is a failure, not a wait.
    resource.setrlimit(resource.RLIMIT_CPU, (int(LONGEST_S), int(LONGEST_S) + 1))
    with tempfile.NamedTemporaryFile("w") as smallest:
        smallest.write(SMALLEST_RUN)
        smallest.flush()
        program_alone = measure(program, Path(smallest.name))[0]
    worst_share, worst, slowest, broken = 0.0, None, (0.0, None), []
    for path in files:
        size = path.stat().st_size
        peak, seconds, status, errors = measure(program, path)
        taken = max(peak - program_alone, 0)
        bound = FACTOR * size + BESIDE
        if taken / bound > worst_share:
            worst_share, worst = taken / bound, path
        slowest = max(slowest, (seconds, path), key=lambda pair: pair[0])
        if taken > bound:
            broken.append(f"{path}: {taken / MB:.0f} MB for {size / MB:.1f} MB")
        if status not in (0, 1) or "panicked" in errors:
            broken.append(f"{path}: exit status {status}: {errors.strip()[:200]}")
    for line in broken:
        print(line)
    print(f"{len(files)} files; the program alone takes {program_alone / MB:.0f} MB")
    print(f"the nearest to its bound of {FACTOR}x + {BESIDE // MB} MB: {worst_share:.0%} ({worst and worst.name})")
    print(f"slowest: {slowest[0]:.2f} s ({slowest[1] and slowest[1].name})")
    print(f"{len(files) - len(broken)} passed, {len(broken)} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
