#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/platform/file.hpp"
#include "sender/forge/forge.hpp"

namespace healthmetric {

/// A Forge whose repository is a map. It records what is asked of it.
class FakeForge final : public forge::Forge {
 public:
  Put create_file(const NewFile& file) override {
    created.push_back(file.path);
    messages.push_back(file.message);
    files[file.path] = text_of(file);
    return Put::created;
  }

  std::optional<Put> settled(const NewFile& file) override {
    asked.push_back(file.path);
    const auto found = files.find(file.path);
    if (found != files.end() && found->second == text_of(file)) return Put::already_there;
    return file.is_received() ? std::optional(Put::already_received) : std::nullopt;
  }

  std::optional<std::string> read_beginning(const std::string& path,
                                            std::size_t max_bytes) override {
    read.push_back(path);
    const auto found = files.find(path);
    if (found == files.end()) return {};
    return found->second.substr(0, max_bytes);
  }

  std::vector<std::string> list(const std::string& folder) override {
    std::set<std::string> names;
    for (const auto& [path, content] : files) {
      if (!path.starts_with(folder + "/")) continue;
      const std::string rest = path.substr(folder.size() + 1);
      names.insert(rest.substr(0, rest.find('/')));
    }
    return {names.begin(), names.end()};
  }

  bool has_changed(const std::string& /*path*/, std::string& etag) override {
    return !files.empty() && std::exchange(etag, std::to_string(files.size())) != etag;
  }

  bool has_branch(const std::string& branch) override { return branches.contains(branch); }
  void create_branch(const NewBranch& branch) override { branches.insert(branch.name); }

  bool start_workflow(const Start& start) override {
    starts.push_back(start);
    return start.trigger == model::Trigger::dispatch || start.trigger == model::Trigger::workflow;
  }

  std::optional<std::chrono::sys_seconds> token_expires() const override { return {}; }

  void set_max_wait(platform::Clock::duration /*max_wait*/) override {}

  std::map<std::string, std::string> files;
  std::set<std::string> branches;
  std::vector<std::string> created;
  std::vector<std::string> messages;
  std::vector<std::string> asked;  ///< whether they are settled
  std::vector<std::string> read;
  std::vector<Start> starts;

 private:
  static std::string text_of(const NewFile& file) {
    platform::InputFile input(file.content);
    return platform::read_all(input, 1'000'000, file.path);
  }
};

}  // namespace healthmetric
