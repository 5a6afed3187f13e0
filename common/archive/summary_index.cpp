#include "common/archive/summary_index.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/layout.hpp"
#include "common/base/format.hpp"
#include "common/platform/interruption.hpp"

namespace healthmetric::archive {
namespace {

/// No more than what sorts it, as a month may have a hundred thousand.
struct Found {
  std::chrono::sys_seconds time;
  std::string name;
  std::uint8_t folder;  ///< of the month's

  friend auto operator<=>(const Found&, const Found&) = default;
};

/// The summaries of a month, sorted. The first of the folders is that of the month itself, where
/// those of the first layout lie; the others are its days.
struct Month {
  std::vector<std::string> folders;
  std::vector<Found> found;
};

/// Whether the name is a number of so many digits, as those of years, months and days are.
bool is_number(std::string_view name, std::size_t digits) {
  return name.size() == digits && name.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The first and last days of a period, as the folders have them. Those of times that no folder can
/// have are before or after all others.
class Days {
 public:
  explicit Days(const Period& period) {
    using namespace std::chrono;
    constexpr sys_seconds kFirst = sys_days(year(0) / January / 1);
    constexpr sys_seconds kLast = sys_days(year(9999) / December / 31);
    first_ = day_folder(std::clamp(period.begin, kFirst, kLast));
    last_ = day_folder(std::clamp(period.end, kFirst, kLast));
  }

  /// Whether a folder "2024", "2024/01" or "2024/01/15" can have days of the period in it.
  [[nodiscard]] bool may_be_in(std::string_view folder) const {
    return folder >= std::string_view(first_).substr(0, folder.size()) &&
           folder <= std::string_view(last_).substr(0, folder.size());
  }

 private:
  std::string first_;
  std::string last_;
};

class Index {
 public:
  Index(StorageReader& storage, const Period& period, const SummaryHandler& handler)
      : storage_(storage), period_(period), handler_(handler), days_(period) {}

  /// "2024/01", "2024/02", ...
  std::vector<std::string> months() {
    std::vector<std::string> months;
    const std::string top(kSummariesFolder);
    for (const std::string& year : names_in(top)) {
      if (!is_number(year, 4) || !days_.may_be_in(year)) continue;
      for (const std::string& month : names_in(top + year + "/")) {
        const std::string folder = fmt::format("{}/{}", year, month);
        if (is_number(month, 2) && days_.may_be_in(folder)) months.push_back(folder);
      }
    }
    return months;
  }

  Month summaries_of(const std::string& month) {
    const std::string folder = fmt::format("{}{}/", kSummariesFolder, month);
    Month result{{folder}, {}};
    for (std::string& name : names_in(folder)) {
      if (!is_number(name, 2)) {
        add(std::move(name), result);
      } else if (days_.may_be_in(fmt::format("{}/{}", month, name))) {
        result.folders.push_back(fmt::format("{}{}/", folder, name));
        for (std::string& summary : names_in(result.folders.back())) {
          add(std::move(summary), result, result.folders.size() - 1);
        }
      }
    }
    std::sort(result.found.begin(), result.found.end());
    return result;
  }

 private:
  /// None in what is no folder, or cannot be read.
  std::vector<std::string> names_in(const std::string& folder) {
    try {
      return storage_.names_in(folder);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unsafe_path && error.code() != ErrorCode::io) throw;
      handler_.on_obstacle(error);
      return {};
    }
  }

  void add(std::string name, Month& month, std::size_t folder = 0) const {
    const auto id = payload::BatchId::parse(batch_of_summary(name));
    if (!id || !period_.has(id->time)) return;
    month.found.push_back({id->time, std::move(name), static_cast<std::uint8_t>(folder)});
  }

  StorageReader& storage_;
  const Period& period_;
  const SummaryHandler& handler_;
  Days days_;
};

}  // namespace

void for_each_summary(StorageReader& storage, const Period& period, Order order,
                      const SummaryHandler& handler) {
  Index index(storage, period, handler);
  std::vector<std::string> months = index.months();
  const auto in_order = [order](auto& list) {
    if (order == Order::newest_first) std::reverse(list.begin(), list.end());
  };
  in_order(months);
  for (const std::string& month : months) {
    Month summaries = index.summaries_of(month);
    in_order(summaries.found);
    for (const Found& summary : summaries.found) {
      platform::stop_soon_if_signalled();
      const payload::RelativePath path(summaries.folders[summary.folder] + summary.name);
      const auto id = payload::BatchId::parse(batch_of_summary(summary.name));
      if (handler.on_summary(path, id.value()) == Next::stop) return;
    }
  }
}

}  // namespace healthmetric::archive
