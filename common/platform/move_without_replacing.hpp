#pragma once

namespace healthmetric::platform {

/// Moves a file or a folder to a place where nothing is, each named below an open folder; false
/// with errno set when it stays where it is, EEXIST when something has that place.
///
/// The kernel does it in one step where the file system can (`RENAME_NOREPLACE`), and else a hard
/// link does for a file. Shares and memory cards often know neither (NFS, FUSE, 9p, exFAT); there
/// the place is looked at and then taken by an ordinary rename, as git does. In between only
/// somebody who is no receiver could come: receivers hold the storage's lock.
bool move_without_replacing(int from_fd, const char* from, int to_fd, const char* to);

}  // namespace healthmetric::platform
