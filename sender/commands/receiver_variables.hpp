#pragma once

#include <array>
#include <string_view>

namespace healthmetric::sender {

/// The options that only the receiver has: their variables may be in the same environment and do
/// not get a warning. tests/cli/test_first_contact.py holds this to the receiver's --help.
inline constexpr auto kReceiverVariables = std::to_array<std::string_view>({"storage",
                                                                            "name-template",
                                                                            "keep-payloads",
                                                                            "retry-rejected",
                                                                            "incomplete-after",
                                                                            "git-blob-ids",
                                                                            "reject-list",
                                                                            "durability",
                                                                            "batch",
                                                                            "since",
                                                                            "until",
                                                                            "status",
                                                                            "limit",
                                                                            "reverse",
                                                                            "ndjson",
                                                                            "all",
                                                                            "at",
                                                                            "stored",
                                                                            "print0",
                                                                            "to",
                                                                            "flat",
                                                                            "overwrite",
                                                                            "format",
                                                                            "table",
                                                                            "only",
                                                                            "quick",
                                                                            "ignore-unconsidered",
                                                                            "settings",
                                                                            "inbox"});

}  // namespace healthmetric::sender
