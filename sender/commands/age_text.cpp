#include "sender/commands/age_text.hpp"

#include "common/base/format.hpp"

namespace healthmetric::sender {

std::string age_text(std::chrono::seconds age) {
  using namespace std::chrono;
  if (age < hours(2)) return fmt::format("{} min", floor<minutes>(age).count());
  if (age < days(2)) return fmt::format("{} h", floor<hours>(age).count());
  return fmt::format("{} days", floor<days>(age).count());
}

}  // namespace healthmetric::sender
