// Who else could change a file: what decides over calls, and what is kept of them, is worth nothing
// if others may write it.
//
// Nobody else may if the file, every folder on its way from the root, and every symbolic link on it
// belong to this user or to root, and neither group nor others may write them, nor anybody whom an
// access list names. Two exceptions, as OpenSSH has them: a group may write that is this user's own
// (proxy/own_group.h), and others may write a folder on the way that has the sticky bit: nobody can
// replace what is ours there (/tmp).
//
// Tested by tests/proxy/permissions_test.cc.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace writ {

// How others can change something, for people.
struct Opening {
  std::string text;    // "/srv is writable by everybody"
  std::string remedy;  // a command that mends it, "chmod go-w /srv"; empty if there is none
                       // for this user: it belongs to another one, or is mounted read-only
};

// Why a file or folder is not used that the operator must do something about.
struct FileRefusal {
  std::string message;      // for people
  bool is_unsafe = false;   // others may write it
  std::string remedy = {};  // a command that mends it; empty where there is none
};

// How others can change the file or folder; none if they cannot. Where it, or what is on the way to
// it, cannot be looked at, that is the answer.
std::optional<Opening> WhoElseMayWrite(const std::string& path);

// Likewise of one that need not be there yet: as far as it is.
std::optional<Opening> WhoElseMayMake(const std::string& path);

// Likewise of a file that is there and holds a secret: nor may others read it.
std::optional<Opening> WhoElseMayReadOrWrite(const std::string& path);

// Makes the folder and those above it that are missing, each for this user only (mode 0700), and
// gives its real path. The error says what failed.
tl::expected<std::string, std::string> MakePrivateFolder(const std::string& path);

}  // namespace writ
