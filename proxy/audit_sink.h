// Where sealed records go: a file, a folder of files, or the system's log.
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/audit_record.h"

namespace writ {

class AuditSink {
 public:
  virtual ~AuditSink() = default;

  // The record that stands last where this session begins, if there is one.
  virtual std::optional<PreviousRecord> FoundBefore() const { return std::nullopt; }

  // Other records that stood last somewhere, and that no start names yet, when this session began,
  // or the file that Rotate() made.
  virtual std::vector<PreviousRecord> FoundOthers() const { return {}; }

  // Whole lines, or the rest of what the call before did not take. `taken` bytes of them are
  // written; if that is not all, the fault says why, for people.
  struct Written {
    size_t taken = 0;
    std::string fault;
    bool is_busy = false;  // that is all: it may take more in a moment
  };
  virtual Written Write(std::string_view lines) = 0;
  // Where it was busy: waits until it takes more, for a tenth of a second at most.
  virtual void AwaitRoom() {}

  // What was written is on the disk, or the fault is not empty.
  virtual std::string Sync() { return {}; }

  // Whether the next records are to begin a new file, and how it is begun. A fault leaves no file
  // open: writing goes on once Rotate() has succeeded.
  virtual bool WantsRotation() const { return false; }
  virtual std::string Rotate() { return {}; }
  // The name, without folders, that the file has which the last Rotate() left.
  virtual std::string left() const { return {}; }

  // Bytes that refusals may take between two rotations, one by one; beyond they are only counted.
  virtual size_t ShareOfRefusals() const { return SIZE_MAX; }
};

}  // namespace writ
