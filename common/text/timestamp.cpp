#include "common/text/timestamp.hpp"

#include <cstdint>

#include "common/base/format.hpp"

namespace healthmetric::text {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr int kFractionDigits = 9;

/// Takes fixed-width fields from the front of a text; once one is wrong, stays failed.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  unsigned digits(std::size_t count) {
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = take();
      if (c < '0' || c > '9') fail();
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
  }

  void expect(char wanted) {
    if (take() != wanted) fail();
  }

  void fail() { ok_ = false; }

  char take() {
    if (rest_.empty()) {
      fail();
      return '\0';
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct Fields {
  unsigned year, month, day, hour, minute, second;
};

std::optional<sys_seconds> to_time(const Fields& f) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(f.year)),
                                         std::chrono::month(f.month), std::chrono::day(f.day)};
  if (!date.ok() || f.year == 0 || f.hour > 23 || f.minute > 59 || f.second > 59) return {};
  return std::chrono::sys_days(date) + hours(f.hour) + minutes(f.minute) + seconds(f.second);
}

Fields split(sys_seconds time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return {static_cast<unsigned>(static_cast<int>(date.year())),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<unsigned>(clock.hours().count()),
          static_cast<unsigned>(clock.minutes().count()),
          static_cast<unsigned>(clock.seconds().count())};
}

/// Digits past the ninth are dropped.
std::chrono::nanoseconds read_fraction(FieldReader& in) {
  if (in.peek() != '.') return std::chrono::nanoseconds(0);
  in.expect('.');
  std::int64_t value = in.digits(1);
  int digits = 1;
  for (; in.peek() >= '0' && in.peek() <= '9'; ++digits) {
    const unsigned digit = in.digits(1);
    if (digits < kFractionDigits) value = value * 10 + digit;
  }
  for (; digits < kFractionDigits; ++digits) value *= 10;
  return std::chrono::nanoseconds(value);
}

/// The zone's distance from UTC; none means UTC.
seconds read_zone(FieldReader& in) {
  if (in.at_end()) return seconds(0);
  const char sign = in.take();
  if (sign == 'Z') return seconds(0);
  if (sign != '+' && sign != '-') {
    in.fail();
    return seconds(0);
  }
  const unsigned hour = in.digits(2);
  in.expect(':');
  const unsigned minute = in.digits(2);
  if (hour > 23 || minute > 59) in.fail();
  const seconds offset = hours(hour) + minutes(minute);
  return sign == '+' ? offset : -offset;
}

}  // namespace

std::string format_timestamp(sys_seconds time) {
  const Fields f = split(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", f.year, f.month, f.day, f.hour,
                     f.minute, f.second);
}

std::string format_moment(const Moment& moment) {
  std::string text = format_timestamp(moment.second);
  if (moment.fraction.count() == 0) return text;
  std::string fraction = fmt::format(".{:09}", moment.fraction.count());
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text.insert(text.size() - 1, fraction);
}

std::string format_moment_in_full(const Moment& moment) {
  std::string text = format_timestamp(moment.second);
  return text.insert(text.size() - 1, fmt::format(".{:09}", moment.fraction.count()));
}

std::string format_compact_timestamp(sys_seconds time) {
  const Fields f = split(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", f.year, f.month, f.day, f.hour, f.minute,
                     f.second);
}

std::optional<Moment> parse_moment(std::string_view text) {
  FieldReader in(text);
  Fields f{};
  f.year = in.digits(4);
  in.expect('-');
  f.month = in.digits(2);
  in.expect('-');
  f.day = in.digits(2);
  in.expect(in.peek() == ' ' ? ' ' : 'T');
  f.hour = in.digits(2);
  in.expect(':');
  f.minute = in.digits(2);
  in.expect(':');
  f.second = in.digits(2);
  const std::chrono::nanoseconds fraction = read_fraction(in);
  const seconds offset = read_zone(in);
  const auto time = to_time(f);
  if (!in.ok() || !in.at_end() || !time) return {};
  const sys_seconds utc = *time - offset;
  const unsigned year = split(utc).year;
  if (year < 1 || year > 9999) return {};
  return Moment{utc, fraction};
}

std::optional<sys_seconds> parse_timestamp(std::string_view text) {
  const auto moment = parse_moment(text);
  if (!moment) return {};
  return moment->second;
}

std::optional<sys_seconds> parse_compact_timestamp(std::string_view text) {
  FieldReader in(text);
  Fields f{};
  f.year = in.digits(4);
  f.month = in.digits(2);
  f.day = in.digits(2);
  in.expect('T');
  f.hour = in.digits(2);
  f.minute = in.digits(2);
  f.second = in.digits(2);
  in.expect('Z');
  if (!in.ok() || !in.at_end()) return {};
  return to_time(f);
}

}  // namespace healthmetric::text
