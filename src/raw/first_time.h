// The first time that a file in the raw bucket holds, with as few bytes and requests as possible.
//
//   anchors         the first 16 bytes
//   CSV, JSONL      the first 4 KiB; the first 64 KiB where no whole row lies in them
//   eeg_meta.json   the whole, up to 64 KiB
//
// A value or a Fault says what the file holds; an Error is a failed read. So is a file that is no
// longer what the listing said. Thread-safe where the store is.
// Source: raw-recordings.md section 3.2.
#pragma once

#include "base/exact.h"
#include "base/result.h"
#include "raw/anchors.h"
#include "raw/csv.h"
#include "raw/problem.h"
#include "store/object_store.h"

namespace ursa::raw {

// The first whole anchor of `file`, an object as listed.
Result<Reading<Anchor>> ReadFirstAnchor(const store::ReadableStore& raw,
                                        const store::ObjectInfo& file);

// The time in the first whole row of a CSV.
Result<Reading<TimeNs>> ReadFirstRow(const store::ReadableStore& raw, const store::ObjectInfo& file,
                                     const CsvFormat& format);

// The time in the first whole line of a JSONL file.
Result<Reading<TimeNs>> ReadFirstLine(const store::ReadableStore& raw,
                                      const store::ObjectInfo& file);

// The sample rate in an eeg_meta.json. One that is too large is kNoRate, unread.
Result<Reading<PositiveDecimal>> ReadEegMeta(const store::ReadableStore& raw,
                                             const store::ObjectInfo& file);

}  // namespace ursa::raw
