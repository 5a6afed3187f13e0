#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a server answers about a file when it is asked for its contents:
/// `{"name":…,"sha":…,"size":…,"content":"<base64>","encoding":"base64",…}`. It is read from the
/// front, because Gitea puts the whole of a large file into it: of a long one the beginning does.

namespace healthmetric::forge {

/// The file's git blob id; "" where the document is about something else, a folder for one. Throws
/// Error{bad_payload} when it is not such a document, or is cut off before the id.
std::string blob_id_in(std::string_view document);

/// The names in a folder, which the server answers with an array of such documents; none where the
/// document is about a file. Throws Error{bad_payload} when it is neither, or is cut off.
std::vector<std::string> names_in(std::string_view document);

/// The file's content, or as much of it as a document that is cut off has; nothing when `document`
/// is something else.
std::optional<std::string> content_in(std::string_view document);

}  // namespace healthmetric::forge
