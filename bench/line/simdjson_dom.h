// simdjson's DOM, then the checks of the twin by hand. It reads more loosely than the others: of
// duplicate members it takes the first, and it knows no look-alikes.
#pragma once

#include <re2/re2.h>
#include <simdjson.h>

#include <initializer_list>
#include <string_view>

#include "line/task.h"

namespace writ::line {

class SimdjsonDom {
 public:
  // `receipt`: the pattern of the variant that has one, or null.
  explicit SimdjsonDom(const re2::RE2* receipt) : receipt_(receipt) {}

  // REQUIRES: simdjson::SIMDJSON_PADDING readable bytes after the line.
  Answer Decide(std::string_view line) {
    simdjson::dom::object message;
    if (parser_.parse(line.data(), line.size(), false).get(message) != simdjson::SUCCESS) return {};
    if (!Is(message["jsonrpc"], {"2.0"}) || !Is(message["method"], {"tools/call"}) ||
        Has(message["result"]) || Has(message["error"])) {
      return {};
    }
    const auto id = message["id"];
    if (!id.is_int64() && !id.is_string()) return {};
    simdjson::dom::object params;
    std::string_view tool;
    if (message["params"].get(params) != simdjson::SUCCESS ||
        params["name"].get(tool) != simdjson::SUCCESS) {
      return {};
    }
    const Found arguments = params["arguments"];
    if (Has(arguments) && !arguments.is_object()) return {};
    return Judge(tool, arguments);
  }

 private:
  using Found = simdjson::simdjson_result<simdjson::dom::element>;

  static bool Has(const Found& found) { return found.error() == simdjson::SUCCESS; }

  static bool Is(const Found& found, std::initializer_list<std::string_view> texts) {
    std::string_view value;
    if (found.get(value) != simdjson::SUCCESS) return false;
    for (const std::string_view text : texts) {
      if (value == text) return true;
    }
    return false;
  }

  Answer Judge(std::string_view tool, const Found& arguments) const {
    if (tool != "create_charge") {
      if (tool == "get_customer") return {Code::kAllowed};
      return {tool == "delete_customer" ? Code::kHidden : Code::kDefault};
    }
    if (!Is(arguments["currency"], {"usd", "eur", "gbp", "jpy"})) return {Code::kRule, 0};
    double amount;
    if (arguments["amount"].get(amount) != simdjson::SUCCESS || amount > 50000) {
      return {Code::kRule, 1};
    }
    std::string_view description;
    if (arguments["description"].get(description) != simdjson::SUCCESS ||
        description.find("order #") == std::string_view::npos) {
      return {Code::kRule, 2};
    }
    const Found account = arguments["account"];
    if (!Has(account) || Is(account, {"acct_1004", "acct_1011", "acct_1029"})) {
      return {Code::kRule, 3};
    }
    const Found key = arguments["idempotency_key"];
    const Found mode = arguments["options"]["mode"];
    if (!Has(key) || key.is_null() || !Has(mode) || Is(mode, {"draft"})) return {Code::kRule, 4};
    if (receipt_ == nullptr) return {Code::kAllowed};
    std::string_view receipt;
    if (arguments["receipt"].get(receipt) != simdjson::SUCCESS ||
        !receipt_->Match({receipt.data(), receipt.size()}, 0, receipt.size(), re2::RE2::UNANCHORED,
                         nullptr, 0)) {
      return {Code::kRule, 5};
    }
    return {Code::kAllowed};
  }

  const re2::RE2* receipt_;
  simdjson::dom::parser parser_;
};

}  // namespace writ::line
