// Lines of recordings.
// Tested by tests/cli/traffic_line_test.cc.
#include "cli/traffic/recorded_line.h"

#include <fmt/core.h>

#include "compiler/diagnostic.h"
#include "proxy/audit_record.h"
#include "vm/json_text.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr std::string_view kBrokenRecord =
    "it is a record of the audit log that was cut or changed";
constexpr std::string_view kNoLine = "it is neither a record of the audit log nor a line of MCP";

// The members of a line's object that say what it is.
enum Slot : uint32_t { kDir, kLine, kTime, kArgs, kSlotCount };

const PathTrie& Members() {
  static const PathTrie trie = [] {
    constexpr std::string_view kNames[] = {"dir", "line", "time", "args"};
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    for (uint32_t slot = 0; slot < kSlotCount; ++slot) {
      builder.SetSlot(builder.Child(root, kNames[slot]), slot, slot != kArgs);
    }
    return builder.Build();
  }();
  return trie;
}

struct Scanned {
  Value slots[kSlotCount];
  std::string_view raw[kSlotCount];
  ScanResult result;

  bool has(Slot slot) const { return !slots[slot].is(Tag::kAbsent); }
};

Scanned ScanObject(std::string_view padded, Scanner& scanner) {
  Scanned scanned;
  ScanTarget target;
  target.trie = &Members();
  target.root = 0;
  target.slots = scanned.slots;
  target.raw = scanned.raw;
  scanned.result = scanner.Scan(padded, true, target);
  return scanned;
}

// Of text that was scanned; none if it is no time.
std::optional<Time> TimeOf(const Value& value) {
  if (!value.is(Tag::kString)) return std::nullopt;
  const Value time = ReadTimestamp(value.view());
  if (!time.is(Tag::kTimestamp)) return std::nullopt;
  return Time(time.i, time.size);
}

}  // namespace

const RecordedLine& RecordedLineReader::Read(std::string_view line) {
  line_ = {};
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return line_;
  arena_.Reset();
  if (ReadStatusRecord(line, false, record_)) {
    ReadRecord(line);
  } else if (!TimeOfLine(line).empty()) {
    Refuse(std::string(kBrokenRecord));
  } else {
    ReadMessage(line);
  }
  return line_;
}

void RecordedLineReader::Refuse(std::string why) {
  line_.kind = RecordedLine::Kind::kUnreadable;
  line_.fault = std::move(why);
}

void RecordedLineReader::ReadRecord(std::string_view line) {
  line_.record = &record_;
  const Value time = ReadTimestamp(record_.time);
  if (!time.is(Tag::kTimestamp)) return Refuse("its time is none");
  line_.time = Time(time.i, time.size);
  line_.kind = RecordedLine::Kind::kOtherRecord;
  if (record_.kind != "decision") return;
  const Scanned scanned = ScanObject(padded_.Set(line), scanner_);
  if (!scanned.result.ok()) {
    return Refuse(scanned.result.is_json() ? std::string(ViolationText(scanned.result.violation))
                                           : std::string(kBrokenRecord));
  }
  if (record_.tool.size() > kMaxAuditNameBytes) {
    return Refuse("the name of its tool was cut when it was recorded");
  }
  // Without arguments there is no digest of them either.
  if (!scanned.has(kArgs) && line.find(",\"args_digest\":\"") != std::string_view::npos) {
    line_.kind = RecordedLine::Kind::kDigestOnly;
    return;
  }
  line_.kind = RecordedLine::Kind::kDecision;
  std::string& request = message_.Begin();
  request = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":)";
  AppendJsonString(record_.tool, request);
  if (scanned.has(kArgs)) {
    request += ",\"arguments\":";
    request += scanned.raw[kArgs];
  }
  request += "}}";
  line_.message = message_.Seal();
}

void RecordedLineReader::ReadMessage(std::string_view line) {
  const Scanned scanned = ScanObject(padded_.Set(line), scanner_);
  const bool is_wrapped = scanned.result.is_json() && scanned.has(kDir) && scanned.has(kLine);
  if (!is_wrapped) {
    // What is no message is for whoever reads messages to say.
    line_.kind = RecordedLine::Kind::kEither;
    line_.message = message_.Set(line);
    const bool is_object = line[line.find_first_not_of(" \t\r")] == '{';
    if (!scanned.result.is_json() && !is_object) Refuse(std::string(kNoLine));
    return;
  }
  if (!scanned.slots[kDir].is(Tag::kString) || !scanned.slots[kLine].is(Tag::kString)) {
    return Refuse(std::string(kNoLine));
  }
  const std::string_view direction = scanned.slots[kDir].view();
  if (direction != "c2s" && direction != "s2c") {
    return Refuse(fmt::format("its \"dir\" is {}, which is neither c2s nor s2c",
                              Quote(direction.substr(0, 40))));
  }
  if (scanned.has(kTime)) {
    line_.time = TimeOf(scanned.slots[kTime]);
    if (!line_.time) return Refuse("its \"time\" is none such as 2026-03-02T09:30:00Z");
  }
  const std::string_view inside = scanned.slots[kLine].view();
  if (!scanned.result.ok()) return Refuse(std::string(ViolationText(scanned.result.violation)));
  if (inside.find('\n') != std::string_view::npos) return Refuse("its \"line\" is several lines");
  line_.kind = direction == "c2s" ? RecordedLine::Kind::kClient : RecordedLine::Kind::kServer;
  line_.message = message_.Set(inside);
}

}  // namespace writ
