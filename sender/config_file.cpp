#include "sender/config_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "common/error.hpp"
#include "common/file_io.hpp"
#include "common/printable.hpp"

namespace healthmetric::sender {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} * 1024 * 1024;

/// What CLI11's reader reports where a section begins and ends.
bool is_section_mark(const CLI::ConfigItem& item) {
  return item.name == "++" || item.name == "--";
}

/// Options that say where the rest comes from cannot stand there themselves.
bool may_stand_in_a_file(const CLI::Option& option) {
  const std::string& name = option.get_single_name();
  return is_setting(option) && name != "config" && name != "profile";
}

std::vector<CLI::ConfigItem> read_items(const std::filesystem::path& file) {
  try {
    std::istringstream text(read_file(file, kMaxFileBytes));
    return CLI::ConfigTOML().from_config(text);
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, std::string("--config: ") + error.what());
  } catch (const CLI::Error& error) {
    throw Error(ErrorCode::usage, in_quotes(file.string()) + ": " + printable(error.what()));
  }
}

class ConfigReader {
 public:
  ConfigReader(const CLI::App& app, const std::filesystem::path& file, std::string profile)
      : app_(app), file_(in_quotes(file.string())), profile_(std::move(profile)) {}

  void take(const CLI::ConfigItem& item) {
    const bool in_profile = item.parents.size() == 2 && item.parents.front() == "profile";
    if (in_profile) profiles_.insert(item.parents.back());
    if (is_section_mark(item)) return;
    check_key(item, in_profile);
    if (item.inputs == std::vector<std::string>{""}) return;  // an empty value counts as unset
    const std::string place = in_profile ? " in [profile." + item.parents.back() + "]" : "";
    Setting setting{item.name, item.inputs, file_ + ": " + item.name + place};
    if (!in_profile) {
      general_.push_back(std::move(setting));
    } else if (item.parents.back() == profile_) {
      chosen_.push_back(std::move(setting));
    }
  }

  std::vector<Setting> finish() {
    if (!profile_.empty() && !profiles_.contains(profile_)) {
      std::string known;
      for (const std::string& name : profiles_) known += (known.empty() ? "" : ", ") + name;
      throw Error(ErrorCode::usage,
                  file_ + " has no [profile." + printable(profile_) +
                      "]; its profiles: " + (known.empty() ? "none" : printable(known)));
    }
    chosen_.insert(chosen_.end(), general_.begin(), general_.end());
    return std::move(chosen_);
  }

 private:
  void check_key(const CLI::ConfigItem& item, bool in_profile) const {
    if (!in_profile && !item.parents.empty()) {
      throw Error(ErrorCode::usage, file_ + ": unknown section [" +
                                        printable(item.parents.front()) +
                                        "]; there are options and [profile.NAME] sections");
    }
    const auto options = app_.get_options();
    const bool known = std::any_of(options.begin(), options.end(), [&](const CLI::Option* option) {
      return may_stand_in_a_file(*option) && option->get_single_name() == item.name;
    });
    if (!known) {
      throw Error(ErrorCode::usage, file_ + ": unknown key " + in_quotes(item.fullname()) +
                                        "; keys are the options' names without dashes in front");
    }
  }

  const CLI::App& app_;
  std::string file_;
  std::string profile_;
  std::set<std::string> profiles_;
  std::vector<Setting> general_;
  std::vector<Setting> chosen_;
};

std::filesystem::path absolute_path_in(const char* variable) {
  const char* value = std::getenv(variable);
  std::filesystem::path path = value == nullptr ? "" : value;
  return path.is_absolute() ? path : std::filesystem::path();
}

}  // namespace

std::filesystem::path default_config_file() {
  std::filesystem::path base = absolute_path_in("XDG_CONFIG_HOME");
  if (base.empty()) {
    base = absolute_path_in("HOME");
    if (base.empty()) return {};
    base /= ".config";
  }
  return base / "healthmetric" / "sender.toml";
}

std::vector<Setting> config_settings(const CLI::App& app, const std::filesystem::path& file,
                                     const std::string& profile) {
  ConfigReader reader(app, file, profile);
  for (const CLI::ConfigItem& item : read_items(file)) reader.take(item);
  return reader.finish();
}

}  // namespace healthmetric::sender
