// Which tables Ursa may read and write: judged by the newest protocol and metaData alone, before
// anything else about a table is believed. Writing is judged by CheckWritable in snapshot.h.
// Source: delta-format.md section 1 and PROTOCOL.md, "Reader/Writer Version Requirements".
#pragma once

#include <vector>

#include "base/result.h"
#include "delta/actions.h"

namespace ursa::delta {

// kUnsupported unless a reader of version 1 may read the table: names readerFeatures (version 3),
// columnMapping (version 2), or the version.
Result<void> CheckReadable(const Protocol& protocol);

// What to say of a table that uses something unsupported: its protocol names every such feature, so
// where `actions` hold one that refuses us, that is a better answer than a kUnsupported `found`,
// the first trace of a feature. Other errors stay as they are.
Error RefusalOf(const std::vector<Action>& actions, Error found);

}  // namespace ursa::delta
