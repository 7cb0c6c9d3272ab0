// The last time that a file in the raw bucket holds, with as few bytes and requests as possible.
//
//   anchors   the last 31 bytes
//   CSV       the last 64 KiB; the head for the header, where that does not lie in them. All of one of
//             up to 256 KiB on a remote store: that is one request instead of two
//   WAV       the first 4 KiB; at most 15 windows more where its chunks need them
//   report    the whole, up to 1 MiB
//
// A value or a Fault says what the file holds; an Error is a failed read. So is a file that is no
// longer what the listing said: every read is pinned to the listing's etag and size.
// Thread-safe where the store is. Source: raw-recordings.md section 3.1.
#pragma once

#include "base/result.h"
#include "raw/layout.h"
#include "raw/problem.h"
#include "store/object_store.h"

namespace ursa::raw {

// The end of the segment in `file`, an object as listed that SidecarOf calls a `kind`. `name` is
// its name in the worker.
Result<Reading<TimeNs>> ReadLastTime(const store::ReadableStore& raw, const store::ObjectInfo& file,
                                     SidecarKind kind, std::string_view name);

// The time in a worker_report.json. A report above kWorkerReportBytesMax is kUnparseable, unread.
Result<Reading<TimeNs>> ReadWorkerReport(const store::ReadableStore& raw,
                                         const store::ObjectInfo& report);

}  // namespace ursa::raw
