"""The contract on raw recordings once more, written from its text alone and for nothing but truth.

It follows spec/raw-recordings.md section by section, sees a recording's whole files at once, and
knows no float but those that files hold: times are integers (nanoseconds since the epoch) or
fractions. reference_test.py holds the binary against it over strange recordings. It shares no
line and no author with the binary, so that where the two agree they agree on the text.

Where the text is silent it follows the binary: a line of spaces or tabs is blank; quotes against
RFC 4180 make a row that is not whole, or no header; of two columns of one name the first counts;
".5" and "5." are numbers, NaN in a CSV is none; digits of ISO 8601 beyond the ninth are dropped; an
extensible WAV has the usual rest of its subformat; `empty` comes before `no_time_in_name` before
`not_wav`; a row is too long where what is read holds no end of a line.
"""
import collections
import dataclasses
import decimal
import fractions

from reference_bytes import (
    LINES_OF_OBJECTS, READ_AT_ONCE, SECOND, SENSORS, NoSignal, NumberText, anchors_of,
    exact_time_in_name, family_of, first_object_time, first_row_time, is_frame_list, json_of,
    last_row_time, matches, nearest, plausible, seconds_of_wav, segment_order, time_of_float,
    time_of_iso)

HOUR = 3600 * SECOND
DAY = 24 * HOUR
STREAMS = ("eeg", "camera", "screen", "mic", "samsungwatch", "environment")
OUT_OF_SCOPE = ("camera", "video-webcam", "screen", "pupillabs-scene")

Problem = collections.namedtuple("Problem", "code key")


@dataclasses.dataclass
class File:
    """An object of the bucket."""
    data: bytes
    modified: int


# Section 3.1: the end of a recording.

@dataclasses.dataclass
class Recording:
    """What lies in the raw bucket under recordings/<id>/, by the rest of its key."""
    identity: str
    files: dict

    def key(self, path):
        return f"recordings/{self.identity}/{path}"

    def workers(self):
        found = collections.defaultdict(dict)
        for path, file in sorted(self.files.items()):
            worker, slash, name = path.partition("/")
            if slash and worker != "_node_manifests":
                found[worker][name] = file
        return found

    def data_files(self):
        return [f"{worker}/{name}" for worker, files in self.workers().items()
                for name in files if name != "worker_report.json"]


def end_of_segment(stream, name, data):
    """The end that a file of a stream gives, in nanoseconds."""
    if stream == "eeg":
        return time_of_float(anchors_of(data)[-1][1])
    if stream == "mic":
        if not data:
            raise NoSignal("empty")
        return nearest(exact_time_in_name(name) + seconds_of_wav(data) * SECOND)
    kind = {"samsungwatch": "watch", "environment": "environment"}.get(stream, "frames")
    return last_row_time(kind, data)


def groups_of(stream, files):
    """The segments of a worker that can carry an end: one list, of a watch one a sensor."""
    names = [name for name in files if "/" not in name]
    if stream == "eeg":
        return [[name for name in names if name.endswith("_timestamps.bin")]]
    if stream in ("camera", "screen"):
        return [[name for name in names if is_frame_list(stream, name)]]
    if stream == "mic":
        return [[name for name in names if matches(name, ("mic_",), ".wav")]]
    if stream == "environment":
        return [[name for name in names if matches(name, ("environment_",), ".csv")]]
    return [[name for name in names if matches(name, (sensor + "_",), ".csv")]
            for sensor in SENSORS]


@dataclasses.dataclass
class End:
    """What 3.1 says of one recording."""
    end: int = None
    source: str = None
    streams: dict = None
    problems: list = dataclasses.field(default_factory=list)


class EndSearch:
    """Section 3.1 for one recording that starts at `start`, at the moment `now`."""

    def __init__(self, recording, start, now):
        self.recording, self.start, self.now = recording, start, now
        self.result = End(streams=dict.fromkeys(STREAMS))
        self.winners = {}

    def blame(self, code, path):
        self.result.problems.append(Problem(code, self.recording.key(path)))

    def is_within_bounds(self, time, path):
        modified = self.recording.files[path].modified
        if time < self.start:
            self.blame("before_start", path)
            return False
        if modified < self.start:
            self.blame("mtime_implausible", path)
            modified = self.now
        if time > modified + DAY:
            self.blame("after_modified", path)
            return False
        return True

    def end_of_group(self, stream, worker, names):
        for name in sorted(names, key=segment_order, reverse=True):
            path = f"{worker}/{name}"
            try:
                time = end_of_segment(stream, name, self.recording.files[path].data)
            except NoSignal as reason:
                self.blame(reason.code, path)
                continue
            if self.is_within_bounds(time, path):
                return time, path
        return None

    def search_streams(self):
        for worker, files in self.recording.workers().items():
            stream = family_of(worker)
            if stream not in STREAMS:
                continue
            groups = groups_of(stream, files)
            if not any(groups):
                self.blame("no_segments", worker + "/")
            for names in groups:
                candidate = self.end_of_group(stream, worker, names)
                if candidate and candidate[0] > (self.result.streams[stream] or -1):
                    self.result.streams[stream], self.winners[stream] = candidate

    def look_for_outlier(self):
        for stream, path in self.winners.items():
            others = [end for name, end in self.result.streams.items()
                      if name != stream and end is not None]
            if others and self.result.streams[stream] > max(others) + HOUR:
                self.blame("outlier", path)

    def search_reports(self):
        for worker, files in self.recording.workers().items():
            if "worker_report.json" not in files:
                continue
            path = f"{worker}/worker_report.json"
            try:
                report = json_of(files["worker_report.json"].data)
                stopped = report.get("stopped_at_utc") if isinstance(report, dict) else None
                if not isinstance(stopped, str) or isinstance(stopped, NumberText):
                    raise NoSignal("unparseable")
                time = time_of_iso(stopped)
            except (NoSignal, ValueError, RecursionError) as reason:
                self.blame(getattr(reason, "code", "unparseable"), path)
                continue
            if self.is_within_bounds(time, path) and time > (self.result.end or -1):
                self.result.end, self.result.source = time, "worker_report"

    def run(self):
        self.search_streams()
        if not self.recording.data_files():
            self.blame("raw_gone", "")
            return self.result
        self.look_for_outlier()
        for stream in STREAMS:
            end = self.result.streams[stream]
            if end is not None and end > (self.result.end or -1):
                self.result.end, self.result.source = end, stream
        if self.result.end is None:
            self.search_reports()
        return self.result


