// The files that are verified: those that are named, and those of folders.
//
// Tested by tests/proxy/audit_verify_test.cc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "proxy/descriptor.h"

namespace writ {

struct AuditSource {
  using Id = std::pair<dev_t, ino_t>;
  std::string path;
  Id id;                                // a file has one, whatever it is called
  std::shared_ptr<Descriptor> spooled;  // what came out of it, if it is a pipe
};

struct OpenAuditSource {
  Descriptor file;
  uint64_t size = 0;
};

// The error is for people.
tl::expected<OpenAuditSource, std::string> Open(const AuditSource& source);

class AuditSources {
 public:
  explicit AuditSources(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  // Looks what is there, each file once. Of folders: what writ may have written there, in the order
  // of names. A pipe is read to its end, the first time. The fault is for people.
  std::string Find();

  const std::vector<AuditSource>& files() const { return files_; }
  // In folders, what has an audit file's name and is no file.
  const std::vector<std::string>& strange() const { return strange_; }

 private:
  std::string Add(const std::string& path, bool is_named);
  std::string AddFolder(const std::string& path);
  std::string Spool(const std::string& path, AuditSource& source);

  std::vector<std::string> paths_;
  std::vector<AuditSource> files_;
  std::vector<std::string> strange_;
  std::map<std::string, AuditSource> spooled_;
};

}  // namespace writ
