#include "sender/check/configuration_checks.hpp"

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/access.hpp"
#include "common/platform/file_kind.hpp"

namespace healthmetric::check {
namespace {

namespace fs = std::filesystem;

std::string_view word_for(Source::Kind kind) {
  switch (kind) {
    case Source::Kind::folder:
      return "folder";
    case Source::Kind::file:
      return "file";
    case Source::Kind::list:
      return "list";
  }
  return "";
}

}  // namespace

Finding check_configuration(const Configuration& configuration) {
  constexpr const char* kCheck = "configuration";
  if (!configuration.fault.empty()) return failed(kCheck, configuration.fault, "correct it");
  std::error_code error;
  const fs::file_status status = fs::status(configuration.file, error);
  if (configuration.file.empty() || !fs::exists(status)) {
    return ok(kCheck, "no file; options come from the command line and the environment");
  }
  const std::string name = in_quotes(configuration.file.string());
  const std::string shown = printable(configuration.file.string());
  if (platform::has_permission(configuration.file, fs::perms::others_write)) {
    return warning(kCheck, "other users can change " + name,
                   fmt::format("run 'chmod go-w {}'", shown));
  }
  if (configuration.has_a_password && platform::is_readable_by_others(configuration.file)) {
    return warning(kCheck, "other users can read the proxy's password in " + name,
                   fmt::format("run 'chmod go-rwx {}'", shown));
  }
  return ok(kCheck, name + (configuration.profile.empty()
                                ? ""
                                : ", profile " + in_quotes(configuration.profile)));
}

Finding check_source(const Source& source) {
  constexpr const char* kCheck = "source";
  const std::string what = fmt::format("{} {} of {}", word_for(source.kind),
                                       in_quotes(source.path.string()), printable(source.place));
  const fs::file_status status = [&] {
    std::error_code unknown;
    return fs::status(source.path, unknown);
  }();
  if (!fs::exists(status)) {
    return failed(kCheck, what + ": No such file or directory",
                  "correct the path, or mount the disk that it is on");
  }
  if (fs::is_directory(status) != (source.kind == Source::Kind::folder)) {
    return failed(kCheck, fmt::format("{}: it is {}", what, platform::kind_of(status.type())),
                  "correct the path");
  }
  if (const auto error = platform::why_no_access(source.path, platform::Access::read)) {
    return failed(kCheck, what + ": " + error.message(),
                  "give the sender's user permission to read it");
  }
  return ok(kCheck, what);
}

}  // namespace healthmetric::check
