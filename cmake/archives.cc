// Uses each library whose archive the program is linked with: whether this links decides whether
// they are (cmake/archives.cmake).
#include <fmt/format.h>
#include <idn2.h>
#include <openssl/evp.h>
#include <re2/re2.h>
#include <sqlite3.h>
#include <yaml-cpp/yaml.h>

int main() {
  char* name = nullptr;
  const bool done = idn2_to_ascii_8z("example.com", &name, 0) == IDN2_OK &&
                    EVP_sha256() != nullptr && EVP_MD_CTX_new() != nullptr &&
                    RE2::FullMatch("a", "[a-z]") && YAML::Load("[1]").IsSequence() &&
                    sqlite3_initialize() == SQLITE_OK;
  return fmt::format("{} {} {}", 1.5, 1.5f, name).empty() || !done;
}
