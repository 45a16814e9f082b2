// Why a command does not do what it was asked for.
#pragma once

#include <string>
#include <string_view>

#include "proxy/permissions.h"

namespace writ {

struct Fault {
  std::string message;    // what is wrong, with which file
  std::string hint = {};  // what to do about it; empty where nobody can say
};

// Of a file that others may read or write. `use` is what it is not safe for: "to sign with".
Fault UnsafeFault(const std::string& path, std::string_view use, const Opening& opening);

// Says it on stderr, or with `json` as an object on stdout. Returns kExitUsage.
int Refuse(const Fault& fault, bool json);

}  // namespace writ
