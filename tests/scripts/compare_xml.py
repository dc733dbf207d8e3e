"""What `plimsoll inspect` says of every GPX and TCX file under a folder, against gpxpy and lxml.

usage: compare_xml.py PLIMSOLL FOLDER

Both are read here on their own, with packages from PyPI (`pip install gpxpy lxml`). Of each quantity, over the timed
points of all activities of a file, the number of values, their sum, the least and the greatest have to agree to one
part in a million; of TCX the laps and the totals that laps state, too. DIFFERENCES names what knowingly differs, with
the reason and who is right; an entry that no longer differs fails, like every other difference (exit status 1).
"""

import json
import math
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import gpxpy
from lxml import etree

CLOSE = 1e-6
# Distance along the positions, of all tracks of a GPX file together, metres.
WAY = "distance along positions"
WAY_CLOSE = 0.007

REFUSED = "refused by the other reader"
MANDATORY = "a value that the schema does not allow; only that value is lost here, gpxpy loses the file: plimsoll is right"
YEAR_1901 = "times of 1901 stand for no time: a route without times here, rows with such times there: plimsoll is right"
REPEATED = "each of the two laps holds the points of the whole swim; here they count once: plimsoll is right"
BEFORE_TIMES = "most points have no time; the way before the first timed one is no part of an activity: plimsoll is right"
FROM_POSITIONS = "no point has a distance; here it is added up from positions, lxml reads what is written: both are right"
# End of the file's path, quantity or "*", reason and who is right.
DIFFERENCES: list[tuple[str, str, str]] = [
    ("809b9dcb-with_accuracy.gpx", REFUSED, MANDATORY),
    ("fd135cf2-with_accuracy.gpx", REFUSED, MANDATORY),
    ("05cb21cb-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("425c8711-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("5e8bd8c0-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("91c85635-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("a775733f-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("a9e2d6a4-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("bc6a6006-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("cd8de3e8-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("d7e724d7-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("f6991395-gpx1.0_with_all_fields.gpx", REFUSED, MANDATORY),
    ("70b0693b-Mojstrovka.gpx", "*", YEAR_1901),
    ("ed9fe789-Mojstrovka.gpx", "*", YEAR_1901),
    ("de901607-cerknicko-without-times.gpx", WAY, BEFORE_TIMES),
    ("382af3e4-OWswim.tcx", "*", REPEATED),
    ("c1c2dcff-activity-huawei.tcx", "distance_m", FROM_POSITIONS),
    ("d455c4fe-activity-other-sport.tcx", "distance_m", FROM_POSITIONS),
]

HEART_RATE = {"hr", "heartrate", "heart_rate", "heartratebpm"}
CADENCE = {"cad", "cadence", "runcadence"}
POWER = {"power", "powerinwatts", "watts"}
TEMPERATURE = {"atemp", "temp", "temperature"}
SPEED = {"speed"}
ON_FOOT = {"running", "walking", "hiking", "snowshoeing"}


class Summary:
    """Number, sum, least and greatest of values."""

    def __init__(self) -> None:
        self.count, self.sum, self.min, self.max = 0, 0.0, math.inf, -math.inf

    def add(self, value: float) -> None:
        self.merge(1, value, value, value)

    def merge(self, count: int, total: float, least: float, greatest: float) -> None:
        self.count += count
        self.sum += total
        self.min = min(self.min, least)
        self.max = max(self.max, greatest)

    def is_as_long_as(self, other: "Summary") -> bool:
        """Whether the sums agree as far as a sphere and an ellipsoid do; seams between segments may be in one only."""
        return math.isclose(self.sum, other.sum, rel_tol=WAY_CLOSE, abs_tol=10.0)

    def agrees_with(self, other: "Summary") -> bool:
        if self.count != other.count:
            return False
        pairs = [(self.sum, other.sum), (self.min, other.min), (self.max, other.max)]
        return self.count == 0 or all(math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-6) for a, b in pairs)

    def __str__(self) -> str:
        if self.count == 0:
            return "none"
        return f"{self.count} values, sum {self.sum:.9g}, {self.min:.9g} to {self.max:.9g}"


Quantities = dict[str, Summary]


def local_name(element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def number(text: str | None) -> float | None:
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    return value if math.isfinite(value) else None


# --- GPX by gpxpy -----------------------------------------------------------------------------------------------


def in_extensions(point, names: set[str]) -> float | None:
    """The first number in the point's extensions under one of the names."""
    for extension in point.extensions:
        for element in extension.iter():
            if local_name(element).lower() in names:
                value = number(element.text)
                if value is not None:
                    return value
    return None


def gpx_quantities(data: bytes) -> Quantities:
    gpx = gpxpy.parse(data.lstrip())
    found: Quantities = defaultdict(Summary)
    for track in gpx.tracks:
        for segment in track.segments:
            if any(point.time for point in segment.points):
                found[WAY].add(segment.length_2d())
            for point in segment.points:
                found["trkpt"].add(0.0)
                if point.time is None:
                    continue
                time = point.time if point.time.tzinfo else point.time.replace(tzinfo=gpxpy.gpxfield.SimpleTZ())
                found["time_unix_s"].add(time.timestamp())
                if (point.latitude, point.longitude) != (0.0, 0.0):
                    found["lat_deg"].add(point.latitude)
                    found["lon_deg"].add(point.longitude)
                values = {
                    "altitude_m": point.elevation,
                    "speed_mps": point.speed if point.speed is not None else in_extensions(point, SPEED),
                    "heart_rate_bpm": in_extensions(point, HEART_RATE) or None,
                    "cadence": in_extensions(point, CADENCE),
                    "power_w": in_extensions(point, POWER),
                    "temperature_c": in_extensions(point, TEMPERATURE),
                }
                for name, value in values.items():
                    if value is not None:
                        found[name].add(round(value) if name in ("heart_rate_bpm", "power_w") else value)
    return found


# --- TCX by lxml ------------------------------------------------------------------------------------------------


def child(element, *path: str):
    for name in path:
        element = next((inner for inner in element if local_name(inner) == name), None)
        if element is None:
            return None
    return element


def child_number(element, *path: str) -> float | None:
    found = child(element, *path)
    return None if found is None else number(found.text)


def children(element, name: str):
    return [inner for inner in element if local_name(inner) == name]


def unix_seconds(text: str) -> float:
    time = gpxpy.gpxfield.parse_time(text.strip())
    assert time is not None
    return (time if time.tzinfo else time.replace(tzinfo=gpxpy.gpxfield.SimpleTZ())).timestamp()


def tcx_quantities(data: bytes) -> Quantities:
    root = etree.XML(data.lstrip(), parser=etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    found: Quantities = defaultdict(Summary)
    for activity in (element for element in root.iter() if local_name(element) == "Activity"):
        found["Activity"].add(0.0)
        laps = children(activity, "Lap")
        stated = defaultdict(list)
        for lap in laps:
            found["Lap"].add(0.0)
            times = {
                "distance_m": child_number(lap, "DistanceMeters"),
                "timer_time_s": child_number(lap, "TotalTimeSeconds"),
                "calories_kcal": child_number(lap, "Calories"),
                "avg_heart_rate_bpm": child_number(lap, "AverageHeartRateBpm", "Value"),
                "max_heart_rate_bpm": child_number(lap, "MaximumHeartRateBpm", "Value"),
            }
            for name, value in times.items():
                stated[name].append(value)
                if value is not None:
                    found[f"lap.{name}"].add(value)
            for track in children(lap, "Track"):
                for point in children(track, "Trackpoint"):
                    found["Trackpoint"].add(0.0)
                    trackpoint(point, found)
        session(stated, found)
    return found


def session(stated: dict[str, list[float | None]], found: Quantities) -> None:
    """The totals of an activity by those of its laps, where every lap states one and they are not all zero."""
    for name in ("distance_m", "timer_time_s", "calories_kcal"):
        values = stated[name]
        if values and None not in values and sum(values) > 0:
            found[f"session.{name}"].add(sum(values))
    times, rates = stated["timer_time_s"], stated["avg_heart_rate_bpm"]
    moving = [(time, rate) for time, rate in zip(times, rates) if time != 0]
    if moving and all(time and rate for time, rate in moving):
        mean = sum(time * rate for time, rate in moving) / sum(time for time, _ in moving)
        found["session.avg_heart_rate_bpm"].add(mean)
    highest = max((rate for rate in stated["max_heart_rate_bpm"] if rate), default=None)
    if highest is not None:
        found["session.max_heart_rate_bpm"].add(highest)


def trackpoint(point, found: Quantities) -> None:
    time = child(point, "Time")
    if time is None or not (time.text or "").strip():
        return
    found["time_unix_s"].add(unix_seconds(time.text))
    lat = child_number(point, "Position", "LatitudeDegrees")
    lon = child_number(point, "Position", "LongitudeDegrees")
    if lat is not None and lon is not None and (lat, lon) != (0.0, 0.0):
        found["lat_deg"].add(lat)
        found["lon_deg"].add(lon)
    extensions = {}
    for element in (inner for part in children(point, "Extensions") for inner in part.iter()):
        extensions.setdefault(local_name(element), number(element.text))
    cadence = child_number(point, "Cadence")
    values = {
        "altitude_m": child_number(point, "AltitudeMeters"),
        "distance_m": child_number(point, "DistanceMeters"),
        "heart_rate_bpm": child_number(point, "HeartRateBpm", "Value") or None,
        "cadence": cadence if cadence is not None else extensions.get("RunCadence"),
        "speed_mps": extensions.get("Speed"),
        "power_w": extensions.get("Watts"),
        "temperature_c": extensions.get("Temperature"),
    }
    for name, value in values.items():
        if value is not None:
            found[name].add(round(value) if name in ("heart_rate_bpm", "power_w") else value)


# --- plimsoll ---------------------------------------------------------------------------------------------------

COLUMNS = [
    "time_unix_s",
    "lat_deg",
    "lon_deg",
    "altitude_m",
    "heart_rate_bpm",
    "power_w",
    "temperature_c",
    "speed_mps",
]
TOTALS = ["distance_m", "timer_time_s", "calories_kcal", "avg_heart_rate_bpm", "max_heart_rate_bpm"]


def own_quantities(report: dict, raw_cadence: Summary) -> Quantities:
    found: Quantities = defaultdict(Summary)
    for name in ("trkpt", "Activity", "Lap", "Trackpoint"):
        count = report["messages"].get(name, 0)
        if count:
            found[name].merge(count, 0.0, 0.0, 0.0)
    is_tcx = report["format"] == "tcx"
    for activity in report["activities"]:
        columns = activity["columns"]
        for name in COLUMNS + (["distance_m"] if is_tcx else []):
            merge(found[name], columns.get(name))
        merge(found["cadence"], columns.get("cadence_rpm"))
        steps = columns.get("cadence_spm")
        if steps and steps["count"]:
            # Strides are doubled to steps: one foot counts 60 to 110, both count 120 to 220.
            doubled = raw_cadence.count > 0 and math.isclose(steps["max"], 2 * raw_cadence.max, rel_tol=CLOSE)
            factor = 0.5 if doubled else 1.0
            if 0 < steps["max"] < 110 or activity["sport"] not in ON_FOOT:
                found["cadence counted as steps"].add(steps["max"])
            merge(found["cadence"], {key: steps[key] * (1 if key == "count" else factor) for key in steps})
        if not is_tcx:
            distance = columns.get("distance_m")
            if distance and distance["count"]:
                found[WAY].add(distance["max"])
            continue
        for name in TOTALS:
            if name in activity["stated"]:
                found[f"session.{name}"].add(activity[name])
            for lap in activity["laps"]:
                if lap[name] is not None:
                    found[f"lap.{name}"].add(lap[name])
    return found


def merge(summary: Summary, column: dict | None) -> None:
    if column and column["count"]:
        summary.merge(column["count"], column["sum"], column["min"], column["max"])


def inspect(program: str, path: Path) -> dict:
    run = subprocess.run([program, "inspect", "--json", str(path)], capture_output=True, text=True, check=False)
    return json.loads(run.stdout)


def main() -> int:
    program, folder = sys.argv[1], Path(sys.argv[2])
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".gpx", ".tcx"))
    compared, agreed, known, unknown, used = 0, 0, 0, [], set()

    def differs(path: Path, quantity: str, said: str) -> None:
        nonlocal known
        for i, (file, name, _) in enumerate(DIFFERENCES):
            if str(path).endswith(file) and name in ("*", quantity):
                used.add(i)
                known += 1
                return
        unknown.append(f"{path.relative_to(folder)}: {quantity}: {said}")

    for path in files:
        report, data = inspect(program, path), path.read_bytes()
        try:
            other = gpx_quantities(data) if path.suffix.lower() == ".gpx" else tcx_quantities(data)
        except Exception as error:  # noqa: BLE001 - whatever the other reader fails with, it refuses the file
            if report["ok"]:
                differs(path, "refused by the other reader", str(error)[:120])
            continue
        if not report["ok"]:
            differs(path, "refused", report["error"])
            continue
        own = own_quantities(report, other["cadence"])
        for quantity in sorted(set(own) | set(other)):
            compared += max(own[quantity].count, other[quantity].count)
            same = Summary.is_as_long_as if quantity == WAY else Summary.agrees_with
            if same(own[quantity], other[quantity]):
                agreed += own[quantity].count
            else:
                differs(path, quantity, f"plimsoll {own[quantity]}; the other {other[quantity]}")

    for i, (file, name, _) in enumerate(DIFFERENCES):
        if i not in used:
            unknown.append(f"the difference of {name} in {file} is gone: take it off the list")
    for line in unknown:
        print(line)
    print(f"{len(files)} files, {compared} values compared, {agreed} agree; {known} known differences, {len(unknown)} unknown")
    return 1 if unknown or not files else 0


if __name__ == "__main__":
    sys.exit(main())
