"""Strange recordings by the thousand: what crashes, odd clocks and careless hands leave behind.

Everything is a function of a seed. A recording is its files (path below its prefix: bytes, time of
modification) and its row; reference_test.py writes many of them into one laboratory.
"""
import dataclasses
import datetime
import json
import math
import random
import struct

import reference
import reference_bytes
from reference import DAY, HOUR, File
from reference_bytes import SECOND

WORKERS = ("eeg_0", "eeg_1", "eeg", "camera_left", "camera_0", "webcam_0", "screen_0", "mic_0",
           "mic_1", "samsungwatch_left", "samsung-watch_right", "environment_0", "environment_b",
           "pupillabs_0", "keyboard_0", "mouse_0", "browser_0", "notes_0", "location_0",
           "battery_0", "lidar_0", "Camera_1", "_", "samsungwatch")
SLUGS = ("eeg", "mic", "camera", "screen", "video-webcam", "environment", "pupillabs-gaze",
         "pupillabs-scene", "samsungwatch-imu", "samsungwatch-ppg", "samsungwatch-eda",
         "samsungwatch-heart-rate", "samsungwatch-battery", "keyboard", "mouse", "browser",
         "notes", "location", "battery", "lidar", "eeg-raw", "samsungwatch")
BASES = (1778164222, 1709164800, 1735689599, 951782400, 946684800 + 86400, 4102444800 - 4 * 86400)


@dataclasses.dataclass
class Row:
    """A recording as the catalog and the bucket have it."""
    recording: reference.Recording
    row: dict
    modalities: list


