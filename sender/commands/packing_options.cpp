#include "sender/commands/packing_options.hpp"

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/database/producer.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/file.hpp"
#include "common/platform/identity.hpp"
#include "common/program/log.hpp"
#include "sender/commands/overloaded.hpp"
#include "sender/pack/identity.hpp"

namespace healthmetric::sender {
namespace {

constexpr std::size_t kUniqueDigits = 8;

/// The source as the batch records it: an absolute path, or nothing for JSON.
std::string source_path(const DataSource& source) {
  const auto absolute = [](const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::path found = std::filesystem::weakly_canonical(path, error);
    return printable((error ? path : found).generic_string());
  };
  return std::visit(Overloaded{[&](const FolderSource& s) { return absolute(s.folder); },
                               [&](const FilesSource& s) {
                                 return s.files.size() == 1
                                            ? absolute(s.files.front())
                                            : absolute(s.files.front().parent_path());
                               },
                               [](const JsonSource&) { return std::string(); },
                               [](const InputSource&) { return std::string(); },
                               [](const NoFiles&) { return std::string(); },
                               [&](const ListSource& s) { return absolute(s.folder); }},
                    source);
}

std::string batch_name(const Options& options, const std::string& source) {
  if (!options.batch_name.empty()) return options.batch_name;
  return payload::default_batch_name(options.stdin_name.empty() ? source : options.stdin_name);
}

/// In Actions the host is another one each time.
std::string default_producer() {
  const bool is_in_actions = platform::environment_variable("GITHUB_ACTIONS") == "true";
  const std::string repository =
      is_in_actions ? platform::environment_variable("GITHUB_REPOSITORY") : "";
  const std::string name = repository.empty() ? platform::host_name() : repository;
  return name.empty() ? "unknown" : payload::slug(name);
}

database::Naming naming(const Options& options) {
  return options.identity == Identity::include ? database::Naming::named
                                               : database::Naming::anonymous;
}

/// Without an identity none is wanted.
std::string wanted_producer(const Options& options) {
  return options.identity == Identity::include ? options.producer : "";
}

/// A new id is a new producer for the owner: nothing sent before is taken for its.
void warn_of_new_producer(const Options& options) {
  const std::string wanted = wanted_producer(options);
  if (wanted.empty()) return;
  const std::string known = database::known_producer(options.state_dir);
  if (known.empty() || known == wanted) return;
  log::warning(
      fmt::format("this machine was producer {} until now and is {} from now on; what it "
                  "sent as {} stays under that name",
                  in_quotes(known), in_quotes(wanted), in_quotes(known)));
}

bool needs_folder_id(const Options& options) {
  return options.identity == Identity::omit &&
         std::holds_alternative<FolderSource>(options.source.value());
}

}  // namespace

pack::PackOptions pack_options(const Options& options, platform::Clock& clock) {
  pack::PackOptions pack;
  const std::string source = source_path(options.source.value());
  const std::string name = batch_name(options, source);
  pack.id = {clock.now_seconds(), payload::slug(name), platform::random_hex(kUniqueDigits)};
  pack.batch_name = utf8_prefix(printable(name), payload::kMaxTextBytes);
  pack.part_limit_bytes = options.part_limit_bytes;
  pack.encoding = options.encoding;
  pack.limits = options.limits;
  pack.sender = pack::local_identity();
  if (options.identity == Identity::include) {
    pack.source = source;
    pack.producer.id = options.producer.empty() ? default_producer() : options.producer;
  } else {
    pack.sender->host.clear();
    pack.sender->user.clear();
    pack.producer.id = database::random_id();
  }
  return pack;
}

pack::PackOptions pack_options_of_plan(const Options& options, platform::Clock& clock) {
  pack::PackOptions pack = pack_options(options, clock);
  if (options.state_dir.empty()) return pack;
  warn_of_new_producer(options);
  pack.producer = database::upcoming_producer_mark(options.state_dir, naming(options),
                                                   wanted_producer(options), pack.producer.id);
  if (needs_folder_id(options)) pack.source = database::random_id();
  return pack;
}

pack::PackOptions pack_options_of_next(const Options& options, platform::Clock& clock) {
  pack::PackOptions pack = pack_options(options, clock);
  warn_of_new_producer(options);
  pack.producer = database::next_producer_mark(options.state_dir, naming(options),
                                               wanted_producer(options), pack.producer.id);
  if (needs_folder_id(options)) {
    pack.source = database::folder_id(options.state_dir, source_path(*options.source));
  }
  return pack;
}

std::optional<pack::SourceFolder> source_folder(const Options& options) {
  const auto* const source = std::get_if<FolderSource>(&options.source.value());
  if (source == nullptr) return {};
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::canonical(source->folder, error);
  if (error) return {};
  return pack::SourceFolder{folder.generic_string(),
                            batch_name(options, source_path(*options.source))};
}

}  // namespace healthmetric::sender
