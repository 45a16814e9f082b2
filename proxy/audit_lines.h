// The lines of an audit file, as far as it went when reading began: it may be written meanwhile.
//
// Tested by tests/proxy/audit_lines_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/bytes.h"

namespace writ {

// No record is longer: that of a call of 1 GiB (--max-line-bytes), each byte of which is escaped.
inline constexpr uint64_t kLongestAuditLine = (uint64_t{6} << 30) + (1 << 20);

class AuditLines {
 public:
  // Of what stands before `end` in a file that is open.
  AuditLines(int file, uint64_t end, uint64_t longest = kLongestAuditLine)
      : file_(file), end_(end), longest_(longest) {}

  // The next line without its LF; one that is too long is empty. False if there is none, or the
  // file cannot be read on: then there is a fault, for people.
  bool Next(std::string_view& line);
  const std::string& fault() const { return fault_; }

  // Of the line that Next() gave.
  uint64_t number() const { return number_; }  // from 1
  bool is_whole() const { return is_whole_; }  // it has its LF
  bool is_too_long() const { return is_too_long_; }

 private:
  bool Give(std::string_view& line, size_t size);
  bool Fill();

  int file_;
  uint64_t end_;
  uint64_t longest_;
  uint64_t offset_ = 0;  // of what is read next
  Bytes bytes_;
  size_t begin_ = 0;   // of what was not given yet
  size_t filled_ = 0;  // and its end
  uint64_t number_ = 0;
  bool is_whole_ = true;
  bool is_too_long_ = false;
  std::string fault_;
};

}  // namespace writ
