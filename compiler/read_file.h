// Reading a file, the whole or its beginning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "vm/bundle/hash.h"

namespace writ {

// What may be read.
enum class Readable : uint8_t {
  kFiles,  // regular files
  // And what this process was given open: /dev/stdin, /dev/fd/3, which the shell's <(…) stands for.
  kFilesAndStreams,
};

// Whether it is a name for what this process was given open.
bool NamesAStream(const std::string& path);

// The file's bytes, or why it cannot be read: an errno, or kNoRegularFile. EFBIG is for one of more
// than `max_bytes`, of which no more than that is read, and nothing if its size is known. Never
// waits for a pipe, a terminal or a device that is not among what is readable.
tl::expected<std::string, int> ReadFile(const std::string& path, size_t max_bytes,
                                        Readable readable);

// Likewise its first `max_bytes`, or all if it has fewer. No more is read.
tl::expected<std::string, int> ReadBeginning(const std::string& path, size_t max_bytes,
                                             Readable readable);

inline constexpr int kNoRegularFile = -1;

// What a file held.
struct FileContent {
  bundle::Hash sha256{};
  bool is_empty = true;

  static FileContent Of(std::string_view bytes) { return {bundle::Sha256({bytes}), bytes.empty()}; }
};

// A file that was looked for, by the name it was looked for under.
struct FileRead {
  std::string name;
  std::optional<FileContent> content;  // none: it could not be read, or was not
};

// That as words, to follow "cannot be read: ".
std::string ReadErrorText(int error);

}  // namespace writ
