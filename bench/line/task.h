// The task: from a client's line to its decision, under a policy of five rules about one tool of a
// payment server.
//
// The lines are made, not recorded, so that they are the same everywhere and hold what makes work:
// calls that pass and calls that fail at each of the rules, the last one included; members in any
// order, `arguments` before `name` among them; missing and null members; strings with escapes and
// with UTF-8; fractions; members that no rule reads.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vm/machine.h"

namespace writ::line {

inline constexpr std::string_view kPolicy = R"(version: "1"
description: the calls of a payment server
default: deny
hide: [delete_customer]
tools:
  get_customer:
    rules: []
  create_charge:
    rules:
      - name: known currency
        conditions:
          - { path: args.currency, op: in, value: [usd, eur, gbp, jpy] }
        on_deny: Charges are made in usd, eur, gbp and jpy
      - name: within the cap
        conditions:
          - { path: args.amount, op: lte, value: 50000 }
        on_deny: A single charge may not exceed 50000
      - name: belongs to an order
        conditions:
          - { path: args.description, op: contains, value: "order #" }
        on_deny: The description must name its order
      - name: no frozen account
        conditions:
          - { path: args.account, op: not_in, value: [acct_1004, acct_1011, acct_1029] }
        on_deny: This account is frozen
      - name: safe to repeat
        conditions:
          - { path: args.idempotency_key, op: exists, value: true }
          - { path: args.options.mode, op: neq, value: draft }
        on_deny: A charge carries an idempotency key and is no draft
)";

// The sixth rule of the variant with a pattern.
inline constexpr std::string_view kPatternRule = R"(      - name: a receipt goes to a plain address
        conditions:
          - { path: args.receipt, op: regex, value: "^[a-z.]+@[a-z]+[.](com|org)$" }
        on_deny: Receipts go to plain addresses
)";

// A call that passes, with an argument of 64 kB that nobody reads.
inline std::string LongLine() {
  std::string body;
  while (body.size() < (64u << 10)) body += static_cast<char>('a' + body.size() % 26);
  std::string line =
      R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"create_charge",)"
      R"("arguments":{"currency":"usd","amount":900,"body":")" +
      body +
      R"(","description":"for order #1","account":"acct_2000","idempotency_key":"ik_1",)"
      R"("options":{"mode":"live"}}}})";
  return line;
}

// What a rival says of a line; the rule counts from 0 through the policy.
struct Answer {
  Code code = Code::kError;
  uint32_t rule = kNoRule;
  friend bool operator==(const Answer&, const Answer&) = default;
};

// What the rules read, in the order the evaluation alone is given it.
enum Read : uint32_t {
  kCurrency,
  kAmount,
  kDescription,
  kAccount,
  kIdempotencyKey,
  kMode,
  kReceipt,
  kReadCount,
};

inline constexpr std::string_view kReadPaths[kReadCount] = {
    "args.currency",        "args.amount",       "args.description", "args.account",
    "args.idempotency_key", "args.options.mode", "args.receipt"};

// A call whose line was read before, for the evaluation alone.
struct ReadCall {
  std::string_view tool;
  Value values[kReadCount];
};

