#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sender/commands/options.hpp"

namespace healthmetric::sender {

/// The source named by the operands of a command line, together with --file: a single folder, or
/// files. Throws Error{usage}, with a hint, if it is neither: a path does not exist, or a folder is
/// one of several.
DataSource source_of_paths(const std::vector<std::string>& paths,
                           const std::vector<std::string>& files);

}  // namespace healthmetric::sender
