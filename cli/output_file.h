// The file that -o names.
#pragma once

#include <string>
#include <string_view>

namespace writ {

struct OutputFile {
  std::string path;    // empty or "-": stdout
  bool force = false;  // one that is there is overwritten
};

// False if the file is there already and may not be overwritten; says so on stderr. So that nobody
// waits for what cannot be written in the end.
bool MayWrite(const OutputFile& file);

// Writes the whole file, or says on stderr why not. A file that was not there is removed again if
// only a part of it could be written.
bool WriteOutput(const OutputFile& file, std::string_view text);

}  // namespace writ