class Lines {
 public:
  explicit Lines(size_t count) {
    std::vector<size_t> sizes;
    for (size_t i = 0; i < count; ++i) {
      const std::string line = Make();
      sizes.push_back(line.size());
      text_ += line + '\n';
    }
    bytes_ = text_.size() - count;
    // What the scanner and simdjson may read beyond the last line.
    text_.append(64, '\0');
    const char* begin = text_.data();
    for (const size_t size : sizes) {
      lines_.emplace_back(begin, size);
      begin += size + 1;
    }
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  size_t size() const { return lines_.size(); }
  std::string_view operator[](size_t i) const { return lines_[i]; }
  double mean_bytes() const { return static_cast<double>(bytes_) / static_cast<double>(size()); }

 private:
  using Members = std::vector<std::pair<std::string, std::string>>;

  // The standard fixes what the engine gives, but not what its distributions or std::shuffle do.
  uint32_t Below(size_t limit) { return static_cast<uint32_t>(random_() % limit); }
  bool OneIn(size_t n) { return Below(n) == 0; }

  template <size_t n>
  std::string Pick(const char* const (&choices)[n]) {
    return choices[Below(n)];
  }

  std::string Digits(size_t count) {
    std::string digits;
    for (size_t i = 0; i < count; ++i) digits += static_cast<char>('0' + Below(10));
    return digits;
  }

  static std::string Quoted(const std::string& inside) { return '"' + inside + '"'; }

  std::string Object(Members members, bool in_any_order) {
    for (size_t i = members.size(); in_any_order && i > 1; --i) {
      std::swap(members[i - 1], members[Below(i)]);
    }
    std::string object;
    for (const auto& [name, value] : members) {
      object += (object.empty() ? "{" : ",") + Quoted(name) + ':' + value;
    }
    return object.empty() ? "{}" : object + '}';
  }

  std::string Make() {
    const std::string params = Params();
    const std::string id = OneIn(5) ? Quoted("req-" + Digits(6)) : std::to_string(1 + Below(9999));
    // Python clients write the first order, TypeScript clients the second.
    if (OneIn(2)) {
      return Object(
          {{"jsonrpc", "\"2.0\""}, {"id", id}, {"method", "\"tools/call\""}, {"params", params}},
          false);
    }
    return Object(
        {{"method", "\"tools/call\""}, {"params", params}, {"jsonrpc", "\"2.0\""}, {"id", id}},
        false);
  }

  std::string Params() {
    Members members;
    if (OneIn(3))
      members.emplace_back("_meta", "{\"progressToken\":" + std::to_string(Below(1000)) + '}');
    const std::string tool = Tool();
    const std::string arguments = Object(Arguments(), true);
    members.emplace_back("name", Quoted(tool));
    members.emplace_back("arguments", arguments);
    if (OneIn(8)) std::swap(members[members.size() - 2], members.back());
    return Object(members, false);
  }

  std::string Tool() {
    if (!OneIn(5)) return "create_charge";
    return Pick({"get_customer", "get_customer", "create_refund", "create_charges", "list_charges",
                 "delete_customer"});
  }

  // One call in three fails at one of the members, each as likely.
  Members Arguments() {
    const uint32_t fault = OneIn(3) ? Below(kReadCount) : kReadCount;
    Members members;
    const auto add = [&](Read what, const char* name, std::string good, std::string bad) {
      const bool faulty = fault == what;
      if (faulty && OneIn(3)) return;
      members.emplace_back(name, faulty ? std::move(bad) : std::move(good));
    };
    add(kCurrency, "currency", Quoted(Pick({"usd", "usd", "eur", "gbp", "jpy"})),
        Quoted(Pick({"chf", "usdt", "EUR", ""})));
    add(kAmount, "amount", Amount(), OneIn(4) ? "\"900\"" : std::to_string(50001 + Below(90000)));
    add(kDescription, "description", Quoted(Description(true)), Quoted(Description(false)));
    add(kAccount, "account", Quoted("acct_2" + Digits(3)),
        Quoted(Pick({"acct_1004", "acct_1011", "acct_1029"})));
    add(kIdempotencyKey, "idempotency_key", Quoted("ik_" + Digits(12)), "null");
    const bool draft = fault == kMode;
    members.emplace_back("options",
                         Object({{"mode", Quoted(draft ? "draft" : Pick({"live", "live", "test"}))},
                                 {"capture", OneIn(2) ? "true" : "false"}},
                                true));
    add(kReceipt, "receipt", Quoted(Pick({"ada", "jo.march", "bartleby"}) + "@example.com"),
        Quoted("Ada <ada@example.com>"));
    if (OneIn(2)) members.emplace_back("metadata", Metadata());
    return members;
  }

  std::string Amount() {
    return OneIn(4) ? std::to_string(1 + Below(49999)) + '.' + Digits(2)
                    : std::to_string(1 + Below(50000));
  }

  std::string Description(bool names_its_order) {
    std::string text = Pick({"Monthly plan", "Two chairs and a table", "Caf\xC3\xA9 visit",
                             "A \\\"large\\\" box", "Hosting, spring and summer"});
    if (names_its_order) text += (OneIn(8) ? " for order \\u0023" : " for order #") + Digits(6);
    text += Pick({"", ", paid in full", ",\\nsent by train", ", second of three parts",
                  ", as agreed on the telephone"});
    return text;
  }

  std::string Metadata() {
    return Object({{"source", Quoted(Pick({"web", "shop", "phone"}))},
                   {"tags", OneIn(2) ? "[\"spring\",\"new\"]" : "[]"},
                   {"attempt", Digits(1)}},
                  false);
  }

  std::mt19937 random_{20260302};
  std::string text_;
  std::vector<std::string_view> lines_;
  size_t bytes_ = 0;
};

}  // namespace writ::line
