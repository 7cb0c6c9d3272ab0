#include "catalog/rows.h"

namespace ursa::catalog {
namespace {

using delta::Value;

template <typename T>
Value OrNull(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

Value OrNull(const std::optional<std::vector<Interval>>& intervals) {
  if (!intervals) {
    return {};
  }
  Value::List list;
  for (const Interval& interval : *intervals) {
    list.emplace_back(Value::List{interval.start, interval.end});
  }
  return list;
}

}  // namespace

NamedRow ToRow(const Participant& participant) {
  return {{"participant_id", participant.participant_id},
          {"display_name", participant.display_name},
          {"enrolled_at", OrNull(participant.enrolled_at)},
          {"metadata", OrNull(participant.metadata)}};
}

NamedRow ToRow(const Recording& recording) {
  return {{"recording_hash", recording.recording_hash},
          {"recording_id", recording.recording_id},
          {"participant_ids",
           Value::List(recording.participant_ids.begin(), recording.participant_ids.end())},
          {"start_time", recording.start_time},
          {"duration_us", OrNull(recording.duration_us)},
          {"duration_known_wrong", recording.duration_known_wrong},
          {"manifest_source", recording.manifest_source},
          {"device_info", OrNull(recording.device_info)},
          {"metadata", OrNull(recording.metadata)}};
}

NamedRow ToRow(const Modality& modality) {
  return {{"recording_hash", modality.recording_hash},
          {"recording_id", modality.recording_id},
          {"worker", modality.worker},
          {"modality", modality.modality},
          {"format", modality.format},
          {"raw_storage_uri", modality.raw_storage_uri},
          {"storage_uri", OrNull(modality.storage_uri)},
          {"ingestion_status", modality.ingestion_status},
          {"ingestion_error", OrNull(modality.ingestion_error)},
          {"ingestion_attempts", int64_t{modality.ingestion_attempts}},
          {"last_attempt_at", OrNull(modality.last_attempt_at)},
          {"start_epoch_ns", OrNull(modality.start_epoch_ns)},
          {"domain_intervals", OrNull(modality.domain_intervals)},
          {"sample_rate_hz", OrNull(modality.sample_rate_hz)},
          {"channel_spec", OrNull(modality.channel_spec)},
          {"segment_count", int64_t{modality.segment_count}},
          {"byte_count", modality.byte_count},
          {"metadata", OrNull(modality.metadata)}};
}

}  // namespace ursa::catalog
