#include "receiver/tables/table.hpp"

#include <array>

namespace healthmetric::tables {
namespace {

constexpr bool kMayBeNull = true;

constexpr std::array kBatchColumns{
    Column{"batch_id"},
    Column{"batch_name"},
    Column{"producer"},
    Column{"instance", Type::text, kMayBeNull},
    Column{"sequence", Type::integer, kMayBeNull},
    Column{"packed_at"},
    Column{"processed_at"},
    Column{"status"},
    Column{"reason", Type::text, kMayBeNull},
    Column{"files", Type::integer},
    Column{"bytes", Type::integer},
    Column{"host", Type::text, kMayBeNull},
    Column{"sender_version", Type::text, kMayBeNull},
    Column{"sender_os", Type::text, kMayBeNull},
};

constexpr std::array kFileColumns{
    Column{"path"},         Column{"stored_path"},  Column{"bytes", Type::integer},
    Column{"sha256"},       Column{"content_type"}, Column{"modified", Type::text, kMayBeNull},
    Column{"producer"},     Column{"batch_name"},   Column{"batch_id"},
    Column{"processed_at"},
};

constexpr Table kBatches{"batches", kBatchColumns};
constexpr Table kFiles{"files", kFileColumns};
constexpr Table kLatest{"latest", kFileColumns};

}  // namespace

const Table& batches() {
  return kBatches;
}

const Table& files() {
  return kFiles;
}

const Table& latest() {
  return kLatest;
}

}  // namespace healthmetric::tables
