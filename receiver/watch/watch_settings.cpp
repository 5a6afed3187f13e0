#include "receiver/watch/watch_settings.hpp"

#include <utility>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/file_kind.hpp"
#include "common/program/named_file.hpp"
#include "common/program/option_values.hpp"
#include "common/program/toml_file.hpp"
#include "common/text/spelling.hpp"
#include "common/text/text_encoding.hpp"

namespace healthmetric::watch {
namespace {

namespace fs = std::filesystem;
using program::TomlValue;

constexpr const char* kOption = "--settings";
constexpr const char* kProducer = "producer";
constexpr const char* kDefault = "default";

class SettingsReader {
 public:
  explicit SettingsReader(fs::path file) : file_(std::move(file)) {}

  [[nodiscard]] WatchSettings read(const std::string& text) const {
    const TomlValue document = program::parse_toml(text, file_.string());
    WatchSettings settings;
    settings.file = file_;
    for (const TomlValue& value : document.elements) {
      const std::string& name = value.name;
      if (name == kProducer && value.kind == TomlValue::Kind::table) {
        for (const TomlValue& section : value.elements) {
          settings.producers[section.name] = expectation_of(section, "producer.");
        }
      } else if (name == kDefault && value.kind == TomlValue::Kind::table) {
        settings.others = expectation_of(value, "");
      } else if (name == kProducer || name == kDefault) {
        fail_at(value, in_quotes(name) + " is not a section: use [producer.NAME] and [default]");
      } else {
        fail_at(value, fmt::format("unknown key {}{}", in_quotes(name),
                                   hint(name, {kProducer, kDefault},
                                        "; only [producer.NAME] and [default] are allowed")));
      }
    }
    return settings;
  }

 private:
  /// Of the section [producer.NAME], or of [default].
  [[nodiscard]] Expectation expectation_of(const TomlValue& section,
                                           const std::string& family) const {
    const std::string prefix = family + section.name;
    if (section.kind != TomlValue::Kind::table) {
      fail_at(section, "unknown key " + in_quotes(prefix) + "; producers are sections, " +
                           "[producer.NAME]");
    }
    Expectation expected;
    for (const TomlValue& value : section.elements) {
      const std::string& key = value.name;
      const std::string full = fmt::format("{}.{}", prefix, key);
      if (key == "every") {
        expected.every = period_of(value, full);
        if (expected.every->count() == 0) {
          fail_at(value, in_quotes(full) + R"( is 0: expected for example "1d")");
        }
      } else if (key == "grace") {
        expected.grace = period_of(value, full);
      } else if (key == "ignore") {
        if (value.kind != TomlValue::Kind::flag) {
          fail_at(value, in_quotes(full) + " is neither true nor false");
        }
        expected.is_ignored = value.word == "true";
      } else {
        refuse_key(value, prefix);
      }
    }
    return expected;
  }

  [[nodiscard]] std::chrono::seconds period_of(const TomlValue& value,
                                               const std::string& key) const {
    if (value.kind != TomlValue::Kind::text && value.kind != TomlValue::Kind::number) {
      fail_at(value, in_quotes(key) + R"( is no time: expected for example "1d" or "12h")");
    }
    if (value.word.find_first_not_of("0123456789") == std::string::npos) {
      fail_at(value, in_quotes(key) + R"( has no unit: expected for example "1d" or "12h")");
    }
    try {
      return program::parse_period(value.word);
    } catch (const Error& error) {
      fail_at(value, in_quotes(key) + ": " + error.what());
    }
  }

  [[noreturn]] void refuse_key(const TomlValue& value, const std::string& prefix) const {
    const std::string& key = value.name;
    std::string why = "unknown key " + in_quotes(prefix + "." + key);
    if (value.kind == TomlValue::Kind::table) {
      const std::string name = prefix.substr(prefix.find('.') + 1) + "." + key;
      why += "; a name with a dot is put in quotes, [producer.\"" + printable(name) + "\"]";
    } else {
      why += hint(key, {"every", "grace", "ignore"}, "; only every, grace and ignore are allowed");
    }
    fail_at(value, why);
  }

  static std::string hint(const std::string& key, const std::vector<std::string>& known,
                          const std::string& otherwise) {
    const std::string near = text::did_you_mean(key, known);
    return near.empty() ? otherwise : near;
  }

  [[noreturn]] void fail_at(const TomlValue& value, const std::string& why) const {
    throw Error(ErrorCode::usage,
                fmt::format("{}, line {}: {}", in_quotes(file_.string()), value.line, why));
  }

  fs::path file_;
};

[[noreturn]] void refuse_kind(const fs::path& path, fs::file_type type, fs::file_type expected) {
  throw Error(ErrorCode::usage, fmt::format("{} is {}, not {}; to use it, name the file with {}",
                                            in_quotes(path.string()), platform::kind_of(type),
                                            platform::kind_of(expected), kOption));
}

}  // namespace

fs::path default_settings_file(const fs::path& storage) {
  std::error_code failure;
  fs::path folder = storage.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (folder.filename().string().find_first_not_of('.') == std::string::npos) {
    folder = fs::weakly_canonical(storage, failure);
  }
  return folder.parent_path() / ".github" / "healthmetric.toml";
}

WatchSettings read_named_settings(const fs::path& file) {
  return SettingsReader(file).read(program::read_named_file(kOption, file, program::kMaxTomlBytes));
}

std::optional<WatchSettings> read_default_settings(const fs::path& storage) {
  const fs::path file = default_settings_file(storage);
  std::error_code failure;
  const fs::file_type type = fs::symlink_status(file, failure).type();
  if (type == fs::file_type::not_found) return {};
  const fs::file_type above = fs::symlink_status(file.parent_path(), failure).type();
  if (above == fs::file_type::symlink) {
    refuse_kind(file.parent_path(), above, fs::file_type::directory);
  }
  if (type == fs::file_type::symlink || type == fs::file_type::directory) {
    refuse_kind(file, type, fs::file_type::regular);
  }
  try {
    std::string text = platform::read_file(file, program::kMaxTomlBytes);
    return SettingsReader(file).read(
        text::without_byte_order_mark(std::move(text), in_quotes(file.string())));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io && error.code() != ErrorCode::too_large) throw;
    throw Error(ErrorCode::usage, error.what());
  }
}

}  // namespace healthmetric::watch
