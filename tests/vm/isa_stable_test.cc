// The numbers that bundles hold are promises: a program made by one version is run by the next. New
// opcodes, functions, errors … are added at the end of their lists, none is moved.
#include <gtest/gtest.h>

#include <iterator>
#include <string_view>

#include "vm/functions/function.h"
#include "vm/instruction.h"
#include "vm/program.h"
#include "vm/value.h"

namespace writ {
namespace {

constexpr std::string_view kOpcodes[] = {
    "Jump",
    "Return",
    "Break",
    "Fail",
    "Pass",
    "Deny",
    "DenyHidden",
    "DenyDefault",
    "Chain",
    "Reserve",
    "ScopeBegin",
    "Operand",
    "ScopeEnd",
    "ScopeDrop",
    "LoadConst",
    "LoadSlot",
    "Move",
    "Outer",
    "Not",
    "Equal",
    "Less",
    "Add",
    "Size",
    "Select",
    "Append",
    "OptionalNone",
    "OptionalOf",
    "OptionalSelect",
    "OptionalValue",
    "Force",
    "Bind",
    "Loop",
    "TestTrue",
    "TestEqual",
    "TestLess",
    "TestPresent",
    "TestHasValue",
    "CondPresent",
    "CondEq",
    "CondIn",
    "CondContains",
    "CondLt",
    "CondLte",
    "CondGt",
    "CondGte",
    "CondRegex",
    "Subtract",
    "Multiply",
    "Divide",
    "Modulo",
    "Negate",
    "LessEqual",
    "In",
    "Index",
    "OptionalIndex",
    "Has",
    "AppendOptional",
    "Insert",
    "InsertOptional",
    "InsertAll",
    "Call",
    "TestLessEqual",
    "TestIn",
    "TestMatches",
    "Shadow",
    "ShadowError",
    "TestOnlyArgs",
    "TestSlotEqual",
    "TestSlotLess",
    "TestSlotLessEqual",
    "TestSlotGreater",
    "TestSlotGreaterEqual",
    "TestSlotIn",
    "TestSlotStartsWith",
    "TestSlotEndsWith",
    "TestSlotContains",
    "TestSlotMatches",
    "ReturnConst",
    "Next",
    "Choose",
    "Continue",
    "TestSlotFits",
};

TEST(IsaStable, OpcodesKeepTheirNumbers) {
  ASSERT_EQ(std::size(kOpcodes), kOpcodeCount) << "add the new opcode at the end of the list";
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    EXPECT_EQ(Info(static_cast<Opcode>(i)).name, kOpcodes[i]) << i;
  }
}

constexpr FunctionId kFunctions[] = {
    FunctionId::kType,
    FunctionId::kDyn,
    FunctionId::kToInt,
    FunctionId::kToUint,
    FunctionId::kToDouble,
    FunctionId::kToString,
    FunctionId::kToBytes,
    FunctionId::kToBool,
    FunctionId::kToTimestamp,
    FunctionId::kToDuration,
    FunctionId::kSize,
    FunctionId::kContains,
    FunctionId::kStartsWith,
    FunctionId::kEndsWith,
    FunctionId::kMatches,
    FunctionId::kGetFullYear,
    FunctionId::kGetMonth,
    FunctionId::kGetDayOfYear,
    FunctionId::kGetDayOfMonth,
    FunctionId::kGetDate,
    FunctionId::kGetDayOfWeek,
    FunctionId::kGetHours,
    FunctionId::kGetMinutes,
    FunctionId::kGetSeconds,
    FunctionId::kGetMilliseconds,
    FunctionId::kTimeWithin,
    FunctionId::kCharAt,
    FunctionId::kIndexOf,
    FunctionId::kLastIndexOf,
    FunctionId::kJoin,
    FunctionId::kSplit,
    FunctionId::kSubstring,
    FunctionId::kReplace,
    FunctionId::kTrim,
    FunctionId::kLowerAscii,
    FunctionId::kUpperAscii,
    FunctionId::kReverse,
    FunctionId::kStringsQuote,
    FunctionId::kFormat,
    FunctionId::kBase64Encode,
    FunctionId::kBase64Decode,
    FunctionId::kJsonDecode,
    FunctionId::kMathGreatest,
    FunctionId::kMathLeast,
    FunctionId::kMathAbs,
    FunctionId::kMathSign,
    FunctionId::kMathCeil,
    FunctionId::kMathFloor,
    FunctionId::kMathRound,
    FunctionId::kMathTrunc,
    FunctionId::kMathSqrt,
    FunctionId::kMathIsInf,
    FunctionId::kMathIsNaN,
    FunctionId::kMathIsFinite,
    FunctionId::kMathBitAnd,
    FunctionId::kMathBitOr,
    FunctionId::kMathBitXor,
    FunctionId::kMathBitNot,
    FunctionId::kMathBitShiftLeft,
    FunctionId::kMathBitShiftRight,
    FunctionId::kOptionalNone,
    FunctionId::kOptionalOf,
    FunctionId::kOptionalOfNonZeroValue,
    FunctionId::kOptionalHasValue,
    FunctionId::kOptionalValue,
    FunctionId::kOptionalOr,
    FunctionId::kOptionalOrValue,
    FunctionId::kListSlice,
    FunctionId::kListFlatten,
    FunctionId::kListSort,
    FunctionId::kListDistinct,
    FunctionId::kListFirst,
    FunctionId::kListLast,
    FunctionId::kListsRange,
    FunctionId::kSetsContains,
    FunctionId::kSetsEquivalent,
    FunctionId::kSetsIntersects,
    FunctionId::kRegexReplace,
    FunctionId::kRegexExtract,
    FunctionId::kRegexExtractAll,
    FunctionId::kIp,
    FunctionId::kIsIp,
    FunctionId::kIpIsCanonical,
    FunctionId::kIpFamily,
    FunctionId::kIpIsUnspecified,
    FunctionId::kIpIsLoopback,
    FunctionId::kIpIsLinkLocalMulticast,
    FunctionId::kIpIsLinkLocalUnicast,
    FunctionId::kIpIsGlobalUnicast,
    FunctionId::kCidr,
    FunctionId::kIsCidr,
    FunctionId::kCidrContainsIp,
    FunctionId::kCidrContainsCidr,
    FunctionId::kCidrMasked,
    FunctionId::kCidrPrefixLength,
    FunctionId::kPathNormalize,
    FunctionId::kPathWithin,
    FunctionId::kDomainWithin,
    FunctionId::kGlobMatches,
    FunctionId::kUrl,
    FunctionId::kIsUrl,
    FunctionId::kUrlGetScheme,
    FunctionId::kUrlGetHost,
    FunctionId::kUrlGetHostname,
    FunctionId::kUrlGetPort,
    FunctionId::kUrlGetEscapedPath,
    FunctionId::kUrlGetQuery,
    FunctionId::kListSortByKeys,
};

TEST(IsaStable, FunctionsKeepTheirNumbers) {
  ASSERT_EQ(std::size(kFunctions), kFunctionCount) << "add the new function at the end of the list";
  for (size_t i = 0; i < std::size(kFunctions); ++i) {
    EXPECT_EQ(static_cast<size_t>(kFunctions[i]), i);
  }
}

constexpr Error kErrors[] = {
    Error::kNone,
    Error::kNoSuchField,
    Error::kNoSuchOverload,
    Error::kNoSuchKey,
    Error::kIndexOutOfRange,
    Error::kOverflow,
    Error::kDivideByZero,
    Error::kUnsafeNumber,
    Error::kOptionalNone,
    Error::kBudget,
    Error::kInvalidArgument,
    Error::kUnknownName,
    Error::kDuplicateKey,
    Error::kUnsupportedKey,
    Error::kConversion,
    Error::kRange,
    Error::kInvalidUtf8,
    Error::kInvalidTimestamp,
    Error::kInvalidDuration,
    Error::kInvalidTimeZone,
    Error::kInvalidPattern,
    Error::kInvalidFormat,
    Error::kInvalidAddress,
    Error::kInvalidUrl,
    Error::kInvalidPath,
    Error::kInvalidJson,
    Error::kInvalidHost,
    Error::kInvalidHours,
    Error::kKeyTooLong,
};

TEST(IsaStable, ErrorsKeepTheirNumbers) {
  ASSERT_EQ(std::size(kErrors), static_cast<size_t>(kLastError) + 1);
  for (size_t i = 0; i < std::size(kErrors); ++i) {
    EXPECT_EQ(static_cast<size_t>(kErrors[i]), i);
  }
}

constexpr Tag kTags[] = {
    Tag::kAbsent,   Tag::kNull,    Tag::kBool,      Tag::kInt,      Tag::kUint,  Tag::kDouble,
    Tag::kString,   Tag::kBytes,   Tag::kTimestamp, Tag::kDuration, Tag::kList,  Tag::kMap,
    Tag::kListSpan, Tag::kMapSpan, Tag::kOptional,  Tag::kType,     Tag::kError, Tag::kUnsafeNumber,
    Tag::kIp,       Tag::kCidr,    Tag::kUrl,
};

TEST(IsaStable, TagsKeepTheirNumbers) {
  ASSERT_EQ(std::size(kTags), static_cast<size_t>(kLastTag) + 1);
  for (size_t i = 0; i < std::size(kTags); ++i) {
    EXPECT_EQ(static_cast<size_t>(kTags[i]), i);
  }
}

constexpr Fact kFacts[] = {
    Fact::kToolName,      Fact::kClientName,       Fact::kClientVersion,  Fact::kServerName,
    Fact::kNow,           Fact::kLabels,           Fact::kQuotaRemaining, Fact::kQuotaResetsAt,
    Fact::kHasClientName, Fact::kHasClientVersion, Fact::kHasServerName,
};

TEST(IsaStable, FactsKeepTheirNumbers) {
  ASSERT_EQ(std::size(kFacts), static_cast<size_t>(kLastFact) + 1);
  for (size_t i = 0; i < std::size(kFacts); ++i) {
    EXPECT_EQ(static_cast<size_t>(kFacts[i]), i);
  }
}

TEST(IsaStable, KindsAndLanguagesKeepTheirNumbers) {
  EXPECT_EQ(static_cast<int>(BlockKind::kDecision), 0);
  EXPECT_EQ(static_cast<int>(BlockKind::kValue), 1);
  EXPECT_EQ(static_cast<int>(BlockKind::kLoopBody), 2);
  EXPECT_EQ(static_cast<int>(Language::kIntercept), 1);
  EXPECT_EQ(static_cast<int>(Language::kWrit), 2);
}

}  // namespace
}  // namespace writ
