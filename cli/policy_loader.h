// From the policies that a command line names to a program that may run for it: of files that
// nobody else may write, signed where that is asked for, with all the labels it asks for. At the
// start, and when they change.
//
// What throws (memory may run out) leaves nothing behind.
//
// Tested by tests/faults/test_start.py, tests/cli/permissions.py and tests/faults/test_reload.py.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/trusted_keys.h"
#include "compiler/programs.h"
#include "proxy/facts.h"

namespace writ {

struct LoadedPolicy {
  std::shared_ptr<const VerifiedProgram> program;  // null: it may not run
  std::string refusal;                             // why, in a few words
  std::vector<std::string> said;                   // in full, warnings too: texts for stderr
  std::vector<FileRead> files;                     // that were looked for, in both cases
  std::string digest;                              // of what they hold (DigestOf), in both cases
  Facts::Labels labels;
  // A bundle has not the signature that it needs. Both files cannot be changed at once: the other
  // one may be on its way.
  bool lacks_signature = false;
};

std::vector<std::string> NamesOf(const std::vector<FileRead>& files);

// Of what the files hold: of one its SHA-256, as sha256sum prints it; of several that of theirs one
// after the other. Empty: not all could be read.
std::string DigestOf(const std::vector<FileRead>& files);

// Why files are not safe to decide by, for people.
struct UnsafeFile {
  std::string message;
  std::string hint;
};

class PolicyLoader {
 public:
  // `labels`: "name=value". `insecure`: others may write the files.
  PolicyLoader(std::vector<std::string> policies, std::vector<std::string> labels, bool insecure)
      : policies_(std::move(policies)), labels_(std::move(labels)), insecure_(insecure) {}

  // From now on nothing but bundles that one of the keys signed, of which there is one at least.
  void RequireSignatures(TrustedKeys keys) { keys_ = std::move(keys); }

  const std::vector<std::string>& policies() const { return policies_; }

  // Counters keep their names from one time to the next.
  LoadedPolicy Load();
  // The first of the files that others may write, if that matters.
  std::optional<UnsafeFile> FindUnsafe(const std::vector<std::string>& files) const;

 private:
  std::shared_ptr<const VerifiedProgram> Compile(LoadedPolicy& loaded);

  std::vector<std::string> policies_;
  std::vector<std::string> labels_;
  bool insecure_;
  TrustedKeys keys_;                           // none: signatures are not looked at
  std::map<std::string, std::string> spaces_;  // see PolicyFiles
};

}  // namespace writ
