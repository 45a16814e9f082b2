// Labels: facts that a policy asks for and the command line gives (`--label key=value`).
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "proxy/facts.h"
#include "vm/verify.h"

namespace writ {

// What is wrong, and what to do about it.
struct LabelFault {
  std::string message;
  std::string hint;
};

// The labels of words such as "env=prod". The value is all after the first "=" and may be empty.
tl::expected<Facts::Labels, LabelFault> ReadLabels(const std::vector<std::string>& words);

// Every label that the program needs must be given, and no other.
tl::expected<void, LabelFault> CheckLabels(const VerifiedProgram& program,
                                           const Facts::Labels& given);

// Both, for a command that runs one program.
tl::expected<Facts::Labels, LabelFault> LabelsFor(const VerifiedProgram& program,
                                                  const std::vector<std::string>& words);

}  // namespace writ
