// What makes each command; one file a command defines each of them.
#pragma once

#include <memory>

#include "cli/command.h"

namespace ursa::cli {

std::unique_ptr<Command> MakeFixDurations();
std::unique_ptr<Command> MakeReconstructAllRecent();
std::unique_ptr<Command> MakeIngest();
std::unique_ptr<Command> MakeFixModalities();
std::unique_ptr<Command> MakeBackfillParticipants();
std::unique_ptr<Command> MakeAuditParticipants();
std::unique_ptr<Command> MakeCheckMergeMap();
std::unique_ptr<Command> MakeApply();
std::unique_ptr<Command> MakePlanShow();
std::unique_ptr<Command> MakeRuns();
std::unique_ptr<Command> MakeRestore();
std::unique_ptr<Command> MakeCatalogInit();
std::unique_ptr<Command> MakeCatalogShow();
std::unique_ptr<Command> MakeCatalogHistory();
std::unique_ptr<Command> MakeCatalogBackup();
std::unique_ptr<Command> MakeCatalogFlip();
std::unique_ptr<Command> MakeQuery();
std::unique_ptr<Command> MakeTableRead();
std::unique_ptr<Command> MakeExplain();
std::unique_ptr<Command> MakeDemo();
std::unique_ptr<Command> MakeDoctor();
std::unique_ptr<Command> MakeCompletion();
std::unique_ptr<Command> MakeMan();

}  // namespace ursa::cli
