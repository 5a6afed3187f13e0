#include <iostream>

#include "common/clock.hpp"
#include "common/exit_status.hpp"
#include "common/file_io.hpp"
#include "common/log.hpp"
#include "receiver/options.hpp"
#include "receiver/receive.hpp"
#include "receiver/report.hpp"
#include "receiver/storage.hpp"

namespace {

using namespace healthmetric;

constexpr const char* kProgram = "healthmetric-receiver";

ExitStatus run(int argc, const char* const* argv) {
  occupy_standard_descriptors();
  log::set_up({kProgram});
  const auto options = receiver::CommandLine().parse(argc, argv);
  if (!options) return ExitStatus::success;
  log::set_up({kProgram, options->verbosity, options->log_file});

  const bool writes = options->mode != receiver::Mode::verify_only;
  Storage storage(options->storage, writes ? Storage::Lock::exclusive : Storage::Lock::none);
  SystemClock clock;
  const Report report = receiver::receive(storage, *options, clock);

  if (!options->summary_markdown.empty()) {
    write_file_atomically(options->summary_markdown, to_markdown(report));
  }
  if (options->json) {
    std::cout << to_json_text(report) << '\n';
  } else if (options->verbosity != log::Verbosity::quiet) {
    std::cout << to_line(report) << '\n';
  }
  flush_standard_output();
  return report.count(BatchReport::Status::rejected) > 0 ? ExitStatus::partly_done
                                                         : ExitStatus::success;
}

}  // namespace

int main(int argc, char** argv) {
  return healthmetric::run_guarded([&] { return run(argc, argv); });
}
