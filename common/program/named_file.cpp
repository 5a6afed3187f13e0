#include "common/program/named_file.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/access.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "common/program/log.hpp"
#include "common/text/text_encoding.hpp"

namespace healthmetric::program {
namespace {

std::string read_patiently(platform::Handle handle, const std::string& name,
                           std::uint64_t max_bytes) {
  platform::InputFile input(std::move(handle), name);
  return platform::read_all_patiently(input, max_bytes, name);
}

/// Runs `read` and puts the blame on the option.
template <typename Read>
std::string read_for(const std::string& option, Read read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io && error.code() != ErrorCode::too_large) throw;
    throw Error(ErrorCode::usage, option + ": " + error.what());
  }
}

}  // namespace

std::string read_named_file(const std::string& option, const std::filesystem::path& path,
                            std::uint64_t max_bytes) {
  std::string text = read_for(option, [&] {
    return read_patiently(platform::open_named_file(path), path.string(), max_bytes);
  });
  return text::without_byte_order_mark(std::move(text), option + ": " + in_quotes(path.string()));
}

std::string readable_by_others_warning(const std::filesystem::path& path, std::string_view secret) {
  if (!platform::is_readable_by_others(path)) return {};
  return fmt::format("other users can read {} in {}: run 'chmod go-rwx {}'", secret,
                     in_quotes(path.string()), printable(path.string()));
}

std::string read_standard_input(const std::string& option, std::uint64_t max_bytes) {
  if (platform::standard_input_is_a_terminal()) {
    log::info(option + ": reading from the terminal; end with Ctrl-D on a line of its own");
  }
  return read_for(option, [&] {
    return read_patiently(platform::standard_input(), "standard input", max_bytes);
  });
}

}  // namespace healthmetric::program
