// HMAC-SHA256 (RFC 2104) under one key.
//
// Thread safety: none; every thread needs an object of its own.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_mac_ctx_st;

namespace writ {

using Mac = std::array<unsigned char, 32>;

class Hmac {
 public:
  // `key` is copied. Aborts where the library offers no HMAC-SHA256, or no memory: what is built on
  // it would be worth nothing.
  explicit Hmac(std::string_view key);

  // Of the pieces, one after the other. After the first time no system call is made.
  Mac Of(std::initializer_list<std::string_view> pieces);

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

std::string_view AsText(const Mac& mac);

// 64 hex digits in lower case.
void AppendHex(std::string_view bytes, std::string& out);
// Of exactly that; none for anything else, capitals included, so that a text has one form.
std::optional<Mac> ReadMac(std::string_view hex);

// Whether they are equal, in a time that does not tell where they differ.
bool SameMac(const Mac& a, const Mac& b);

}  // namespace writ
