#pragma once

namespace healthmetric {

/// True when a person reads standard error there and then, on a terminal that may be redrawn:
/// neither NO_COLOR (no-color.org) nor TERM=dumb says otherwise.
bool standard_error_can_be_redrawn();

/// True when both standard input and standard error are a terminal: somebody can be asked.
bool somebody_can_be_asked();

/// The width of the terminal on standard error as it is now, else COLUMNS, else 80.
unsigned terminal_columns();

}  // namespace healthmetric
