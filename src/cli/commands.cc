#include "cli/commands.h"

#include "cli/all_commands.h"

namespace ursa::cli {

CommandList AllCommands() {
  CommandList list;
  list.commands.push_back(MakeFixDurations());
  list.commands.push_back(MakeReconstructAllRecent());
  list.commands.push_back(MakeFixModalities());
  list.commands.push_back(MakeBackfillParticipants());
  list.commands.push_back(MakeAuditParticipants());
  list.commands.push_back(MakeCheckMergeMap());
  list.commands.push_back(MakePlanShow());
  list.commands.push_back(MakeApply());
  list.commands.push_back(MakeRuns());
  list.commands.push_back(MakeRestore());
  list.commands.push_back(MakeIngest());
  list.commands.push_back(MakeCatalogInit());
  list.commands.push_back(MakeCatalogShow());
  list.commands.push_back(MakeCatalogHistory());
  list.commands.push_back(MakeCatalogBackup());
  list.commands.push_back(MakeCatalogFlip());
  list.commands.push_back(MakeQuery());
  list.commands.push_back(MakeTableRead());
  list.commands.push_back(MakeExplain());
  list.commands.push_back(MakeDemo());
  list.commands.push_back(MakeDoctor());
  list.commands.push_back(MakeCompletion());
  list.commands.push_back(MakeMan());
  list.groups = {{"catalog", "begin a catalog, look at it, keep it"},
                 {"participants", "names of participants"},
                 {"plan", "saved plans"},
                 {"table", "any Delta table"}};
  return list;
}

}  // namespace ursa::cli
