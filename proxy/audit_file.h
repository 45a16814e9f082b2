// Audit records in files: one file of this process's own in a folder, or one named file.
//
// A folder may be shared by any number of processes. Each writes files of its own, whose names sort
// by time (proxy/audit_name.h). A named file belongs to one process at a time (a lock says
// so); the next one goes on where it ended. When it is rotated it is renamed: its name, a dot, and
// such a name.
//
// Nothing is ever removed, cut or overwritten here. A file that is: that was removed, replaced, cut
// short or written by somebody else while it is open, is not written any more.
//
// Thread safety: none.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "proxy/audit_heads.h"
#include "proxy/audit_key.h"
#include "proxy/audit_sink.h"
#include "proxy/descriptor.h"
#include "proxy/facts.h"
#include "proxy/permissions.h"

namespace writ {

struct AuditFileOptions {
  // A folder if it is one or ends in a slash (then it is made, for this user only); else a file.
  std::string path;
  uint64_t max_bytes = 64u << 20;        // a file that has more is rotated
  std::chrono::seconds max_age{86'400};  // likewise; 0: whatever its age
  bool insecure_permissions = false;     // others may be able to write
  std::string session;
  std::optional<AuditKey> key;  // under which others write here; none: whoever does is believed
  Time (*clock)() = nullptr;    // null: the system's
  std::chrono::steady_clock::time_point (*steady)() = nullptr;  // likewise
};

class AuditFile final : public AuditSink {
 public:
  // Where others may write, nothing is made, unless `insecure_permissions`.
  static tl::expected<std::unique_ptr<AuditFile>, FileRefusal> Open(AuditFileOptions options);

  std::optional<PreviousRecord> FoundBefore() const override { return found_before_; }
  std::vector<PreviousRecord> FoundOthers() const override { return others_; }
  Written Write(std::string_view lines) override;
  std::string Sync() override;
  bool WantsRotation() const override;
  std::string Rotate() override;
  std::string left() const override { return left_; }
  size_t ShareOfRefusals() const override { return options_.max_bytes / 8; }

  // Of the file that is written to.
  const std::string& path() const { return path_; }

 private:
  explicit AuditFile(AuditFileOptions options) : options_(std::move(options)) {}
  std::optional<FileRefusal> OpenFolder();
  std::optional<FileRefusal> OpenNamed();
  std::string LookAtNamed(std::optional<LastAuditRecord>& found);
  std::string TakeNamed();
  std::string TakeOver();
  std::string TakeUp();
  void FindHeads(const std::string& folder, std::string_view prefix);
  std::string Begin(const std::string& path);
  std::string Rename();
  std::string NextName();
  std::string WhatHappened() const;
  std::chrono::steady_clock::time_point SteadyNow() const;

  AuditFileOptions options_;
  bool is_folder_ = false;
  std::string path_;
  Descriptor file_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  uint64_t size_ = 0;              // that it must have
  bool is_shown_ = false;          // that it is written, to whoever looks (proxy/writer_lock.h)
  bool is_folder_synced_ = false;  // so that the file is found after a crash
  std::chrono::steady_clock::time_point since_;
  unsigned files_ = 0;        // of this session
  std::string rotated_name_;  // of a named file that is being rotated
  std::string left_;
  std::optional<PreviousRecord> found_before_;
  std::vector<PreviousRecord> others_;
};

}  // namespace writ
