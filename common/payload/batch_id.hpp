#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How batches and their payload files are named:
///
///   batch id      20240115T103000Z-test_batch-3f9a1c07   <timestamp>-<slug>-<8 hex>
///   payload file  <batch id>.json                        a batch of one part
///                 <batch id>.part-0001.json              parts of a longer one,
///                 <batch id>.part-0003-last.json         and its end

namespace healthmetric::payload {

/// `name` made fit for a path component: characters other than [A-Za-z0-9._-] become `_` (one for
/// each character, not each byte), at most 64 of them, no dot in front. "data" for an empty name.
std::string slug(std::string_view name);

/// Whether slug() leaves `text` as it is: [A-Za-z0-9_-][A-Za-z0-9._-]*, at most 64.
bool is_slug(std::string_view text);

struct BatchId {
  std::chrono::sys_seconds time;
  std::string slug;
  std::string unique;  ///< 8 lower-case hexadecimal digits

  [[nodiscard]] std::string str() const;

  /// Nothing when `text` is not what str() writes.
  static std::optional<BatchId> parse(std::string_view text);

  friend bool operator==(const BatchId&, const BatchId&) = default;
};

struct PayloadName {
  BatchId batch;
  unsigned part = 1;  ///< from 1
  bool last = true;

  [[nodiscard]] std::string str() const;

  /// Nothing when `filename` is not what str() writes.
  static std::optional<PayloadName> parse(std::string_view filename);

  friend bool operator==(const PayloadName&, const PayloadName&) = default;
};

/// Whether these, in any order, are all parts of one batch, from the first to the last. The same
/// part may be there twice.
bool are_all_parts(std::vector<PayloadName> names);

}  // namespace healthmetric::payload
