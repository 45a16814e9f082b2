// What a file holds, told by how it begins: who mixes files up is to read which one was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/fault.h"

namespace writ {

enum class FileKind : uint8_t {
  kBundle,
  kSecretKey,
  kPublicKey,
  kSignature,
  kPolicy,  // in YAML
  kEmpty,
  kUnknown,
};

// `beginning`: of the file, a few hundred bytes or all of it. What it begins as may be unsound.
FileKind KindOf(std::string_view beginning);

// Of what lies there; kUnknown if it cannot be read. Streams are not read.
FileKind KindOfFile(const std::string& path);
bool IsBundle(const std::string& path);

// How the line of a key or a signature begins, whatever its version: "writ-public-key-".
std::string_view LineStem(FileKind kind);

// Says that the file is not of the kind that is wanted, but of that one.
Fault MixedUp(const std::string& path, FileKind wanted, FileKind found);

}  // namespace writ
