#include "receiver/commands/program.hpp"

#include <memory>

#include "receiver/commands/compare_command.hpp"
#include "receiver/commands/export_command.hpp"
#include "receiver/commands/files_command.hpp"
#include "receiver/commands/growth_command.hpp"
#include "receiver/commands/list_command.hpp"
#include "receiver/commands/page_command.hpp"
#include "receiver/commands/receive_command.hpp"
#include "receiver/commands/restore_command.hpp"
#include "receiver/commands/shared_options.hpp"
#include "receiver/commands/status_command.hpp"
#include "receiver/commands/verify_command.hpp"

namespace healthmetric::receiver {

program::Program make_program() {
  const auto shared = std::make_shared<SharedOptions>();
  program::Program program;
  program.name = kProgramName;
  program.commands.push_back(std::make_unique<ReceiveCommand>(shared));
  program.commands.push_back(std::make_unique<VerifyCommand>(shared));
  program.commands.push_back(std::make_unique<ListCommand>(shared));
  program.commands.push_back(std::make_unique<FilesCommand>(shared));
  program.commands.push_back(std::make_unique<RestoreCommand>(shared));
  program.commands.push_back(std::make_unique<CompareCommand>(shared));
  program.commands.push_back(std::make_unique<ExportCommand>(shared));
  program.commands.push_back(std::make_unique<PageCommand>(shared));
  program.commands.push_back(std::make_unique<StatusCommand>(shared));
  program.commands.push_back(std::make_unique<GrowthCommand>(shared));
  return program;
}

}  // namespace healthmetric::receiver
