#pragma once

#include <array>
#include <string_view>

namespace healthmetric::sender {

/// The options that only the receiver has: their variables may be in the same environment and do
/// not get a warning. tests/cli/test_first_contact.py holds this to the receiver's --help.
inline constexpr std::array<std::string_view, 8> kReceiverVariables = {
    "storage",          "name-template", "keep-payloads", "retry-rejected",
    "incomplete-after", "git-blob-ids",  "reject-list",   "durability"};

}  // namespace healthmetric::sender
