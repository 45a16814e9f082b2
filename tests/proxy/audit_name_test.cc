// Names of audit files, made and told from others.
#include "proxy/audit_name.h"

#include <gtest/gtest.h>

namespace writ {
namespace {

TEST(AuditName, SaysWhenAndWhose) {
  EXPECT_EQ(AuditFileName(Time(1772443800), "9f2c3a1b5d7e8f90", 12),
            "20260302T093000Z-9f2c3a1b5d7e8f90-12.jsonl");
}

TEST(AuditName, IsToldFromOthers) {
  const std::string name = AuditFileName(Time(1772443800), "9f2c3a1b5d7e8f90", 12);
  EXPECT_EQ(BeforeAuditFileName(name), "");
  EXPECT_EQ(BeforeAuditFileName("log." + name), "log.");
  EXPECT_EQ(BeforeAuditFileName("a.b." + name), "a.b.");
  for (const std::string& other :
       {"log" + name, "log-" + name, name + ".gz", "0" + name, std::string(".jsonl"),
        std::string("zz-backup.jsonl"), std::string("20260302T093000Z-9f2c3a1b5d7e8f90-.jsonl"),
        std::string("20260302T09300Z-9f2c3a1b5d7e8f90-1.jsonl"),
        std::string("20260302T093000Z-9f2c3a1b5d7e8fg0-1.jsonl"), std::string()}) {
    EXPECT_FALSE(BeforeAuditFileName(other).has_value()) << other;
  }
}

}  // namespace
}  // namespace writ
