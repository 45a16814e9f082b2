// One line on stderr each.
// Tested by tests/proxy/log_test.cc.
#include "proxy/log.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>

#include "vm/utf8.h"

namespace writ {
namespace {

constexpr std::string_view kCutMark = " [cut]";
constexpr int kPatienceMilliseconds = 100;

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    case LogLevel::kError: break;
  }
  return "error";
}

// Length of the well-formed UTF-8 character at the front of `text`, or 0.
size_t CharacterLength(std::string_view text) {
  std::string_view rest = text;
  const uint32_t c = TakeCodePoint(rest);
  const size_t length = text.size() - rest.size();
  const bool malformed = (c == 0xFFFD && length == 1) || (c >= 0xD800 && c <= 0xDFFF);
  return malformed ? 0 : length;
}

// C0 and C1 controls, DEL, line and paragraph separators, and the marks that change the direction
// of what stands around them.
bool MayDisturb(std::string_view character) {
  auto first = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  auto second = static_cast<uint8_t>(character[1]);
  if (character.size() == 2) return first == 0xC2 && second < 0xA0;
  if (character.size() != 3 || first != 0xE2) return false;
  auto third = static_cast<uint8_t>(character[2]);
  if (second == 0x80) return third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE);
  return second == 0x81 && third >= 0xA6 && third <= 0xA9;
}

// Appends `message` escaped, as much of it as leaves `line` no longer than `most` bytes.
void AppendEscaped(std::string_view message, size_t most, std::string* line) {
  std::string piece;
  while (!message.empty()) {
    size_t length = CharacterLength(message);
    std::string_view character = message.substr(0, std::max<size_t>(length, 1));
    piece.clear();
    if (length == 0 || MayDisturb(character)) {
      for (char byte : character) {
        fmt::format_to(std::back_inserter(piece), "\\x{:02X}", static_cast<uint8_t>(byte));
      }
    } else {
      piece = character;
    }
    if (line->size() + piece.size() > most) {
      line->append(kCutMark);
      return;
    }
    line->append(piece);
    message.remove_prefix(character.size());
  }
}

// How much of `bytes` is written at once: whole lines, if it is more than fits, so that what others
// write to the same file does not come between the parts of one.
size_t PieceOf(std::string_view bytes) {
  if (bytes.size() <= Log::kMostBytes) return bytes.size();
  const size_t end = bytes.rfind('\n', Log::kMostBytes - 1);
  return end == std::string_view::npos ? Log::kMostBytes : end + 1;
}

}  // namespace

void Log::Write(LogLevel level, std::string_view message) const {
  if (!enabled(level)) return;
  std::string line = fmt::format("writ: {}: ", NameOf(level));
  AppendEscaped(message, kMostBytes - kCutMark.size() - 1, &line);
  line.push_back('\n');
  Deliver(line);
}

void Log::PassOn(std::string_view line) const {
  std::string whole(line);
  whole.push_back('\n');
  Deliver(whole);
}

void Log::Deliver(std::string_view line) const {
  int patience = lost_lines_ == 0 ? kPatienceMilliseconds : 0;
  if (lost_lines_ > 0) {
    std::string notice = fmt::format("{}writ: error: stderr was full, lines lost here: {}\n",
                                     inside_line_ ? "\n" : "", lost_lines_);
    if (!WriteInTime(notice, patience)) {
      ++lost_lines_;
      return;
    }
    lost_lines_ = 0;
  }
  if (!WriteInTime(line, patience)) ++lost_lines_;
}

// False if the reader does not take it in time, or is gone.
bool Log::WriteInTime(std::string_view bytes, int patience_milliseconds) const {
  while (!bytes.empty()) {
    pollfd entry = {fd_, POLLOUT, 0};
    int ready = poll(&entry, 1, patience_milliseconds);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    ssize_t count = write(fd_, bytes.data(), PieceOf(bytes));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
    inside_line_ = !bytes.empty();
  }
  return true;
}

}  // namespace writ
