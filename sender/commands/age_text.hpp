#pragma once

#include <chrono>
#include <string>

namespace healthmetric::sender {

/// "5 min", "3 h", "12 days".
std::string age_text(std::chrono::seconds age);

}  // namespace healthmetric::sender
