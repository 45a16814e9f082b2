// Reports what is wrong with one YAML source, by byte offset, and ends the reading when that is
// enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "compiler/diagnostic.h"
#include "compiler/source.h"

namespace writ::yaml {

// More errors than this help nobody; what follows them is not read.
inline constexpr size_t kMaxYamlErrors = 100;

// Thrown to leave the parser's event loop once there is no sense in going on; never leaves Parse().
struct StopReading {};

class Report {
 public:
  Report(std::shared_ptr<const Source> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  void Error(size_t offset, uint32_t length, std::string message, std::string hint) {
    diagnostics_.Error(source_, At(offset), length, std::move(message), std::move(hint));
    if (++errors_ < kMaxYamlErrors) return;
    diagnostics_.Error(source_, At(offset), 1, "too many errors; the rest of this YAML is not read",
                       "mend the first ones, then try again");
    throw StopReading();
  }

  // A fault after which the tree does not mean what the author meant: reading goes on, for other
  // faults of the YAML, but what the tree says is not worth telling.
  void Garbled(size_t offset, uint32_t length, std::string message, std::string hint) {
    is_garbled_ = true;
    Error(offset, length, std::move(message), std::move(hint));
  }

  [[noreturn]] void Fatal(size_t offset, uint32_t length, std::string message, std::string hint) {
    diagnostics_.Error(source_, At(offset), length, std::move(message), std::move(hint));
    ++errors_;
    throw StopReading();
  }

  Position At(size_t offset) const { return source_->At(offset); }
  const Source& source() const { return *source_; }
  bool has_errors() const { return errors_ > 0; }
  bool is_garbled() const { return is_garbled_; }

 private:
  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
  size_t errors_ = 0;
  bool is_garbled_ = false;
};

}  // namespace writ::yaml
