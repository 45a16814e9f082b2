// The writ binary.
#include "cli/commands.h"

int main(int argc, char** argv) {
  return writ::Main(argc, argv);
}