def duration_us(end, start):
    return (end - start) // 1000


# Section 3.2: the first sample of a modality.

def files_of_slug(slug, files):
    names = [name for name in files if "/" not in name]
    if slug == "eeg":
        return [name for name in names if name.endswith("_timestamps.bin")]
    if slug == "mic":
        return [name for name in names if matches(name, ("mic_",), ".wav")]
    if slug in LINES_OF_OBJECTS:
        return [name for name in names if matches(name, (slug + "_",), ".jsonl")]
    prefixes = {"environment": "environment_", "pupillabs-gaze": "gaze_"}
    prefixes |= {"samsungwatch-" + sensor.replace("_", "-"): sensor + "_" for sensor in SENSORS}
    return [name for name in names
            if slug in prefixes and matches(name, (prefixes[slug],), ".csv")]


def rate_of(files):
    """The sampling rate, exactly."""
    try:
        rate = json_of(files["eeg_meta.json"].data[:READ_AT_ONCE])["sample_rate_hz"]
        if isinstance(rate, NumberText) and decimal.Decimal(rate) > 0:
            return fractions.Fraction(decimal.Decimal(rate))
    except (KeyError, ValueError, TypeError, RecursionError, decimal.InvalidOperation):
        pass
    raise NoSignal("no_rate")


def first_anchor_time(data, files):
    offset, seconds = anchors_of(data)[0]
    time = time_of_float(seconds)
    if offset < 0:
        raise NoSignal("bad_offset")
    if offset == 0:
        return time
    exact = fractions.Fraction(seconds) * SECOND
    return plausible(nearest(exact - offset * SECOND / rate_of(files)))


def first_sample(recording, worker, slug):
    """The epoch of a modality's first sample, and the problem where there is none."""
    files = recording.workers().get(worker, {})
    names = files_of_slug(slug, files)
    if not names:
        return None, Problem("no_segments", recording.key(worker + "/"))
    name = min(names, key=segment_order)
    data = files[name].data
    try:
        if slug == "eeg":
            return first_anchor_time(data, files), None
        if slug == "mic":
            return plausible(nearest(exact_time_in_name(name))), None
        if slug in LINES_OF_OBJECTS:
            return first_object_time(data), None
        kind = {"environment": "environment", "pupillabs-gaze": "gaze"}.get(slug, "watch")
        return first_row_time(kind, data), None
    except NoSignal as reason:
        at_fault = "eeg_meta.json" if reason.code == "no_rate" else name
        return None, Problem(reason.code, recording.key(f"{worker}/{at_fault}"))


# spec/commands.md: the actions.

def duration_action(row, recording, now, minimum_us=60_000_000):
    """fix-durations-inplace: the action, the evidence, and the derived duration."""
    start = row["start_us"] * 1000
    if "session.lock" in recording.files:
        return "still_arriving", End(streams=dict.fromkeys(STREAMS)), None
    found = EndSearch(recording, start, now).run()
    flagged = row["duration_known_wrong"]
    if found.end is None:
        return ("indeterminate" if flagged else "flag"), found, None
    derived, stored = duration_us(found.end, start), row["duration_us"]
    if stored is None or flagged or abs(derived - stored) > minimum_us:
        return "update", found, derived
    return "unchanged", found, derived


def shifted(bound, shift):
    """The double nearest to bound + shift, the shift in nanoseconds."""
    return float(fractions.Fraction(bound) + fractions.Fraction(shift, SECOND))


def modality_action(modality, row, recording, now):
    """fix-modalities-start-epoch: action, epoch, problem codes and keys, and new intervals."""
    slug, intervals = modality["modality"], modality["domain_intervals"]
    if slug in OUT_OF_SCOPE:
        return "out_of_scope", None, None, None
    if row is None:
        return "no_recording", None, None, None
    epoch, problem = first_sample(recording, modality["worker"], slug)
    if epoch is None:
        return "underivable", None, problem, None
    start = row["start_us"] * 1000
    shift = epoch - start
    if intervals and abs(shift) > SECOND:
        distance = fractions.Fraction(intervals[0][0]) * SECOND - shift
        if abs(distance) <= SECOND // 2:
            return "underivable", epoch, Problem("already_shifted", None), None
    duration = row["duration_us"]
    if duration is None or row["duration_known_wrong"]:
        found = EndSearch(recording, start, now).run()
        duration = None if found.end is None else duration_us(found.end, start)
    if duration is None or not start - HOUR <= epoch <= start + duration * 1000 + HOUR:
        return "out_of_window", epoch, None, None
    after = intervals and [[shifted(bound, shift) for bound in pair] for pair in intervals]
    return "shift", epoch, None, after
