#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace healthmetric {

/// The same bytes each time; every value is as likely.
inline std::string random_bytes(std::size_t size) {
  std::mt19937_64 generator;  // NOLINT(cert-msc51-cpp): the same each time
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(generator() & 0xFF);
  return bytes;
}

/// Comma-separated measurements of a heart, as a device exports them: a text that compresses well.
inline std::string heart_rates(std::size_t size) {
  std::mt19937_64 generator;  // NOLINT(cert-msc51-cpp): the same each time
  std::string text = "timestamp,bpm,confidence\n";
  for (unsigned minute = 0; text.size() < size; ++minute) {
    text += "2024-01-15T" + std::to_string(10 + minute / 60 % 14) + ":" +
            std::to_string(10 + minute % 50) + ":00Z," + std::to_string(58 + generator() % 40) +
            ",0." + std::to_string(90 + generator() % 10) + "\n";
  }
  text.resize(size);
  return text;
}

}  // namespace healthmetric
