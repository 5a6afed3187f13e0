#pragma once

#include <string>

#include "common/program/command_line.hpp"
#include "sender/check/subject.hpp"
#include "sender/commands/configuration.hpp"
#include "sender/commands/options.hpp"

namespace healthmetric::sender {

/// What `doctor` checks beside the configuration and the sources.
check::Subject subject_of(const Options& options);

/// What `doctor` checks, as the options say it; `fault` is why the configuration cannot be used, or
/// empty. The sources are those of the environment, else of the profile, else of the rest of the
/// file; without a profile of all profiles, too.
check::Subject doctor_subject(const Options& options, const ConfigurationOptions& configuration,
                              const program::CommandLine& line, const std::string& fault);

}  // namespace healthmetric::sender
