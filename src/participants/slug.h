// Slugs: what a name becomes as a participant_id. Source: raw-recordings.md section 5, step 5.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ursa::participants {

// Copies share what they hold. Thread-safe.
class Slugger {
 public:
  // kUnavailable where the data of this machine's ICU lack the two transforms.
  static Result<Slugger> Make();

  // The name transliterated to ASCII (ICU Any-Latin; Latin-ASCII), in lower case, runs of anything
  // but letters and digits turned into one '-', none at the ends. Empty where nothing is left.
  [[nodiscard]] std::string Slug(std::string_view name) const;

 private:
  struct Transform;
  explicit Slugger(std::shared_ptr<const Transform> transform) : transform_(std::move(transform)) {}

  std::shared_ptr<const Transform> transform_;
};

}  // namespace ursa::participants
