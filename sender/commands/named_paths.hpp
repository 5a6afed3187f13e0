#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sender/commands/options.hpp"

namespace healthmetric::sender {

/// What the words of a command line name that stand for themselves, beside what --file names: a
/// folder alone, or files. Throws Error{usage} that says what may have been meant where that is not
/// so: nothing is there, or a folder among others.
DataSource source_of_paths(const std::vector<std::string>& paths,
                           const std::vector<std::string>& files);

}  // namespace healthmetric::sender
