// The writ binary.
#include <exception>

#include "cli/commands.h"
#include "cli/print.h"

int main(int argc, char** argv) {
  try {
    return writ::Main(argc, argv);
  } catch (const std::exception& fault) {
    // Memory may be what ran out, so nothing is put together first.
    writ::PrintErr("writ: error: ");
    writ::PrintErr(fault.what());
    writ::PrintErr("\n");
    return writ::kExitUsage;
  }
}
