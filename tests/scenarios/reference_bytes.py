"""What the bytes and names of raw recordings say about time: sections 1 and 2 of the contract.

The lower half of reference.py, which says what it is for.
"""
import dataclasses
import datetime
import decimal
import fractions
import json
import re
import struct

SECOND = 10**9
EARLIEST = 946_684_800 * SECOND
LATEST = 4_102_444_800 * SECOND
READ_AT_ONCE = 64 * 1024
SENSORS = ("battery", "eda", "heart_rate", "imu", "ppg")
SUBFORMAT = bytes.fromhex("000000001000800000aa00389b71")
LINES_OF_OBJECTS = ("keyboard", "mouse", "browser", "notes", "location", "battery")


class NoSignal(Exception):
    """Bytes that say nothing about time, and why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def nearest(value):
    """A fraction of nanoseconds as an integer, ties to even."""
    return round(value)


def plausible(value):
    """A time in nanoseconds, if it is one that a rig can have meant."""
    if not EARLIEST <= value < LATEST:
        raise NoSignal("implausible_time")
    return value


# Section 2: a number that means a time.

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def exact_time_of_text(text):
    """What a decimal text says, as an exact fraction of nanoseconds that need not be plausible."""
    if not NUMBER.fullmatch(text):
        raise NoSignal("unparseable")
    with decimal.localcontext(decimal.Context(Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)):
        value = decimal.Decimal(clamped_exponent(text))
    if value == 0 or not -1 <= value.adjusted() <= 30:
        raise NoSignal("implausible_time")
    value = fractions.Fraction(value)
    for limit, unit in ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3)):
        if abs(int(value)) < limit:
            return value * unit
    return value


def clamped_exponent(text):
    """The same number where its exponent is sensible, else one that is as implausible."""
    mantissa, mark, exponent = text.lower().partition("e")
    if mark and len(exponent.lstrip("+-0")) > 9:
        return mantissa + ("e-999999999" if exponent.startswith("-") else "e999999999")
    return text


def time_of_text(text):
    return plausible(nearest(exact_time_of_text(text)))


def time_of_float(value):
    """A float64 of seconds."""
    if value != value or value in (float("inf"), float("-inf")):
        raise NoSignal("implausible_time")
    return plausible(nearest(fractions.Fraction(value) * SECOND))


ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})"
                 r"(?::([0-9]{2})(?:[.,]([0-9]+))?)?(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))?")


def time_of_iso(text):
    """An ISO 8601 time that is plausible; one without an offset is UTC."""
    return plausible(moment_of_iso(text))


def moment_of_iso(text):
    """The same, plausible or not."""
    match = ISO.fullmatch(text)
    if not match:
        raise NoSignal("unparseable")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    fraction, _, sign, offset_hours, offset_minutes = match.groups()[6:]
    if not 1678 <= year <= 2261:
        raise NoSignal("unparseable")
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise NoSignal("unparseable") from None
    since = moment - datetime.datetime(1970, 1, 1)
    value = (since.days * 86400 + since.seconds) * SECOND
    if fraction:
        value += int(fraction[:9].ljust(9, "0"))
    if sign:
        if int(offset_hours) > 23 or int(offset_minutes) > 59:
            raise NoSignal("unparseable")
        offset = (int(offset_hours) * 60 + int(offset_minutes)) * 60 * SECOND
        value -= offset if sign == "+" else -offset
    return value


# Section 1: names.

def family_of(worker):
    family = worker.split("_")[0]
    return {"samsung-watch": "samsungwatch", "webcam": "camera"}.get(family, family)


def segment_index(name):
    match = re.search(r"(?:(?<=[_.-])|^)[0-9]{4,}(?=[_.-]|$)", name)
    return int(match.group()) if match else 0


def segment_order(name):
    return segment_index(name), name.encode()


def exact_time_in_name(name):
    last = re.search(r"([0-9]+\.)?[0-9]+(?=[^0-9]*$)", name.rpartition(".")[0])
    try:
        value = exact_time_of_text(last.group())
        plausible(nearest(value))
        return value
    except (AttributeError, NoSignal):
        raise NoSignal("no_time_in_name") from None


def matches(name, prefixes, extension):
    return any(name.startswith(prefix) and name.endswith(extension)
               and len(name) >= len(prefix) + len(extension) for prefix in prefixes)


def is_frame_list(family, name):
    prefixes = (("camera_timestamps_", "segment_") if family == "camera"
                else ("screen_timestamps_",))
    return matches(name, prefixes, ".csv")


# Section 2: lines.

@dataclasses.dataclass
class Line:
    begin: int
    end: int
    text: bytes
    is_whole: bool


def lines_of(data):
    """Every line, without a BOM, a CR before the LF, and blank lines."""
    lines, begin = [], 0
    while begin < len(data):
        found = data.find(b"\n", begin)
        end = len(data) if found < 0 else found + 1
        text = data[begin:end]
        if begin == 0 and text.startswith(b"\xef\xbb\xbf"):
            text = text[3:]
        is_whole = found >= 0
        text = text.removesuffix(b"\n").removesuffix(b"\r")
        if text.strip(b" \t\r"):
            lines.append(Line(begin, end, text, is_whole))
        begin = end
    return lines


def fields_of(line):
    """The fields of a line of CSV; None where its quotes are against RFC 4180."""
    fields, rest = [], line.decode("utf-8", "surrogateescape")
    while True:
        if rest.startswith('"'):
            match = re.match(r'"((?:[^"]|"")*)"(?=,|$)', rest)
            if not match:
                return None
            fields.append(match.group(1).replace('""', '"'))
            rest = rest[match.end():]
        else:
            field = re.match(r"[^,]*", rest).group()
            fields.append(field)
            rest = rest[len(field):]
        if not rest:
            return fields
        rest = rest[1:]


@dataclasses.dataclass
class Rows:
    """A CSV that has a header, or a first row that is none."""
    begin: int
    column: int
    width: int
    lines: list

    def is_row(self, line):
        fields = fields_of(line.text)
        return line.is_whole and fields is not None and len(fields) == self.width

    def time(self, line):
        return time_of_text(fields_of(line.text)[self.column])


def is_plausible_text(text):
    try:
        time_of_text(text)
        return True
    except NoSignal:
        return False


def column_of(kind, header):
    """Where the time stands, by kind of file."""
    if kind == "watch":
        return 0
    names = {"frames": ["epoch_ns"], "gaze": ["timestamp [ns]", "timestamp_ns"],
             "environment": ["epoch_ns", "timestamp_ns", "timestamp"]}[kind]
    for name in names:
        if name in header:
            return header.index(name)
    if kind == "environment":
        return 0
    raise NoSignal("no_column")


def rows_of(kind, data):
    """The rows of a CSV, whether they are whole or not."""
    if not data:
        raise NoSignal("empty")
    lines = lines_of(data)
    if not lines or lines[0].begin >= READ_AT_ONCE:
        raise NoSignal("no_header")
    if lines[0].end - lines[0].begin > READ_AT_ONCE:
        raise NoSignal("line_too_long")
    header = fields_of(lines[0].text)
    if header is None:
        raise NoSignal("no_header")
    if kind in ("watch", "environment") and is_plausible_text(header[0]):
        return Rows(0, 0, len(header), lines)
    return Rows(lines[0].end, column_of(kind, header), len(header), lines[1:])


def last_row_time(kind, data):
    """The time of the last whole row that lies in the last 64 KiB."""
    rows = rows_of(kind, data)
    begin = max(0, len(data) - READ_AT_ONCE)
    for line in reversed(rows.lines):
        if line.begin >= begin and rows.is_row(line):
            return rows.time(line)
    fills_it = data.find(b"\n", begin) in (-1, len(data) - 1) and begin > 0
    raise NoSignal("line_too_long" if fills_it else "no_whole_row")


def first_row_time(kind, data):
    """The time of the first whole row that lies in the first 64 KiB."""
    rows = rows_of(kind, data)
    for line in rows.lines:
        if line.end <= READ_AT_ONCE and rows.is_row(line):
            return rows.time(line)
    fills_it = len(data) > READ_AT_ONCE and b"\n" not in data[rows.begin:READ_AT_ONCE]
    raise NoSignal("line_too_long" if fills_it else "no_whole_row")


class NumberText(str):
    """A number of JSON as it is written."""


def refuse_constant(text):
    raise ValueError(text)


def json_of(data):
    return json.loads(data.decode("utf-8"), parse_float=NumberText, parse_int=NumberText,
                      parse_constant=refuse_constant)


def first_object_time(data):
    """The time of the first whole line of JSON."""
    if not data:
        raise NoSignal("empty")
    too_long = False
    for line in lines_of(data):
        if line.end > READ_AT_ONCE:
            too_long = line.end - line.begin > READ_AT_ONCE
            break
        try:
            value = json_of(line.text)
        except (ValueError, RecursionError):
            continue
        if line.is_whole and isinstance(value, dict):
            for name in ("timestamp_ns", "timestamp"):
                if isinstance(value.get(name), NumberText):
                    return time_of_text(value[name])
    raise NoSignal("line_too_long" if too_long else "no_whole_row")


# Section 2: binary files.

def anchors_of(data):
    """The whole anchors: sample offset, seconds."""
    if not data:
        raise NoSignal("empty")
    anchors = [struct.unpack_from("<qd", data, place) for place in range(0, len(data) - 15, 16)]
    if not anchors:
        raise NoSignal("no_whole_row")
    return anchors


def chunks_of(data):
    """The chunks of a WAV: id, where it begins, its size as written, and as the file has it."""
    place, long_size = 12, None
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        place += 8
        if name == b"ds64" and size >= 16 and place + 16 <= len(data):
            long_size = struct.unpack_from("<Q", data, place + 8)[0]
        if name == b"data":
            if size == 0xFFFFFFFF and long_size is not None and data[:4] != b"RIFF":
                size = long_size
            if size in (0, 0xFFFFFFFF) or place + size > len(data):
                size = len(data) - place
        yield name, place, size
        place += size + size % 2


def seconds_of_wav(data):
    """How long a WAV plays, exactly."""
    if not data:
        raise NoSignal("empty")
    if data[:4] not in (b"RIFF", b"RF64", b"BW64") or data[8:12] != b"WAVE":
        raise NoSignal("not_wav")
    found = {}
    for name, place, size in chunks_of(data):
        found.setdefault(name, (place, size))
    if b"data" not in found or b"fmt " not in found:
        raise NoSignal("not_wav")
    place, size = found[b"fmt "]
    if size < 16 or place + 16 > len(data):
        raise NoSignal("not_wav")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, place)
    if kind == 0xFFFE:
        if size < 40 or data[place + 26:place + 40] != SUBFORMAT:
            raise NoSignal("not_wav")
        kind = struct.unpack_from("<H", data, place + 24)[0]
    if kind not in (1, 3, 6, 7) or 0 in (channels, rate, bits):
        raise NoSignal("not_wav")
    return fractions.Fraction(found[b"data"][1], channels * ((bits + 7) // 8) * rate)
