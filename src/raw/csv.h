// Times in CSV sidecars, read from a file's head and tail and never as a whole.
//
//   file   =  [BOM] line*
//   line   =  [field ("," field)*] [CR] LF        the last one may be cut short by a crash
//   field  =  RFC 4180, quoted or not; never holds a line break; not trimmed
//
// Blank lines, of nothing but spaces, tabs and CR, mean nothing. The first other line is the
// header; in watch and environment files it may be data already. A row is whole when its line ends
// in LF and it has as many fields as the header. Because a field never holds a line break, a line
// can be found from the file's end, and the last whole row is the first that is met there: the
// scan stops at it.
//
// Everything here is pure and takes time linear in the bytes given, for any bytes.
// Source: raw-recordings.md section 2, "Sidecar contents".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "raw/problem.h"

namespace ursa::raw {

// How much of a file's head or tail may be read: a line that is longer can't be seen.
inline constexpr uint64_t kCsvWindowBytes = 65'536;

// Where a kind of CSV has its times.
struct CsvFormat {
  std::span<const std::string_view> columns;  // the first of these that the header has, ...
  bool else_first_column = false;             // ... else the first column
  bool may_lack_header = false;               // a first line that starts with a time is data
};

extern const CsvFormat kFrameCsvFormat;        // camera, screen
extern const CsvFormat kWatchCsvFormat;        // samsungwatch
extern const CsvFormat kEnvironmentCsvFormat;  // environment
extern const CsvFormat kGazeCsvFormat;         // pupillabs, gaze

// What the head of a file says of its rows.
struct CsvHeader {
  size_t field_count = 0;
  size_t time_column = 0;
  uint64_t rows_offset = 0;  // in the file, of the first line that may be a row
};

// Which part of a file is at hand.
struct CsvWindow {
  std::string_view bytes;
  uint64_t offset = 0;      // of its first byte in the file
  uint64_t size_bytes = 0;  // of the file
};

// Reads the header from a window that starts at the file's start. kEmpty, kNoHeader, kNoColumn;
// kLineTooLong where the header does not end in a window that is smaller than the file.
Reading<CsvHeader> ReadCsvHeader(const CsvWindow& head, const CsvFormat& format);

// The time in the last whole row, from a window that ends at the file's end. kNoWholeRow,
// kUnparseable, kImplausibleTime; kLineTooLong where the window holds no start of a line.
Reading<TimeNs> ReadLastCsvTime(const CsvWindow& tail, const CsvHeader& header);

// The time in the first whole row, from a window that starts at the file's start. kNoWholeRow,
// kUnparseable, kImplausibleTime; kLineTooLong where no line ends between the header and the end of
// a window that is smaller than the file.
Reading<TimeNs> ReadFirstCsvTime(const CsvWindow& head, const CsvHeader& header);

}  // namespace ursa::raw
