#include "common/payload/metadata_reader.hpp"

#include <algorithm>
#include <functional>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/payload/batch_id.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::payload {
namespace {

/// How much of a key from a payload an error shows.
constexpr std::size_t kMaxShownBytes = 200;

Part read_part(text::JsonScanner& scanner) {
  Part part;
  std::string key;
  scanner.begin_object();
  while (scanner.next_key(key)) {
    if (key == "index") {
      part.index =
          static_cast<unsigned>(std::min<std::uint64_t>(scanner.unsigned_integer(), UINT32_MAX));
    } else if (key == "last") {
      part.last = scanner.boolean();
    } else if (key == "batch_files") {
      part.batch_files = scanner.unsigned_integer();
    } else if (key == "batch_size") {
      part.batch_size_bytes = scanner.unsigned_integer();
    } else {
      scanner.skip_value();
    }
  }
  return part;
}

std::vector<SkippedFile> read_skipped(text::JsonScanner& scanner) {
  std::vector<SkippedFile> skipped;
  scanner.begin_array();
  while (scanner.next_element()) {
    SkippedFile file;
    std::string key;
    scanner.begin_object();
    while (scanner.next_key(key)) {
      if (key == "relative_path") {
        file.path = scanner.string();
      } else if (key == "reason") {
        file.reason = scanner.string();
      } else {
        scanner.skip_value();
      }
    }
    if (skipped.size() < kMaxSkippedEntries) {
      skipped.push_back(std::move(file));
    }
  }
  return skipped;
}

Tally read_listing(text::JsonScanner& scanner) {
  Tally listing;
  scanner.begin_array();
  while (scanner.next_element()) {
    std::string name;
    std::uint64_t size = 0;
    std::string key;
    scanner.begin_object();
    while (scanner.next_key(key)) {
      if (key == "filename") {
        name = scanner.string();
      } else if (key == "size") {
        size = scanner.unsigned_integer();
      } else {
        scanner.skip_value();
      }
    }
    listing.add(name, size);
  }
  return listing;
}

/// The id of a producer or an instance.
std::string read_id(text::JsonScanner& scanner) {
  const std::uint64_t begin = scanner.offset();
  std::string id = scanner.string();
  if (!is_slug(id)) text::JsonScanner::fail_at("an invalid id", begin);
  return id;
}

void read_member(text::JsonScanner& scanner, const std::string& key, DeclaredMetadata& declared) {
  BatchMetadata& metadata = declared.metadata;
  if (key == "schema_version") {
    metadata.schema_version = static_cast<unsigned>(
        std::min<std::uint64_t>(scanner.unsigned_integer(), kSchemaVersion + 1));
  } else if (key == "batch_id") {
    metadata.batch_id = scanner.string();
  } else if (key == "batch_name") {
    if (!scanner.consume_null()) metadata.batch_name = scanner.string();
  } else if (key == "timestamp") {
    metadata.timestamp = read_timestamp(scanner);
    declared.has_timestamp = true;
  } else if (key == "source_folder" || key == "source") {
    if (!scanner.consume_null()) metadata.source = scanner.string();
  } else if (key == "sender") {
    if (!scanner.consume_null()) metadata.sender = read_sender(scanner);
  } else if (key == "part") {
    metadata.part = read_part(scanner);
  } else if (key == "total_files") {
    declared.total_files = scanner.unsigned_integer();
  } else if (key == "total_size") {
    declared.total_size_bytes = scanner.unsigned_integer();
  } else if (key == "skipped") {
    metadata.skipped = read_skipped(scanner);
  } else if (key == "files") {
    declared.listing = read_listing(scanner);
  } else if (key == "folders") {
    metadata.folders = read_paths(scanner);
  } else if (key == "gone") {
    metadata.gone = read_paths(scanner);
  } else if (!read_producer_member(scanner, key, metadata.producer)) {
    scanner.skip_value();
  }
}

}  // namespace

void Tally::add(std::string_view name, std::uint64_t size) {
  files += 1;
  size_bytes += size;
  names += std::hash<std::string_view>()(name) * (2 * size + 1);
}

std::chrono::sys_seconds read_timestamp(text::JsonScanner& scanner) {
  const std::uint64_t begin = scanner.offset();
  const auto time = text::parse_timestamp(scanner.string());
  if (!time) text::JsonScanner::fail_at("an invalid timestamp", begin);
  return *time;
}

text::Moment read_moment(text::JsonScanner& scanner) {
  const std::uint64_t begin = scanner.offset();
  const auto moment = text::parse_moment(scanner.string());
  if (!moment) text::JsonScanner::fail_at("an invalid timestamp", begin);
  return *moment;
}

std::vector<RelativePath> read_paths(text::JsonScanner& scanner) {
  std::vector<RelativePath> paths;
  scanner.begin_array();
  while (scanner.next_element()) {
    if (paths.size() == kMaxListedPaths) {
      throw Error(ErrorCode::too_large, fmt::format("more than {} paths", kMaxListedPaths));
    }
    paths.emplace_back(scanner.string());
  }
  return paths;
}

bool read_producer_member(text::JsonScanner& scanner, const std::string& key, ProducerMark& mark) {
  if (key == "producer") {
    if (!scanner.consume_null()) mark.id = read_id(scanner);
  } else if (key == "instance") {
    if (!scanner.consume_null()) mark.instance = read_id(scanner);
  } else if (key == "sequence") {
    if (!scanner.consume_null()) mark.sequence = scanner.unsigned_integer();
  } else {
    return false;
  }
  return true;
}

SenderIdentity read_sender(text::JsonScanner& scanner) {
  SenderIdentity sender;
  std::string key;
  scanner.begin_object();
  while (scanner.next_key(key)) {
    if (key == "host") {
      sender.host = scanner.string();
    } else if (key == "user") {
      sender.user = scanner.string();
    } else if (key == "version") {
      sender.version = scanner.string();
    } else if (key == "os") {
      sender.os = scanner.string();
    } else if (key == "token_expires") {
      if (!scanner.consume_null()) sender.token_expires = read_timestamp(scanner);
    } else {
      scanner.skip_value();
    }
  }
  return sender;
}

DeclaredMetadata read_metadata(text::JsonScanner& scanner) {
  DeclaredMetadata declared;
  std::string key;
  scanner.begin_object();
  while (scanner.next_key(key)) {
    with_context("batch_metadata." + printable(utf8_prefix(key, kMaxShownBytes)),
                 [&] { read_member(scanner, key, declared); });
  }
  return declared;
}

}  // namespace healthmetric::payload
