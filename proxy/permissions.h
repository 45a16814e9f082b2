// Who else could change a file: what decides over calls, and what is kept of them, is worth nothing
// if others may write it.
//
// Nobody else may if the file, every folder on its way from the root, and every symbolic link on it
// belong to this user or to root, and neither group nor others may write them. Two exceptions, as
// OpenSSH has them: a group may write that has no other members (many systems give each user one),
// and others may write a folder on the way that has the sticky bit: nobody can replace what is ours
// there (/tmp).
//
// Tested by tests/proxy/permissions_test.cc.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace writ {

// How others can change the file or folder, for people: "/srv is writable by everybody". None if
// they cannot. REQUIRES: it exists; where it cannot be looked at, that is the answer.
std::optional<std::string> WhoElseMayWrite(const std::string& path);

// Makes the folder and those above it that are missing, each for this user only (mode 0700), and
// gives its real path. The error says what failed.
tl::expected<std::string, std::string> MakePrivateFolder(const std::string& path);

}  // namespace writ
