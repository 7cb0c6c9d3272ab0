// Any bytes as a recording's journal: a cache, of which what is damaged counts for nothing.
#include "ingest/journal.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ursa::fuzz::Require;
  using ursa::ingest::Journal;
  const std::string recording = "rec_20260507_143022_a1b2";
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Journal journal = Journal::Parse(bytes, recording);
  Require(journal.RecordingId() == recording);
  const std::string text = journal.Text();
  const Journal again = Journal::Parse(text, recording);
  Require(again.Count() == journal.Count() && again.Text() == text);
  return 0;
}