class Maker:
    """Makes one recording."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.base = self.random.choice(BASES[:3] * 3 + BASES) * SECOND
        self.base += self.random.randrange(SECOND) // 1000 * 1000
        self.length = self.random.choice((1, 60, 3600, 5 * 3600)) * SECOND
        self.oddness = self.random.choice((0.0, 0.1, 0.4, 0.9))
        self.files = {}

    def chance(self, probability):
        return self.random.random() < probability

    def odd(self):
        return self.chance(self.oddness)

    def time(self):
        """A moment of the recording, or one beside it."""
        if self.odd() and self.chance(0.2):
            return self.base + self.random.choice(
                (-1, 0, -HOUR, 2 * HOUR + self.length, 3 * DAY, -400 * DAY, 1, DAY))
        return self.base + self.random.randrange(self.length)

    # Numbers.

    def number(self, time):
        """A time as text, in one of the four units."""
        if self.odd() and self.chance(0.4):
            return self.odd_number(time)
        power = self.random.choice((0, 0, 3, 6, 9))
        return self.decimal(time, power)

    def decimal(self, time, power):
        whole, rest = divmod(time, 10**power)
        if power == 0 or (rest == 0 and self.chance(0.5)):
            return str(whole)
        digits = f"{rest:0{power}d}"
        if self.chance(0.2):
            digits += self.random.choice(("5", "50", "49999", "500000000000001", "000"))
        return f"{whole}.{digits}"

    def odd_number(self, time):
        plain = str(time)
        return self.random.choice((
            lambda: f"{time // 10**9}.{time % 10**9:09d}e0",
            lambda: f"{plain[0]}.{plain[1:]}E+18",
            lambda: f"{plain}0e-1",
            lambda: f"0.{plain}e19",
            lambda: "000" + plain,
            lambda: " " + plain,
            lambda: plain + " ",
            lambda: plain[:4] + "_" + plain[4:],
            lambda: "-" + plain,
            lambda: self.random.choice(("NaN", "nan", "inf", "-inf", "Infinity", "null", "")),
            lambda: self.random.choice(("0", "1", "-0", "1e999999999", "1e-999999999", "0e5",
                                        "1e99999999999999999999", "9" * 400, "0x10", "1e", "e1",
                                        "12:30", "2026-05-07T14:30:22Z")),
            lambda: self.random.choice((
                "946684799999999999", "946684800000000000", "4102444800000000000",
                "4102444799.9999999994", "4102444799.9999999995", "946684799.9999999995",
                "946684799.99999999949", "99999999999", "100000000000", "99999999999999.9",
                "100000000000000", "99999999999999999.9", "100000000000000000")),
            lambda: plain + self.random.choice(("x", ";", "\x00", "ns", "é")),
            lambda: f"{time / 1e9!r}",
            lambda: "".join(chr(0x0660 + int(digit)) for digit in plain),
        ))()

    def json_number(self, time):
        while True:
            text = self.number(time)
            try:
                value = reference_bytes.json_of(text.encode())
            except ValueError:
                value = None
            if "e99999" in text or len(text) > 300:
                continue
            if isinstance(value, reference_bytes.NumberText) or self.chance(0.1):
                return text

    # Lines.

    def cut(self, data):
        """Some bytes less at the end, as a crash leaves them."""
        if self.odd() and data:
            return data[:-self.random.randrange(1, min(len(data), 40) + 1)]
        return data

    def quoted(self, field):
        if self.odd() and self.chance(0.2):
            return '"' + field.replace('"', '""') + '"'
        return field

    def padding(self, width):
        """A long row, or many rows."""
        if self.chance(0.3):
            return ",".join(["x" * self.random.choice((60000, 65530, 66000, 140000))]
                            + [""] * (width - 1))
        return None

    def csv(self, columns, time_column, header=True):
        """A CSV whose time stands in the named columns."""
        columns = list(columns)
        if self.odd():
            self.random.shuffle(columns)
        if self.odd() and self.chance(0.15):
            columns.remove(self.random.choice(columns))
        if self.odd() and self.chance(0.15):
            columns.insert(self.random.randrange(len(columns) + 1),
                           self.random.choice(("note", 'a "b", c', "é", "Epoch_ns", " epoch_ns")))
        columns = columns or [time_column or "epoch"]
        lines = []
        if header:
            lines.append(",".join('"' + name.replace('"', '""') + '"'
                                  if "," in name or '"' in name else self.quoted(name)
                                  for name in columns))
        count = self.random.choice((0, 1, 2, 3, 10, 50))
        if self.odd() and self.chance(0.1):
            count = 3000
        for time in sorted(self.time() for _ in range(count)):
            lines.append(self.csv_line(columns, time_column, time))
        return self.finished(lines)

    def csv_line(self, columns, time_column, time):
        fields = []
        for place, name in enumerate(columns):
            is_time = name == time_column or (time_column is None and place == 0)
            fields.append(self.quoted(self.number(time) if is_time
                                      else str(self.random.randrange(10**12))))
        if self.odd() and self.chance(0.15):
            fields = self.random.choice((fields[:-1], fields + ["1"], fields + [""]))
        if self.odd() and self.chance(0.03):
            return self.padding(len(columns)) or ",".join(fields)
        return ",".join(fields)

    def finished(self, lines):
        """Lines with their ends, as bytes."""
        if self.odd() and self.chance(0.4):
            for _ in range(self.random.choice((1, 2, 100))):
                lines.insert(self.random.randrange(len(lines) + 1), "")
        end = "\r\n" if self.odd() and self.chance(0.5) else "\n"
        data = "".join(line + end for line in lines).encode()
        if self.odd() and self.chance(0.1):
            data = data.replace(b"1", b"\xff", 1)
        if self.odd() and self.chance(0.3):
            data = b"\xef\xbb\xbf" + data
        return self.emptied(self.cut(data))

    def emptied(self, data):
        if self.odd() and self.chance(0.15):
            return b""
        return data

    def objects(self):
        lines = []
        for _ in range(self.random.choice((0, 1, 2, 5, 30))):
            lines.append(self.object_line(self.time()))
        data = self.finished(lines)
        return data.removeprefix(b"\xef\xbb\xbf")

    def object_line(self, time):
        members = []
        if self.chance(0.7):
            members.append(f'"timestamp_ns": {self.json_number(time)}')
        if self.chance(0.5):
            members.append(f'"timestamp": {self.json_number(time + SECOND)}')
        if self.odd() and self.chance(0.3):
            members.append(self.random.choice(
                ('"key": "\\u00e9\\n"', '"key": [1, {"timestamp_ns": 5}]', '"a": 1e300',
                 '"a": NaN', '"a": "\x01"', '"a": 01', '"a": "\\ud83d\\ude00"')))
        self.random.shuffle(members)
        line = "{" + ", ".join(members) + "}"
        if self.odd() and self.chance(0.2):
            line = self.random.choice(("[" + line + "]", line + "}", " " + line + " ", "null",
                                       str(time), line + ",", "\t" + line, line[:-1], "# note"))
        return line

    # Binary files.

    def anchors(self):
        data, offset = b"", self.random.choice((0, 0, 250, 77777, 2**62))
        if self.odd() and self.chance(0.2):
            offset = self.random.choice((-1, -2**63, 2**63 - 1, 1))
        for time in sorted(self.time() for _ in range(self.random.choice((0, 1, 2, 5, 5000)))):
            seconds = time / 1e9
            if self.odd() and self.chance(0.1):
                seconds = self.random.choice(
                    (math.nan, math.inf, -math.inf, 0.0, -seconds, 5e-324, 1.7e308, time * 1.0,
                     946684800.0, math.nextafter(946684800.0, 0), 4102444800.0,
                     math.nextafter(4102444800.0, 0)))
            data += struct.pack("<qd", offset, seconds)
            offset = min(offset + 250, 2**63 - 1)
        if self.odd():
            data += self.random.randbytes(self.random.randrange(1, 16))
        return self.emptied(data)

    def wav(self):
        rate = self.random.choice((48000, 44100, 16000, 7, 1, 2**32 - 1))
        channels = self.random.choice((1, 2, 3, 65535))
        bits = self.random.choice((8, 12, 16, 24, 32))
        kind = self.random.choice((1, 1, 3, 6, 7))
        if self.odd() and self.chance(0.2):
            kind = self.random.choice((0, 2, 0x55, 0xFFFF))
        if self.odd() and self.chance(0.1):
            rate, channels, bits = self.random.choice(
                ((0, channels, bits), (rate, 0, bits), (rate, channels, 0), (rate, channels, 1)))
        form = struct.pack("<HHIIHH", kind, channels, rate, 0, 0, bits)
        if self.chance(0.3):
            form = (struct.pack("<HHIIHH", 0xFFFE, channels, rate, 0, 0, bits)
                    + struct.pack("<HHIH", 22, bits, 0, kind)
                    + b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")
        if self.odd() and self.chance(0.1):
            form = form[:self.random.randrange(len(form))]
        return self.emptied(self.riff(form))

    def riff(self, form):
        samples = self.random.randbytes(self.random.choice((0, 1, 2, 999, 30000, 70001)))
        size, mark, head = len(samples), b"RIFF", b""
        if self.odd():
            size = self.random.choice((0, 0xFFFFFFFF, size + 1, size + 10**6, max(size - 1, 0)))
        if self.chance(0.2):
            mark = self.random.choice((b"RF64", b"BW64"))
            long_size = len(samples)
            if self.odd():
                long_size = self.random.choice((0, 2**64 - 1, 2**63, long_size + 5, 1))
            head = b"ds64" + struct.pack("<IQQQI", 28, 0, long_size, 0, 0)
            size = self.random.choice((0xFFFFFFFF, size))
        chunks = [b"fmt " + struct.pack("<I", len(form)) + form + b"\0" * (len(form) % 2)]
        for _ in range(self.random.choice((0, 0, 1, 3)) if self.odd() else 0):
            extra = self.random.randbytes(self.random.choice((0, 1, 4, 27, 5000)))
            chunks.insert(self.random.randrange(len(chunks) + 1),
                          self.random.choice((b"LIST", b"bext", b"junk", b"\0\0\0\0"))
                          + struct.pack("<I", len(extra)) + extra + b"\0" * (len(extra) % 2))
        content = b"data" + struct.pack("<I", size) + samples
        if self.odd() and self.chance(0.3):
            content += b"\0" * (len(samples) % 2) + b"LIST\x04\0\0\0abcd"
        if self.odd() and self.chance(0.2):
            chunks.insert(self.random.randrange(len(chunks) + 1), content + b"\0" * (size % 2))
        else:
            chunks.append(content)
        data = mark + struct.pack("<I", self.random.choice((0, 36, 2**32 - 1))) + b"WAVE" + head
        data += b"".join(chunks)
        if self.odd() and self.chance(0.1):
            data = self.random.choice((data[:self.random.randrange(60)], b"RIFX" + data[4:],
                                       data[:8] + b"AVI " + data[12:]))
        return data

    # Reports.

    def iso(self, time):
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=time // 1000)
        offset = self.random.choice((0, 0, 120, -330, 345, 14 * 60, -12 * 60))
        local = moment + datetime.timedelta(minutes=offset)
        mark = self.random.choice("TT t")
        text = f"{local:%Y-%m-%d}{mark}{local:%H:%M:%S}"
        if self.chance(0.1):
            text = text[:-3]
        elif self.chance(0.6):
            digits = self.random.choice((1, 3, 6, 6, 9, 12))
            text += self.random.choice(".,.") + f"{time % SECOND:09d}000"[:digits]
        if offset:
            sign = "+" if offset > 0 else "-"
            return text + f"{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
        return text + self.random.choice(("Z", "z", "", "+00:00", "-00:00"))

    def report(self):
        stopped = self.iso(self.time() + self.length)
        if self.odd() and self.chance(0.3):
            stopped = self.random.choice((
                "", "2026-02-29T12:00:00Z", "2024-02-29T12:00:00Z", "2026-13-01T00:00:00Z",
                "2026-05-07", "1970-01-01T00:00:00Z", "2261-04-11T23:47:16Z", "yesterday",
                "2026-05-07T25:00:00Z", "2026-05-07T14:61:00Z", "2026-05-07T14:30:22+25:00",
                "2026-05-07T14:30:22+0200", "20260507T143022Z", "2026-05-07T14:30:22.Z",
                "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-05-07T14:30:22+02:60"))
        report = {"stopped_at_utc": stopped, "worker": "é"}
        if self.odd() and self.chance(0.3):
            report = self.random.choice(({"stopped_at": stopped}, {"stopped_at_utc": None}, [],
                                         {"stopped_at_utc": self.time()}, "text"))
        data = json.dumps(report).encode()
        return self.emptied(self.cut(data)) if self.chance(0.3) else data

    # Names.

    def index(self, number):
        if self.odd() and self.chance(0.2):
            return self.random.choice(("0" * 30 + str(number).zfill(4), str(number), "x",
                                       "9" * 25 + str(number), str(number).zfill(3)))
        return str(number).zfill(4)

    def stamp(self, time):
        if self.odd() and self.chance(0.2):
            return self.random.choice(("", "_x", "_5", f"_{time // SECOND}_left",
                                       f"_{time // SECOND}_2", f"_v{time // SECOND}s", "_-5"))
        return "_" + self.decimal(time, self.random.choice((0, 3, 6, 9, 9)))

    def name(self, prefix, extension, number):
        name = prefix + self.index(number) + self.stamp(self.time()) + extension
        if self.odd() and self.chance(0.05):
            return self.random.choice((name.upper(), name + "~", "copy of " + name,
                                       "nested/" + name, name.replace("_", "-")))
        return name

    def scrambled(self, data):
        """The same with a few bytes changed, dropped or doubled, as bad disks and cables do."""
        data = bytearray(data)
        for _ in range(self.random.choice((1, 1, 3, 20))):
            place = self.random.randrange(len(data) + 1)
            end = place + self.random.choice((0, 1, 1, 2, 8))
            data[place:end] = self.random.choice((
                b"", self.random.randbytes(1), bytes(data[place:end]) * 2, b'"', b",", b"\n", b"\r",
                b"\0", b".", b"-", b"9", b"e", b"}"))
        return bytes(data)

    def put(self, path, data):
        if self.odd() and self.chance(0.1):
            data = self.scrambled(data)
        modified = self.base + self.length + self.random.choice((60, 3600, 9 * 3600)) * SECOND
        if self.odd() and self.chance(0.2):
            modified = self.random.choice(
                (self.base - SECOND, self.base, self.base + 1, self.base - DAY, 0,
                 self.base - DAY + self.length, self.base + self.length // 2 - DAY,
                 self.base + 400 * DAY, 315532800 * SECOND))
        self.files[path] = File(data, modified)

    def fill(self, worker):
        family = reference_bytes.family_of(worker)
        if family == "eeg":
            self.fill_eeg(worker)
        for number in range(self.random.choice((0, 1, 2, 2, 5))):
            for prefix, extension, data in self.contents(family):
                if not self.chance(0.1):
                    self.put(f"{worker}/{self.name(prefix, extension, number)}", data)
        if self.chance(0.5):
            self.put(f"{worker}/worker_report.json", self.report())

    def fill_eeg(self, worker):
        for number in range(self.random.choice((0, 1, 2, 5))):
            index = self.index(number)
            self.put(f"{worker}/eeg_{index}_timestamps.bin", self.anchors())
            self.put(f"{worker}/eeg_{index}.bin", b"samples")
        if self.chance(0.85):
            rate = self.random.choice(("250", "256.0", "1e3", "0.1", "999.9999999999999999999"))
            if self.odd() and self.chance(0.4):
                rate = self.random.choice(("0", "-5", '"250"', "null", "true", "1e-300", "1e300",
                                           "0.0", "[250]", "1E300"))
            data = f'{{"sample_rate_hz": {rate}, "channels": ["a"]}}'.encode()
            self.put(f"{worker}/eeg_meta.json", self.emptied(self.cut(data)))

    def contents(self, family):
        """Prefix, extension and bytes of the files of one segment."""
        frames = ("frame", "pts_ns", "wall_clock", "epoch_ns")
        if family == "camera":
            prefix = self.random.choice(("camera_timestamps_", "segment_"))
            return [(prefix, ".csv", self.csv(frames, "epoch_ns")), ("camera_", ".mp4", b"moov")]
        if family == "screen":
            return [("screen_timestamps_", ".csv", self.csv(frames, "epoch_ns")),
                    ("screen_", ".mp4", b"moov"), ("segment_", ".csv", b"a\n")]
        if family == "mic":
            return [("mic_", ".wav", self.wav())]
        if family == "samsungwatch":
            return [(self.random.choice(reference_bytes.SENSORS) + "_", ".csv", self.watch())
                    for _ in range(3)]
        if family == "environment":
            return [("environment_", ".csv", self.environment())]
        if family == "pupillabs":
            heading = self.random.choice(("timestamp [ns]", "timestamp_ns"))
            return [("gaze_", ".csv", self.csv(("id", heading, "x", "y"), heading)),
                    ("world_", ".mp4", b"moov"), ("world_timestamps_", ".csv", b"t\n")]
        if family in reference_bytes.LINES_OF_OBJECTS:
            return [(family + "_", ".jsonl", self.objects())]
        return [(family + "_", ".dat", b"data")]

    def watch(self):
        if self.chance(0.3):
            return self.csv((self.random.choice(("epoch", "whatever")),), None)
        return self.csv(("epoch", "x", "y"), None, header=self.chance(0.7))

    def environment(self):
        heading = self.random.choice(("epoch_ns", "timestamp_ns", "timestamp", "when"))
        columns = self.random.choice(((heading, "lux"), ("lux", heading, "timestamp"), (heading,)))
        if heading == "when" and "timestamp" not in columns:
            return self.csv(columns, None)
        time_column = heading if heading != "when" else "timestamp"
        return self.csv(columns, time_column, header=self.chance(0.8))

    def intervals(self):
        if self.chance(0.15):
            return self.random.choice((None, []))
        bounds, place = [], self.random.choice((0.0, 0.0, 0.1, -3600.25, 1e-9, 1e9 / 3))
        for _ in range(self.random.choice((1, 1, 3))):
            end = place + self.random.random() * 1000 + 1e-3
            bounds.append([place, end])
            place = end + self.random.random()
        return bounds

    def make(self, number):
        stamp = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=self.base // SECOND)
        identity = f"rec_{stamp:%Y%m%d_%H%M%S}_{number:06x}"
        workers = self.random.sample(WORKERS, self.random.choice((1, 2, 4, 8)))
        for worker in workers:
            self.fill(worker)
        for path, probability in (("session.lock", 0.02), ("_node_manifests/a.json", 0.05),
                                  ("participant.txt", 0.2), ("manifest.json", 0.2),
                                  ("eeg_timestamps.bin", 0.03)):
            if self.chance(probability):
                self.put(path, b"{}")
        if self.odd() and self.chance(0.05):
            self.files = {path: file for path, file in self.files.items()
                          if "/" not in path or path.endswith("worker_report.json")}
        start = self.base // 1000
        if self.odd() and self.chance(0.2):
            start += self.random.choice((-1, 1, -7200 * 10**6, -30 * 86400 * 10**6,
                                         self.length // 2000, 3600 * 10**6))
        row = {"start_us": start, "duration_us": None, "duration_known_wrong": self.chance(0.2)}
        if self.chance(0.8):
            row["duration_us"] = self.random.randrange(self.length // 1000 + 10**8)
        recording = reference.Recording(identity, self.files)
        return Row(recording, row, self.modalities(workers))

    def modalities(self, workers):
        found = {}
        for worker in workers:
            family = reference_bytes.family_of(worker)
            slugs = [slug for slug in SLUGS if slug.split("-")[0] == family]
            slugs = self.random.sample(slugs, min(len(slugs), 2)) or ["lidar"]
            if self.chance(0.1):
                slugs.append(self.random.choice(SLUGS))
            for slug in slugs:
                found[worker, slug] = {"worker": worker, "modality": slug,
                                       "domain_intervals": self.intervals()}
        return list(found.values())


def sharpen(strange, seed, now):
    """Puts a row onto the edges: of the least change, of the window, of what is shifted already."""
    choose = random.Random(seed)
    found = reference.EndSearch(strange.recording, strange.row["start_us"] * 1000, now).run()
    if found.end is not None and choose.random() < 0.4:
        derived = reference.duration_us(found.end, strange.row["start_us"] * 1000)
        strange.row["duration_us"] = max(0, derived + choose.choice((1, -1)) * choose.choice(
            (0, 1, 59_999_999, 60_000_000, 60_000_001, 7200 * 10**6)))
    for modality in strange.modalities:
        epoch, _ = reference.first_sample(strange.recording, modality["worker"],
                                          modality["modality"])
        if epoch is None:
            continue
        shift = epoch - strange.row["start_us"] * 1000
        if choose.random() < 0.15:
            begin = shift / 1e9 + choose.choice((0, 0.499999, -0.499999, 0.500001, -0.500001))
            modality["domain_intervals"] = [[begin, begin + 10.5]]
        if choose.random() < 0.1 and shift > HOUR:
            strange.row["duration_us"] = (shift - HOUR) // 1000 + choose.choice((-1, 0, 1))
            strange.row["duration_known_wrong"] = False


def make(seed, count, now):
    """As many strange recordings as are asked for."""
    made = []
    for number in range(count):
        strange = Maker(f"{seed}/{number}").make(number)
        sharpen(strange, f"{seed}/{number}", now)
        made.append(strange)
    return made
