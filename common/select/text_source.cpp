#include "common/select/text_source.hpp"

#include <filesystem>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/text/json_scanner.hpp"

namespace healthmetric::select {
namespace {

/// What a shell, or who wrote it, made of the text; "" when nothing is known.
std::string what_was_meant(std::string_view text) {
  if (text.starts_with('@')) {
    return "; '@FILE' is not supported: give the file name without '@' to --file, or use --data - "
           "to read standard "
           "input";
  }
  constexpr std::size_t kMaxPathBytes = 4096;
  std::error_code no_file;
  if (text.size() < kMaxPathBytes &&
      std::filesystem::exists(std::filesystem::path(text), no_file)) {
    return "; to send a file, use --file";
  }
  const std::string_view bare = trim(text);
  if (bare.starts_with('\'')) return "; leave the single quotes around it out";
  const bool is_document = bare.starts_with('{') || bare.starts_with('[');
  if (is_document && bare.find('"') == std::string_view::npos) {
    return "; it has no double quotes: a shell removes them unless single quotes stand around it "
           "all";
  }
  return "";
}

/// Only looks: a document in memory would take many times its text.
void check_json(std::string_view text) {
  constexpr text::JsonScanner::Bounds kBounds{1000, 10'000'000, std::size_t{64} * 1024};
  try {
    TextSource source(text);
    text::JsonScanner scanner(source, kBounds);
    scanner.skip_value();
    scanner.expect_end();
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, std::string("the JSON to send is not valid: ") + error.what() +
                                      what_was_meant(text));
  }
}

ScanResult one_text(const std::string& name, std::string text) {
  ScanResult result;
  result.size_bytes = text.size();
  result.files.add(payload::RelativePath(name));
  result.text = std::move(text);
  return result;
}

}  // namespace

ScanResult scan_json(std::string text) {
  if (text.empty()) throw Error(ErrorCode::usage, "the JSON to send is empty");
  check_json(text);
  return one_text("data.json", std::move(text));
}

ScanResult scan_input(const std::string& name, std::string text) {
  if (text.empty()) {
    throw Error(ErrorCode::usage, "--stdin-name: standard input has nothing in it");
  }
  return one_text(name, std::move(text));
}

}  // namespace healthmetric::select
