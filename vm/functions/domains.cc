// Functions of expressions: host names.
// Tested by tests/vm/functions/domains_test.cc.
//
// Names are compared as the ASCII that a resolver is asked for. Two texts that a browser takes to
// the same host are the same name: whatever the case, full-width letters, the ideographic full
// stop, a soft hyphen, a dot at the end. The mapping is that of UTS 46, non-transitional, as
// browsers have it (ß stays a letter of its own).
//
// A name of ASCII alone is only checked and put into lower case: real ones have hyphens where
// IDNA wants none ("r3---sn-x.example.com"). Others, and names that hold an "xn--" label, go
// through libidn2, which allocates while it does.
#include <idn2.h>

#include <algorithm>
#include <array>
#include <optional>

#include "vm/functions/arguments.h"
#include "vm/functions/function.h"

namespace writ {
namespace {

constexpr size_t kMaxName = 253;
constexpr size_t kMaxLabel = 63;
// Four bytes for each character that the longest name could have, and a dot.
constexpr size_t kMaxText = 4 * kMaxName + 3;
// What UTS 46 costs for a name, in instructions of the machine: tables are searched for each
// character.
constexpr uint64_t kMappingCost = 512;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// Browsers read a name whose last label is a number as an IPv4 address, in many forms.
bool IsNumber(std::string_view label) {
  const bool hex = label.starts_with("0x");
  if (hex) label.remove_prefix(2);
  return std::all_of(label.begin(), label.end(), [hex](char c) {
    return (c >= '0' && c <= '9') || (hex && c >= 'a' && c <= 'f');
  });
}

// Whether `name`, in lower case and without a dot at its end, is a host name.
bool IsHostName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  std::string_view label;
  for (size_t start = 0; start <= name.size(); start += label.size() + 1) {
    label = name.substr(start, name.find('.', start) - start);
    if (label.empty() || label.size() > kMaxLabel) return false;
    if (!std::all_of(label.begin(), label.end(), IsNameCharacter)) return false;
  }
  return !IsNumber(label);
}

// By UTS 46; nothing if there is no such name.
std::optional<std::string_view> Map(std::string_view text, Arena& arena) {
  std::array<char, kMaxText + 1> terminated;
  *std::copy(text.begin(), text.end(), terminated.begin()) = '\0';
  char* mapped = nullptr;
  if (idn2_to_ascii_8z(terminated.data(), &mapped, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
      IDN2_OK) {
    return std::nullopt;
  }
  const std::string_view copy = arena.Copy(mapped);
  idn2_free(mapped);
  return copy;
}

// The name as a resolver is asked for it, or why there is none.
Value ReadHostName(const Value& argument, FunctionContext& context) {
  if (!argument.is(Tag::kString)) return functions::NoOverload(&argument, 1);
  const std::string_view text = argument.view();
  if (text.size() > kMaxText || text.find('\0') != std::string_view::npos) {
    return Value::Failure(Error::kInvalidHost);
  }
  if (!context.ChargeText(text.size())) return Value::Failure(Error::kBudget);
  char* const lower = context.arena.Allocate<char>(text.size());
  std::transform(text.begin(), text.end(), lower, Lower);
  std::string_view name(lower, text.size());
  if (!IsAscii(name) || name.starts_with("xn--") || name.find(".xn--") != std::string_view::npos) {
    if (!context.Charge(kMappingCost)) return Value::Failure(Error::kBudget);
    const auto mapped = Map(name, context.arena);
    if (!mapped) return Value::Failure(Error::kInvalidHost);
    name = *mapped;
  }
  if (name.ends_with('.')) name.remove_suffix(1);
  return IsHostName(name) ? Value::String(name) : Value::Failure(Error::kInvalidHost);
}

}  // namespace

namespace functions {

Value DomainWithin(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2) return NoOverload(arguments, count);
  const Value host = ReadHostName(arguments[0], context);
  if (host.is(Tag::kError)) return host;
  const Value domain = ReadHostName(arguments[1], context);
  if (domain.is(Tag::kError)) return domain;
  const std::string_view name = host.view();
  const std::string_view above = domain.view();
  if (!name.ends_with(above)) return Value::Bool(false);
  return Value::Bool(name.size() == above.size() || name[name.size() - above.size() - 1] == '.');
}

}  // namespace functions
}  // namespace writ
