#include "sender/forge/credentials.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "common/program/log.hpp"
#include "common/program/named_file.hpp"
#include "sender/forge/forge_type.hpp"

namespace healthmetric::forge {
namespace {

constexpr std::uint64_t kMaxTokenBytes = 4096;

FoundToken from_environment(const http::Url& api) {
  const ForgeType& type = type_of(api);
  std::string names;
  for (const std::string& variable : type.token_variables(api)) {
    const std::string value = platform::environment_variable(variable);
    if (!value.empty()) return {std::string(trim(value)), variable, {}};
    names += (names.empty() ? "" : " or ") + variable;
  }
  throw Error(ErrorCode::unauthorized,
              fmt::format("no token for {}: set {}, or name a file with --token-file; it needs the "
                          "permission {}",
                          api.host, names, type.token_permission()));
}

void warn_if_others_can_read(const std::filesystem::path& file) {
  static std::set<std::filesystem::path> looked_at;
  const std::string notice = program::readable_by_others_warning(file, "the token");
  if (!notice.empty() && looked_at.insert(file).second) log::warning(notice);
}

std::string read_token(const std::filesystem::path& file) {
  return std::string(trim(program::read_named_file("--token-file", file, kMaxTokenBytes)));
}

/// A pipe gives its token once, and several targets may ask for it.
std::string from_file(const std::filesystem::path& file) {
  static std::map<std::filesystem::path, std::string> from_pipes;
  std::error_code error;
  if (!std::filesystem::exists(file, error) || std::filesystem::is_regular_file(file, error)) {
    return read_token(file);
  }
  const auto known = from_pipes.find(file);
  return known != from_pipes.end() ? known->second
                                   : from_pipes.emplace(file, read_token(file)).first->second;
}

/// "GH_TOKEN=" of a line that a shell or a file of variables has; "" where there is none.
std::string_view assignment_in(std::string_view token) {
  const std::size_t equals = token.find('=');
  if (equals == std::string_view::npos || equals == 0) return {};
  const std::string_view name = token.substr(0, equals);
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ' ';
  });
  return is_name ? token.substr(0, equals + 1) : std::string_view();
}

}  // namespace

std::string fault_of_token(std::string_view token) {
  constexpr std::string_view kExport = "export ";
  constexpr std::string_view kQuotes = "'\"";
  const std::string_view bare = token.starts_with(kExport) ? token.substr(kExport.size()) : token;
  if (const std::string_view name = assignment_in(bare); !name.empty()) {
    return "begins with " + in_quotes(name) + ": put only the token in the file";
  }
  if (token.size() > 1 && (kQuotes.find(token.front()) != std::string_view::npos ||
                           kQuotes.find(token.back()) != std::string_view::npos)) {
    return "has quotes around it: remove them";
  }
  const bool is_token = !token.empty() && std::all_of(token.begin(), token.end(),
                                                      [](char c) { return c > 0x20 && c < 0x7F; });
  return is_token ? "" : "is empty, or contains characters that tokens never contain";
}

FoundToken look_for_token(const std::filesystem::path& token_file, const http::Url& api) {
  if (api.scheme != "https" && !api.is_loopback()) {
    throw Error(ErrorCode::usage, "a token would go to " + in_quotes(api.origin()) +
                                      " unencrypted: use an https --api-url");
  }
  FoundToken token = token_file.empty() ? from_environment(api)
                                        : FoundToken{from_file(token_file),
                                                     in_quotes(token_file.string()), token_file};
  if (const std::string fault = fault_of_token(token.text); !fault.empty()) {
    throw Error(
        ErrorCode::usage,
        "the token " +
            (token_file.empty() ? "in the environment" : "in " + in_quotes(token_file.string())) +
            " " + fault);
  }
  log::hide(token.text);
  return token;
}

std::string find_token(const std::filesystem::path& token_file, const http::Url& api) {
  FoundToken token = look_for_token(token_file, api);
  if (!token_file.empty()) warn_if_others_can_read(token_file);
  return std::move(token.text);
}

}  // namespace healthmetric::forge
