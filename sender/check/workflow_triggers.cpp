#include "sender/check/workflow_triggers.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/ascii.hpp"

namespace healthmetric::check {
namespace {

constexpr std::size_t kMostLines = 2000;
constexpr int kDeepest = 8;

/// A value: a scalar, or a sequence or mapping. Of a sequence the scalars are the names.
struct Node {
  std::string scalar;
  std::vector<std::string> names;
  std::vector<Node> values;  ///< one for each name

  void add(std::string name, Node value) {
    names.push_back(std::move(name));
    values.push_back(std::move(value));
  }

  [[nodiscard]] const Node* find(std::string_view name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return nullptr;
    return &values[static_cast<std::size_t>(found - names.begin())];
  }
};

Node scalar_of(std::string text) {
  Node node;
  node.scalar = std::move(text);
  return node;
}

struct Line {
  std::size_t indent = 0;
  std::string text;  ///< without comment, and without blanks around it
};

/// What stands in front of a comment: a `#` with a blank before it, not in quotes.
std::string_view without_comment(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      return text.substr(0, i);
    }
  }
  return text;
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty() && lines.size() < kMostLines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_comment(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view bare = trim(line);
    if (!bare.empty()) lines.push_back({line.find_first_not_of(' '), std::string(bare)});
  }
  return lines;
}

std::string unquoted(std::string_view text) {
  text = trim(text);
  const bool is_quoted = text.size() > 1 && (text.front() == '"' || text.front() == '\'') &&
                         text.back() == text.front();
  return std::string(is_quoted ? text.substr(1, text.size() - 2) : text);
}

/// Reads "[a, b]", "{a: {b: c}}" or a scalar.
class FlowReader {
 public:
  explicit FlowReader(std::string_view text) : rest_(text) {}

  std::optional<Node> read() {
    auto node = value(0);
    return node && trim(rest_).empty() ? std::move(node) : std::nullopt;
  }

 private:
  char next() {
    rest_ = trim(rest_);
    return rest_.empty() ? '\0' : rest_.front();
  }

  std::string scalar() {
    rest_ = trim(rest_);
    std::size_t end = 0;
    if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) {
      const std::size_t quote = rest_.find(rest_.front(), 1);
      end = quote == std::string_view::npos ? rest_.size() : quote + 1;
    } else {
      end = std::min(rest_.find_first_of(",:[]{}"), rest_.size());
    }
    std::string text = unquoted(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return text;
  }

  std::optional<Node> value(int depth) {
    if (depth > kDeepest) return {};
    const char first = next();
    if (first == '[' || first == '{') return collection(first == '[' ? ']' : '}', depth);
    return scalar_of(scalar());
  }

  std::optional<Node> collection(char close, int depth) {
    Node node;
    rest_.remove_prefix(1);
    while (next() != close) {
      if (rest_.empty()) return {};
      std::string name = scalar();
      std::optional<Node> inner = scalar_of("");
      if (next() == ':') {
        rest_.remove_prefix(1);
        inner = value(depth + 1);
      }
      if (!inner) return {};
      node.add(std::move(name), *std::move(inner));
      const char behind = next();
      if (behind == ',') {
        rest_.remove_prefix(1);
      } else if (behind != close) {
        return {};
      }
    }
    rest_.remove_prefix(1);
    return node;
  }

  std::string_view rest_;
};

bool is_balanced(std::string_view text) {
  const auto count = [&](char c) { return std::count(text.begin(), text.end(), c); };
  return count('[') == count(']') && count('{') == count('}');
}

/// Reads the lines behind a key.
class BlockReader {
 public:
  explicit BlockReader(const std::vector<Line>& lines) : lines_(lines) {}

  /// The value of a key of the whole document.
  std::optional<Node> find(std::string_view key) {
    for (; at_ < lines_.size(); ++at_) {
      if (lines_[at_].indent != 0) continue;
      auto [name, value] = split(lines_[at_].text);
      if (name != key) continue;
      ++at_;
      return value_of(std::string(value), 0, 0);
    }
    return {};
  }

 private:
  /// "on", and what stands behind its colon. Without a colon the name is empty.
  static std::pair<std::string, std::string_view> split(std::string_view text) {
    for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
         colon = text.find(':', colon + 1)) {
      if (colon + 1 < text.size() && text[colon + 1] != ' ') continue;
      return {unquoted(text.substr(0, colon)), trim(text.substr(colon + 1))};
    }
    return {};
  }

  static bool is_item(std::string_view text) { return text == "-" || text.starts_with("- "); }

  /// Of a key that is indented by `indent`.
  std::optional<Node> value_of(std::string text, std::size_t indent, int depth) {
    if (depth > kDeepest) return {};
    if (text.starts_with('[') || text.starts_with('{')) {
      while (!is_balanced(text) && at_ < lines_.size()) text += " " + lines_[at_++].text;
      return FlowReader(text).read();
    }
    if (!text.empty()) return scalar(text, indent);
    if (at_ == lines_.size()) return scalar_of("");
    const Line& first = lines_[at_];
    const bool is_sequence = is_item(first.text) && first.indent >= indent;
    if (!is_sequence && first.indent <= indent) return scalar_of("");
    return is_sequence ? sequence(first.indent) : mapping(first.indent, depth);
  }

  /// Its further lines, as of a text behind a '|', say nothing here.
  Node scalar(const std::string& text, std::size_t indent) {
    while (at_ < lines_.size() && lines_[at_].indent > indent) ++at_;
    return scalar_of(unquoted(text));
  }

  std::optional<Node> sequence(std::size_t indent) {
    Node node;
    for (; at_ < lines_.size(); ++at_) {
      const Line& line = lines_[at_];
      if (line.indent < indent || (line.indent == indent && !is_item(line.text))) break;
      if (line.indent == indent) node.add(unquoted(line.text.substr(1)), scalar_of(""));
    }
    return node;
  }

  std::optional<Node> mapping(std::size_t indent, int depth) {
    Node node;
    while (at_ < lines_.size() && lines_[at_].indent == indent) {
      auto [name, value] = split(lines_[at_].text);
      if (name.empty()) return {};
      const std::string text(value);
      ++at_;
      auto inner = value_of(text, indent, depth + 1);
      if (!inner) return {};
      node.add(std::move(name), *std::move(inner));
    }
    if (at_ < lines_.size() && lines_[at_].indent > indent) return {};
    return node;
  }

  const std::vector<Line>& lines_;
  std::size_t at_ = 0;
};

std::set<std::string> names_in(const Node& node) {
  std::set<std::string> names;
  if (!node.scalar.empty()) names.insert(node.scalar);
  names.insert(node.names.begin(), node.names.end());
  return names;
}

}  // namespace

bool WorkflowTriggers::takes_dispatch(const std::string& type) const {
  return has("repository_dispatch") && (!dispatch_types || dispatch_types->contains(type));
}

std::optional<WorkflowTriggers> triggers_of(std::string_view workflow) {
  const std::vector<Line> lines = lines_of(workflow);
  const auto on = BlockReader(lines).find("on");
  if (!on) return {};
  WorkflowTriggers triggers;
  triggers.events = names_in(*on);
  const Node* const dispatch = on->find("repository_dispatch");
  const Node* const types = dispatch == nullptr ? nullptr : dispatch->find("types");
  if (types != nullptr) triggers.dispatch_types = names_in(*types);
  return triggers;
}

}  // namespace healthmetric::check
