#include "cli/commands.h"

namespace ursa::cli {

CommandList AllCommands() {
  CommandList list;
  return list;
}

}  // namespace ursa::cli
