#pragma once

#include <array>
#include <string_view>

namespace healthmetric::sender {

/// The options that the receiver alone has: their variables may stand in the same environment, and
/// are not worth a warning. tests/cli/test_first_contact.py holds this to the receiver's --help.
inline constexpr std::array<std::string_view, 7> kReceiverVariables = {
    "storage",          "name-template", "keep-payloads", "retry-rejected",
    "incomplete-after", "git-blob-ids",  "reject-list"};

}  // namespace healthmetric::sender
