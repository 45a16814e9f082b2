// Files that signatures are about: a key, a signature, a bundle. Each is read once, as far as one
// of its kind can go, and nothing waits for a pipe or a device, unless this process was given it
// open (/dev/stdin). docs/bundle-format.md has the lines that keys and signatures are.
//
// Tested by tests/cli/sign.py.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/fault.h"
#include "compiler/read_file.h"
#include "vm/bundle/bundle.h"
#include "vm/bundle/signature.h"

namespace writ {

// Refused if others may read the file, or write it, unless `insecure_permissions`.
tl::expected<bundle::SecretKey, Fault> ReadSecretKey(const std::string& path,
                                                     bool insecure_permissions);

// Refused if others may write the file, unless `insecure_permissions`: they could say whose
// signature is asked for.
tl::expected<bundle::PublicKey, Fault> ReadPublicKey(const std::string& path,
                                                     bool insecure_permissions);

// `looked_for`, if there is one, gets the file, be it there or not.
tl::expected<bundle::Signature, Fault> ReadSignature(const std::string& path,
                                                     std::vector<FileRead>* looked_for = nullptr);

struct BundleFile {
  bundle::Loaded loaded;
  size_t bytes = 0;
};

// Every step of loading but the signature.
tl::expected<BundleFile, Fault> ReadBundle(const std::string& path);

// Where a bundle's signature is, unless somebody says where: FILE.sig.
std::string SignatureFileOf(const std::string& bundle);

}  // namespace writ
