#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a server answers about a file when it is asked for its contents:
/// `{"name":…,"sha":…,"size":…,"content":"<base64>","encoding":"base64",…}`. It is parsed from the
/// front: Gitea includes the content even of large files, and the beginning is enough.

namespace healthmetric::forge {

/// The file's git blob id; "" if the document is about something else, such as a folder. Throws
/// Error{bad_payload} if it is not such a document, or is cut off before the id.
std::string blob_id_in(std::string_view document);

/// The names in a folder, for which the server answers with an array of such documents; empty if
/// the document is about a file. Throws Error{bad_payload} if it is neither, or is cut off.
std::vector<std::string> names_in(std::string_view document);

/// The file's content, or its beginning if the document is cut off; nullopt if `document` is
/// something else.
std::optional<std::string> content_in(std::string_view document);

}  // namespace healthmetric::forge
