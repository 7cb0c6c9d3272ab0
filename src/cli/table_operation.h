// What the commands that change no rows but write to a catalog have in common: a dry run first, the
// production guard. Source: architecture.md, "The one idea"; commands.md, "Plans, guards, undo".
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace ursa::cli {

class TableOperation : public Command {
 public:
  using Command::Command;

  void Configure(Options& options) override;
  Result<void> Run(Invocation& invocation) final;

 protected:
  // Looks only: the stores that it opens can't write.
  virtual Result<void> DryRun(Invocation& invocation, const Profile& profile) = 0;
  virtual Result<void> Commit(Invocation& invocation, const Profile& profile) = 0;

  // The rules that stop the commit as the command stands: production.
  [[nodiscard]] Json WouldRefuse(Environment environment) const;
  // kRefused `production` where the flag is needed and was not given.
  [[nodiscard]] Result<void> CheckGuard(Environment environment) const;

 private:
  bool commit_ = false;
  bool targets_production_ = false;
};

}  // namespace ursa::cli
