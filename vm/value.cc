// Names of types and sentences for errors.
// Tested by tests/vm/value_test.cc.
#include "vm/value.h"

namespace writ {

std::string_view ErrorText(Error code) {
  switch (code) {
    case Error::kNone: return "no error";
    case Error::kNoSuchField: return "no such field";
    case Error::kNoSuchOverload: return "no such overload";
    case Error::kNoSuchKey: return "no such key";
    case Error::kIndexOutOfRange: return "index out of range";
    case Error::kOverflow: return "overflow";
    case Error::kDivideByZero: return "divide by zero";
    case Error::kUnsafeNumber: return "a number that servers read differently";
    case Error::kOptionalNone: return "optional.none() has no value";
    case Error::kBudget: return "evaluation budget exceeded";
    case Error::kInvalidArgument: return "invalid argument";
    case Error::kUnknownName: return "undeclared name";
    case Error::kDuplicateKey: return "a map with the same key twice";
    case Error::kUnsupportedKey: return "a key that is no bool, int, uint or string";
    case Error::kConversion: return "a value that cannot be converted";
    case Error::kRange: return "a number out of range";
    case Error::kInvalidUtf8: return "bytes that are no UTF-8";
    case Error::kInvalidTimestamp: return "not a timestamp";
    case Error::kInvalidDuration: return "not a duration";
    case Error::kInvalidTimeZone: return "not a time zone";
    case Error::kInvalidPattern: return "not a regular expression";
    case Error::kInvalidFormat: return "a format that does not fit its arguments";
    case Error::kInvalidAddress: return "not an IP address or network";
    case Error::kInvalidUrl: return "not a URL";
    case Error::kInvalidPath: return "not a path that can be resolved";
    case Error::kInvalidJson: return "not JSON that all readers read alike";
    case Error::kInvalidHost: return "not a host name";
    case Error::kInvalidHours: return "not weekly hours";
    case Error::kKeyTooLong: return "a key of more than 4096 bytes";
  }
  return "unknown error";
}

std::string_view TypeName(Tag tag) {
  switch (tag) {
    case Tag::kAbsent: return "absent";
    case Tag::kNull: return "null_type";
    case Tag::kBool: return "bool";
    case Tag::kInt: return "int";
    case Tag::kUint: return "uint";
    case Tag::kDouble:
    case Tag::kUnsafeNumber: return "double";
    case Tag::kString: return "string";
    case Tag::kBytes: return "bytes";
    case Tag::kTimestamp: return "google.protobuf.Timestamp";
    case Tag::kDuration: return "google.protobuf.Duration";
    case Tag::kList:
    case Tag::kListSpan: return "list";
    case Tag::kMap:
    case Tag::kMapSpan: return "map";
    case Tag::kOptional: return "optional_type";
    case Tag::kType: return "type";
    case Tag::kError: return "error";
    case Tag::kIp: return "net.IP";
    case Tag::kCidr: return "net.CIDR";
    case Tag::kUrl: return "url";
  }
  return "unknown";
}

}  // namespace writ
