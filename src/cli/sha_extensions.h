// Whether hashing is fast on this machine.
#pragma once

namespace ursa::cli {

// Whether the processor has SHA extensions, as Linux says; without them SHA-256 takes several times
// as long.
bool HasShaExtensions();

}  // namespace ursa::cli
