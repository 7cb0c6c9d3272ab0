// Any bytes as ursa.toml.
#include "cli/config.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ursa::fuzz::Require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = ursa::cli::ParseConfig(text, "/laboratory/ursa.toml");
  if (!config) {
    Require(config.error().code == ursa::ErrorCode::kUsage);
    Require(config.error().message.starts_with("/laboratory/ursa.toml"));
    return 0;
  }
  // A configuration that is taken has what a run goes by.
  Require(!config->profiles.empty());
  Require(!config->default_profile || config->profiles.contains(*config->default_profile));
  for (const auto& [name, profile] : config->profiles) {
    Require(profile.name == name && !ursa::cli::AssetsName(profile).empty());
  }
  return 0;
}
