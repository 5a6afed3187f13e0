#include "sender/commands/program.hpp"

#include <memory>

#include "sender/commands/doctor_command.hpp"
#include "sender/commands/outbox_drop_command.hpp"
#include "sender/commands/outbox_list_command.hpp"
#include "sender/commands/outbox_retry_command.hpp"
#include "sender/commands/send_command.hpp"
#include "sender/commands/setup_command.hpp"
#include "sender/commands/shared_options.hpp"

namespace healthmetric::sender {

program::Program make_program() {
  const auto shared = std::make_shared<SharedOptions>();
  program::Program program;
  program.name = kProgramName;
  program.rules = merge_rules();
  program.read_settings = [shared](program::CommandLine& line) {
    shared->configuration.read_settings(line);
  };
  program.families = {{"outbox", "Look after the batches that wait in the outbox"}};
  program.commands.push_back(std::make_unique<SendCommand>(shared));
  program.commands.push_back(std::make_unique<SetupCommand>(shared));
  program.commands.push_back(std::make_unique<DoctorCommand>(shared));
  program.commands.push_back(std::make_unique<OutboxListCommand>(shared));
  program.commands.push_back(std::make_unique<OutboxRetryCommand>(shared));
  program.commands.push_back(std::make_unique<OutboxDropCommand>(shared));
  return program;
}

}  // namespace healthmetric::sender
