#pragma once

#include "sender/check/finding.hpp"
#include "sender/check/subject.hpp"

namespace healthmetric::check {

/// `configuration`: it is valid, and others can neither change it nor read a password in it.
Finding check_configuration(const Configuration& configuration);

/// `source`: it exists, is what it is named as, and can be read.
Finding check_source(const Source& source);

}  // namespace healthmetric::check
