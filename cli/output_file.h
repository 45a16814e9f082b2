// The files that -o names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

struct OutputFile {
  std::string path;    // empty, "-" or "/dev/stdout": stdout
  bool force = false;  // one that is there is overwritten
  // Or one of which this is true, if it is set.
  std::function<bool(const std::string& path)> makes_way = nullptr;
};

bool IsStdout(const OutputFile& file);

// False if the file is there already and may not be overwritten; says so on stderr. So that nobody
// waits for what cannot be written in the end.
bool MayWrite(const OutputFile& file);

// False if the file is one of `inputs`, by whatever name, or holds a secret key: these are not
// overwritten, even with `force`; says so on stderr.
bool Spares(const OutputFile& file, const std::vector<std::string>& inputs);

// Writes the whole file, or says on stderr why not. It is written beside the one it replaces and
// takes its place when it is whole, so what cannot be written leaves everything as it was. Nobody
// but its owner may write it; one that replaces another has its owner, its group and what they and
// others could read, or less. A symbolic link is followed: what it leads to is replaced. Devices,
// pipes and files that are mounted by themselves cannot be replaced: they are written into as they
// stand, and stay half written where that fails. Ignores SIGXFSZ from then on.
bool WriteOutput(const OutputFile& file, std::string_view text);

// Makes a file that is not there yet, of that mode as far as the umask leaves it, but for what its
// owner may, and brings it to disk. 0, or the errno of what failed: then there is no file. Ignores
// SIGXFSZ from then on.
int MakeFile(const std::string& path, unsigned mode, std::string_view text);

}  // namespace writ
