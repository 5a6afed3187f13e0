#include "common/archive/summary.hpp"

namespace healthmetric::archive {

std::string producer_of(const payload::ProducerMark& producer,
                        const std::optional<payload::SenderIdentity>& sender) {
  if (!producer.id.empty()) return producer.id;
  return sender && !sender->host.empty() ? sender->host : std::string(kUnknownProducer);
}

}  // namespace healthmetric::archive
