#include "receiver/tables/text_tables.hpp"

#include <string>

#include "common/text/json.hpp"

namespace healthmetric::tables {
namespace {

/// A field with nothing in it is NULL, so an empty text has quotes.
bool needs_quotes(std::string_view text) {
  return text.empty() || text.find_first_of(",\"\r\n") != std::string_view::npos;
}

void append_field(std::string& line, std::string_view text) {
  if (!needs_quotes(text)) {
    line += text;
    return;
  }
  line += '"';
  for (const char character : text) {
    if (character == '"') line += '"';
    line += character;
  }
  line += '"';
}

class CsvWriter final : public RowWriter {
 public:
  CsvWriter(const Table& table, Sink& sink) : sink_(sink) {
    for (const Column& column : table.columns) {
      begin_field(column.name == table.columns.front().name);
      line_ += column.name;
    }
    end_line();
  }

  void add(std::span<const Value> values) override {
    for (const Value& value : values) {
      begin_field(&value == values.data());
      if (const auto* number = std::get_if<std::uint64_t>(&value)) line_ += std::to_string(*number);
      if (const auto* text = std::get_if<std::string_view>(&value)) append_field(line_, *text);
    }
    end_line();
  }

 private:
  void begin_field(bool is_first) {
    if (!is_first) line_ += ',';
  }

  void end_line() {
    line_ += '\n';
    sink_.write(line_);
    line_.clear();
  }

  Sink& sink_;
  std::string line_;
};

class NdjsonWriter final : public RowWriter {
 public:
  NdjsonWriter(const Table& table, Sink& sink) : table_(table), sink_(sink) {}

  void add(std::span<const Value> values) override {
    text::Json row = text::Json::object();
    auto column = table_.columns.begin();
    for (const Value& value : values) {
      text::Json& member = row[std::string((column++)->name)];
      if (const auto* number = std::get_if<std::uint64_t>(&value)) member = *number;
      if (const auto* text = std::get_if<std::string_view>(&value)) member = *text;
    }
    sink_.write(text::to_text(row) + "\n");
  }

 private:
  const Table& table_;
  Sink& sink_;
};

}  // namespace

std::unique_ptr<RowWriter> csv_writer(const Table& table, Sink& sink) {
  return std::make_unique<CsvWriter>(table, sink);
}

std::unique_ptr<RowWriter> ndjson_writer(const Table& table, Sink& sink) {
  return std::make_unique<NdjsonWriter>(table, sink);
}

}  // namespace healthmetric::tables
