#include "common/platform/arguments.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "common/program/command.hpp"
#include "common/program/command_line.hpp"
#include "common/program/log.hpp"

namespace healthmetric::program {

int run_program(const std::function<Program()>& make_program, int argc, const char* const* argv) {
  const int status = run_guarded([&] {
    platform::occupy_standard_descriptors();
    platform::ignore_file_size_signals();
    platform::ignore_broken_pipe_signals();
    const Program program = make_program();
    log::set_up({program.name});
    CommandLine line(program);
    const platform::Arguments arguments(argc, argv);
    Command* command = line.read(arguments.count(), arguments.values());
    return command == nullptr ? ExitStatus::success : command->run(line);
  });
  // A double click gives no words.
  if (argc == 1) platform::keep_window_open();
  return status;
}

}  // namespace healthmetric::program
