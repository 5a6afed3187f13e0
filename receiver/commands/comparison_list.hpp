#pragma once

#include <array>
#include <memory>
#include <string>

#include "common/archive/series.hpp"

namespace healthmetric::receiver {

/// How a file in a folder compares with the stored one of the same path.
enum class Comparison {
  same,
  differs,
  only_here,   ///< in the folder
  only_there,  ///< in the storage
  unreadable,  ///< here or there
};

inline constexpr std::array kComparisons = {Comparison::same, Comparison::differs,
                                            Comparison::only_here, Comparison::only_there,
                                            Comparison::unreadable};

/// '=', '*', '+', '-' or '!'.
char symbol_of(Comparison comparison);

/// "same", "differs", "only_here", "only_there" or "unreadable".
const char* name_of(Comparison comparison);

/// A compared path, and the stored file if there is one.
struct ComparedFile {
  Comparison comparison = Comparison::same;
  const std::string& path;
  const archive::RecordedFile* stored = nullptr;
  const archive::SeriesBatch* batch = nullptr;
};

/// Where the compared files go, one by one. Memory does not grow with them.
class ComparisonList {
 public:
  ComparisonList() = default;
  ComparisonList(const ComparisonList&) = delete;
  ComparisonList& operator=(const ComparisonList&) = delete;
  virtual ~ComparisonList() = default;

  virtual void add(const ComparedFile& file) = 0;
  virtual void finish() = 0;
};

/// A line a file: "= path".
std::unique_ptr<ComparisonList> make_comparison_lines();

/// The beginning of a JSON object, {"files":[...], which lacks its other members.
std::unique_ptr<ComparisonList> make_json_comparison_list();

}  // namespace healthmetric::receiver
