// writ keygen: a pair of keys, in two files.
// Tested by tests/cli/sign.py.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "cli/commands.h"
#include "cli/fault.h"
#include "cli/output_file.h"
#include "cli/print.h"
#include "proxy/descriptor.h"
#include "proxy/permissions.h"
#include "vm/bundle/hash.h"
#include "vm/bundle/signature.h"
#include "vm/json_text.h"
#include "vm/shown.h"

namespace writ {
namespace {

constexpr mode_t kSecretMode = 0600;
constexpr mode_t kPublicMode = 0644;

Fault NotMade(const std::string& file, int error) {
  if (error != EEXIST) return {fmt::format("cannot write {}: {}", file, std::strerror(error))};
  return {fmt::format("{} is there already, and keygen overwrites nothing", file),
          "name another pair, or move that one away: what it signed is verified with no other"};
}

bool IsThere(const std::string& file) {
  struct stat status;
  return lstat(file.c_str(), &status) == 0;
}

void SyncFolderOf(const std::string& file) {
  const size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash + 1);
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) fsync(opened.get());
}

// Both files, or none.
tl::expected<void, Fault> Write(const bundle::SecretKey& key, const std::string& secret_file,
                                const std::string& public_file, bool insecure_permissions) {
  for (const std::string& file : {secret_file, public_file}) {
    if (IsThere(file)) return tl::unexpected(NotMade(file, EEXIST));
  }
  std::string line = key.Line();
  const int secret_error = MakeFile(secret_file, kSecretMode, line);
  explicit_bzero(line.data(), line.size());
  if (secret_error != 0) return tl::unexpected(NotMade(secret_file, secret_error));
  // Some file systems give every file to everybody, whatever its mode was to be.
  const auto who = insecure_permissions ? std::nullopt : WhoElseMayReadOrWrite(secret_file);
  const int public_error =
      who.has_value() ? 0 : MakeFile(public_file, kPublicMode, bundle::LineOf(key.PublicHalf()));
  if (!who.has_value() && public_error == 0) {
    SyncFolderOf(secret_file);
    return {};
  }
  unlink(secret_file.c_str());
  return tl::unexpected(who.has_value() ? UnsafeFault(secret_file, "to keep a secret key in", *who)
                                        : NotMade(public_file, public_error));
}

}  // namespace

int Keygen(const KeygenOptions& options) {
  const std::string secret_file = options.name + ".key";
  const std::string public_file = options.name + ".pub";
  const bundle::SecretKey key = bundle::SecretKey::Make();
  const auto written = Write(key, secret_file, public_file, options.insecure_permissions);
  if (!written.has_value()) return Refuse(written.error(), options.json);
  const std::string half = bundle::Hex(key.PublicHalf());
  if (options.json) {
    PrintJson(fmt::format("{{\"ok\":true,\"secret\":{},\"public\":{},\"key\":{}}}\n",
                          JsonQuote(secret_file), JsonQuote(public_file), JsonQuote(half)));
  } else {
    PrintOut(
        fmt::format("{}  secret: whoever can read it can sign in your name\n"
                    "{}  for everybody who verifies: {}\n",
                    EscapeUnseen(secret_file), EscapeUnseen(public_file), half));
  }
  return kExitYes;
}

}  // namespace writ
