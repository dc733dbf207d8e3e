"""Seeds for the fuzz targets that the folder of real files has none for: archives of small real files, and a few lines
of the text formats.

usage: fuzz_seeds.py FOLDER

Real files come from PLIMSOLL_CORPUS when it is set. Standard library only.
"""

import gzip
import io
import os
import sys
import zipfile
from pathlib import Path

LARGEST = 8_000

TABLES = {
    "dates.csv": "date,distance_km,duration,rpe,sport\n2024-05-01,12.3,1:02:03,6,run\n2024-05-02,,45:00,,cycling\n",
    "semicolons.csv": "date;distance_km;duration_min;notes\n2024-05-01 07:30;12,3;62,5;\"easy; dry\"\n",
    "strava.csv": "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename\n"
    '1,"Jan 5, 2019, 6:32:11 AM",Run,Run,3600,10.1,\n2,"Jan 6, 2019, 6:32:11 AM",Run,Run,3600,10.1,activities/2.fit.gz\n',
}
SESSION = """{"exportVersion":"1.6","startTime":"2021-03-02T17:05:11.000","timeZoneOffset":60,"duration":"PT60S",
"exercises":[{"startTime":"2021-03-02T17:05:11.000","timezoneOffset":60,"duration":"PT60S","distance":200.0,"sport":"RUNNING",
"samples":{"heartRate":[{"dateTime":"2021-03-02T17:05:12.000","value":82},{"dateTime":"2021-03-02T17:05:13.000","value":83}],
"recordedRoute":[{"dateTime":"2021-03-02T17:05:12.000","longitude":8.1,"latitude":47.2,"altitude":400.0}]}}]}"""
HEALTH = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE HealthData [<!ELEMENT HealthData ANY>]><HealthData locale="de">
<Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min" startDate="2023-05-01 07:30:05 +0200" endDate="2023-05-01 07:30:05 +0200" value="132"/>
<Record type="HKQuantityTypeIdentifierRestingHeartRate" sourceName="Watch" unit="count/min" startDate="2023-05-01 00:00:00 +0200" endDate="2023-05-01 23:00:00 +0200" value="48"/>
<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="32.1" durationUnit="min" totalDistance="6.1" totalDistanceUnit="km" sourceName="Watch" startDate="2023-05-01 07:30:00 +0200" endDate="2023-05-01 08:02:06 +0200">
<WorkoutEvent type="HKWorkoutEventTypePause" date="2023-05-01 07:40:00 +0200"/><MetadataEntry key="HKIndoorWorkout" value="1"/></Workout></HealthData>"""


def archives(files: list[tuple[str, bytes]]) -> dict[str, bytes]:
    """Zip archives of `files`: stored, deflated, one in the other, cut off; and one file in gzip."""

    def packed(method: int, members: list[tuple[str, bytes]]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return out.getvalue()

    deflated = packed(zipfile.ZIP_DEFLATED, files)
    return {
        "stored.zip": packed(zipfile.ZIP_STORED, files),
        "deflated.zip": deflated,
        "nested.zip": packed(zipfile.ZIP_STORED, [("a/inner.zip", deflated), ("empty.fit", b"")]),
        "nested-deflated.zip": packed(zipfile.ZIP_DEFLATED, [("inner.zip", deflated)]),
        "cut.zip": deflated[: len(deflated) * 2 // 3],
        "strava.zip": packed(zipfile.ZIP_DEFLATED, [("activities.csv", TABLES["strava.csv"].encode()), *files]),
        "program.exe": b"MZ" + deflated,
        "zip.gz": gzip.compress(deflated),
        "health.zip": packed(zipfile.ZIP_DEFLATED, [("apple_health_export/export.xml", HEALTH.encode())]),
        "one.gz": gzip.compress(files[0][1]),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    corpus = os.environ.get("PLIMSOLL_CORPUS")
    real = sorted(path for path in Path(corpus).rglob("*") if path.is_file()) if corpus else []
    small = [path for path in real if path.suffix in (".fit", ".gpx", ".tcx") and path.stat().st_size < LARGEST]
    files = [(f"activities/{path.name}", path.read_bytes()) for path in small[:: max(1, len(small) // 6)]]
    files = files or [("table.csv", TABLES["dates.csv"].encode())]
    seeds: dict[str, dict[str, bytes]] = {
        "archive": archives(files),
        "csv": {name: text.encode() for name, text in TABLES.items()},
        "polar": {"session.json": SESSION.encode()},
        "apple": {"export.xml": HEALTH.encode()},
    }
    for target, contents in seeds.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / target / name).write_bytes(content)


if __name__ == "__main__":
    main()
