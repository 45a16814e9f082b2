// IP addresses and networks: strict text, canonical text, kinds, containment.
#include "vm/functions/network.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

constexpr std::string_view kNotAnAddress = "error: not an IP address or network";

class Network : public testing::Test {
 protected:
  Value Ip(std::string_view text) { return apply_.Call(FunctionId::kIp, {text}); }
  Value Cidr(std::string_view text) { return apply_.Call(FunctionId::kCidr, {text}); }
  // The canonical text, or the error.
  std::string Canonical(const Value& value) {
    return value.is(Tag::kError) ? Applied::Text(value)
                                 : std::string(FormatIp(value, apply_.arena()));
  }
  std::string Is(FunctionId function, std::string_view ip) { return apply_(function, {Ip(ip)}); }
  Applied apply_;
};

TEST_F(Network, CanonicalText) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"192.168.0.1", "192.168.0.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8::68", "2001:db8::68"},
      {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:0db8:0001:0002:0003:0004:0005:0006", "2001:db8:1:2:3:4:5:6"},
      {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
      {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},     // the first of two that are equally long
      {"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},  // a single group stays
      {"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"},
      {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
      {"::1.2.3.4", "::102:304"},
      {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"::ffff:c0a8:1", "192.168.0.1"},
      {"0:0:0:0:0:ffff:7f00:1", "127.0.0.1"},
  };
  for (const auto& [text, canonical] : cases) {
    EXPECT_EQ(Canonical(Ip(text)), canonical) << text;
    EXPECT_EQ(apply_(FunctionId::kIsIp, {text}), "true") << text;
    EXPECT_EQ(apply_(FunctionId::kIpIsCanonical, {text}), text == canonical ? "true" : "false")
        << text;
  }
}

TEST_F(Network, TextThatIsNoAddress) {
  const std::vector<std::string> cases = {
      "",
      " ",
      ".",
      ":",
      ":::",
      "1",
      "127.1",
      "1.2.3",
      "1.2.3.4.5",
      "192.168.0.1.0",
      "1.2.3.",
      ".1.2.3",
      "1..2.3",
      "256.1.1.1",
      "1.2.3.999",
      "01.2.3.4",
      "1.2.3.04",
      "00.0.0.0",
      "0x7f.0.0.1",
      "0x7f000001",
      "2130706433",
      "017700000001",
      "1.2.3.4 ",
      " 1.2.3.4",
      "1.2.3.4\n",
      "+1.2.3.4",
      "-1.2.3.4",
      "1.2.3.4/24",
      "1.2.3.4:80",
      "1,2,3,4",
      std::string("1.2.3.4\0", 8),
      std::string("1.2.3.4\0.example.com", 20),
      "\xEF\xBC\x91.2.3.4",
      "\xD9\xA1.2.3.4",  // full-width and Arabic digits
      "2001:db8:::68",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7::8",
      "1::2::3",
      ":1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:",
      "1:2:3:4:5:6:7:8:",
      "12345::",
      "00001::",
      "g::",
      "[::1]",
      "::1%",
      "fe80::1%en0",
      "fe80::1%25en0",
      "::1/128",
      "::01.2.3.4",
      "::1.2.3",
      "::1.2.3.4.5",
      "::1.2.3.256",
      "1.2.3.4::",
      "1:2:3:4:5:6:7:1.2.3.4",
      "::ffff:192.168.0.1",
      "0:0:0:0:0:ffff:1.2.3.4",
      "::FFFF:127.0.0.1",
      "localhost",
      "example.com",
      std::string(100'000, ':'),
      std::string(100'000, '1'),
  };
  for (const std::string& text : cases) {
    EXPECT_EQ(Applied::Text(Ip(text)), kNotAnAddress) << text.substr(0, 60);
    EXPECT_EQ(apply_(FunctionId::kIsIp, {text}), "false") << text.substr(0, 60);
    EXPECT_EQ(apply_(FunctionId::kIpIsCanonical, {text}), kNotAnAddress);
  }
}

TEST_F(Network, Families) {
  EXPECT_EQ(Is(FunctionId::kIpFamily, "1.2.3.4"), "4");
  EXPECT_EQ(Is(FunctionId::kIpFamily, "::1"), "6");
  EXPECT_EQ(Is(FunctionId::kIpFamily, "::ffff:0102:0304"), "4");
}

TEST_F(Network, KindsOfAddresses) {
  struct Kind {
    FunctionId function;
    std::vector<std::string> yes;
    std::vector<std::string> no;
  };
  const std::vector<Kind> kinds = {
      {FunctionId::kIpIsUnspecified, {"0.0.0.0", "::", "0:0:0:0:0:0:0:0"}, {"0.0.0.1", "::1"}},
      {FunctionId::kIpIsLoopback,
       {"127.0.0.1", "127.255.255.255", "::1", "::ffff:7f00:1"},
       {"128.0.0.1", "126.255.255.255", "::", "1::1", "::2"}},
      {FunctionId::kIpIsLinkLocalMulticast,
       {"224.0.0.0", "224.0.0.255", "ff02::1", "ff12::1"},
       {"224.0.1.0", "ff01::1", "ff03::1", "fd00::1", "224.1.0.0"}},
      {FunctionId::kIpIsLinkLocalUnicast,
       {"169.254.0.0", "169.254.169.254", "fe80::1", "febf::1", "::ffff:a9fe:a9fe"},
       {"169.253.0.0", "169.255.0.0", "fec0::1", "fe7f::1", "fd80::1"}},
      {FunctionId::kIpIsGlobalUnicast,
       {"192.168.0.1", "8.8.8.8", "10.0.0.1", "2001:db8::abcd", "fd00::1", "0.0.0.1"},
       {"0.0.0.0", "255.255.255.255", "127.0.0.1", "169.254.1.1", "224.0.0.1", "239.1.1.1",
        "::", "::1", "fe80::1", "ff00::1", "ff02::1", "::ffff:ffff:ffff"}},
  };
  for (const Kind& kind : kinds) {
    for (const std::string& ip : kind.yes) EXPECT_EQ(Is(kind.function, ip), "true") << ip;
    for (const std::string& ip : kind.no) EXPECT_EQ(Is(kind.function, ip), "false") << ip;
  }
}

TEST_F(Network, CidrText) {
  for (const char* text : {"192.168.0.0/24", "127.0.0.1/24", "0.0.0.0/0", "1.2.3.4/32", "::/0",
                           "2001:db8::/32", "2001:db8::1/128"}) {
    EXPECT_EQ(Canonical(Cidr(text)), text);
    EXPECT_EQ(apply_(FunctionId::kIsCidr, {text}), "true");
  }
  EXPECT_EQ(Canonical(Cidr("2001:DB8:0::/32")), "2001:db8::/32");
  const std::vector<std::string> bad = {
      "",
      "/",
      "1.2.3.4",
      "1.2.3.4/",
      "/24",
      "1.2.3.4/33",
      "::/129",
      "1.2.3.4/-1",
      "1.2.3.4/+8",
      "1.2.3.4/08",
      "1.2.3.4/00",
      "1.2.3.4/8 ",
      "1.2.3.4/ 8",
      "1.2.3.4/8/8",
      "1.2.3/24",
      "01.2.3.4/24",
      "fe80::1%en0/24",
      "::ffff:1.2.3.4/120",
      "::ffff:102:304/120",
      "::ffff:0:0/96",
      "1.2.3.4/255.255.255.0",
      "1.2.3.4/999999999999999999999",
      "1.2.3.4/0x8",
      "1.2.3.4\\24",
      std::string("1.2.3.4/8\0", 10),
      std::string("1.2.3.4\0/8", 10),
      "1.2.3.4/" + std::string(100'000, '1'),
  };
  for (const std::string& text : bad) {
    EXPECT_EQ(Applied::Text(Cidr(text)), kNotAnAddress) << text.substr(0, 60);
    EXPECT_EQ(apply_(FunctionId::kIsCidr, {text}), "false") << text.substr(0, 60);
  }
}

TEST_F(Network, ContainsAddresses) {
  struct Case {
    const char* network;
    const char* ip;
    bool contains;
  };
  const std::vector<Case> cases = {
      {"192.168.0.0/24", "192.168.0.1", true},
      {"192.168.0.0/24", "192.168.1.1", false},
      {"192.168.0.77/24", "192.168.0.1", true},  // bits after the prefix say nothing
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/9", "10.127.0.0", true},
      {"10.0.0.0/9", "10.128.0.0", false},
      {"0.0.0.0/0", "255.1.2.3", true},
      {"1.2.3.4/32", "1.2.3.4", true},
      {"1.2.3.4/32", "1.2.3.5", false},
      {"2001:db8::/32", "2001:db8::1", true},
      {"2001:db8::/32", "2001:db9::1", false},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::/0", "::1", true},
      {"2001:db8::/32", "192.168.1.1", false},
      {"192.168.1.1/32", "2001:db8::1", false},
      {"0.0.0.0/0", "::", false},
      {"::/0", "0.0.0.0", false},
      {"127.0.0.0/8", "::ffff:7f00:1", true},
      {"::/0", "::ffff:7f00:1", false},
  };
  for (const Case& c : cases) {
    const std::string expected = c.contains ? "true" : "false";
    EXPECT_EQ(apply_(FunctionId::kCidrContainsIp, {Cidr(c.network), Ip(c.ip)}), expected)
        << c.network << " " << c.ip;
    EXPECT_EQ(apply_(FunctionId::kCidrContainsIp, {Cidr(c.network), c.ip}), expected);
  }
  EXPECT_EQ(apply_(FunctionId::kCidrContainsIp, {Cidr("10.0.0.0/8"), "10.1"}), kNotAnAddress);
}

TEST_F(Network, ContainsNetworks) {
  struct Case {
    const char* outer;
    const char* inner;
    bool contains;
  };
  const std::vector<Case> cases = {
      {"192.168.0.0/24", "192.168.0.0/25", true},
      {"192.168.0.0/24", "192.168.0.1/32", true},
      {"192.168.0.0/24", "192.168.0.0/23", false},
      {"10.0.0.0/8", "10.0.0.0/8", true},
      {"2001:db8::/32", "2001:db8::/33", true},
      {"2001:db8::/32", "2001:db9::/33", false},
      {"0.0.0.0/0", "::/0", false},
      {"192.168.0.9/24", "192.168.0.200/30", true},
  };
  for (const Case& c : cases) {
    const std::string expected = c.contains ? "true" : "false";
    EXPECT_EQ(apply_(FunctionId::kCidrContainsCidr, {Cidr(c.outer), Cidr(c.inner)}), expected)
        << c.outer << " " << c.inner;
    EXPECT_EQ(apply_(FunctionId::kCidrContainsCidr, {Cidr(c.outer), c.inner}), expected);
  }
  EXPECT_EQ(apply_(FunctionId::kCidrContainsCidr, {Cidr("10.0.0.0/8"), "10.0.0.0"}), kNotAnAddress);
}

TEST_F(Network, PartsOfANetwork) {
  const auto masked = [&](const char* text) {
    return Canonical(apply_.Call(FunctionId::kCidrMasked, {Cidr(text)}));
  };
  EXPECT_EQ(masked("192.168.1.5/24"), "192.168.1.0/24");
  EXPECT_EQ(masked("192.168.1.255/25"), "192.168.1.128/25");
  EXPECT_EQ(masked("255.255.255.255/0"), "0.0.0.0/0");
  EXPECT_EQ(masked("255.255.255.255/32"), "255.255.255.255/32");
  EXPECT_EQ(masked("2001:db8:ffff::1/33"), "2001:db8:8000::/33");
  EXPECT_EQ(Canonical(apply_.Call(FunctionId::kIp, {Cidr("192.168.1.5/24")})), "192.168.1.5");
  EXPECT_EQ(apply_(FunctionId::kCidrPrefixLength, {Cidr("2001:db8::/33")}), "33");
}

TEST_F(Network, WrongTypesAreErrors) {
  const std::string no_overload = "error: no such overload";
  for (const FunctionId function :
       {FunctionId::kIp, FunctionId::kIsIp, FunctionId::kIpIsCanonical, FunctionId::kCidr,
        FunctionId::kIsCidr, FunctionId::kIpFamily, FunctionId::kIpIsLoopback,
        FunctionId::kCidrMasked, FunctionId::kCidrPrefixLength}) {
    EXPECT_EQ(apply_(function, {Value::Int(1)}), no_overload);
    EXPECT_EQ(apply_(function, {}), no_overload);
    EXPECT_EQ(apply_(function, {Value()}), no_overload);
  }
  for (const FunctionId function : {FunctionId::kCidrContainsIp, FunctionId::kCidrContainsCidr}) {
    EXPECT_EQ(apply_(function, {Cidr("::/0")}), no_overload);
    EXPECT_EQ(apply_(function, {Cidr("::/0"), Value::Int(1)}), no_overload);
    EXPECT_EQ(apply_(function, {"::/0", "::1"}), no_overload);
  }
  EXPECT_EQ(apply_(FunctionId::kCidrContainsIp, {Cidr("::/0"), Cidr("::/0")}), no_overload);
}

TEST_F(Network, TextIsPaidForBeforeItIsRead) {
  const std::string text(1000, '1');
  EXPECT_EQ(apply_.Within(10, FunctionId::kIp, {text}), "error: evaluation budget exceeded");
  EXPECT_EQ(apply_.Within(10, FunctionId::kIsCidr, {text}), "error: evaluation budget exceeded");
}

TEST_F(Network, AsText) {
  EXPECT_EQ(apply_(FunctionId::kToString, {Ip("2001:DB8::68")}), R"("2001:db8::68")");
  EXPECT_EQ(apply_(FunctionId::kToString, {Cidr("192.168.0.1/24")}), R"("192.168.0.1/24")");
}

}  // namespace
}  // namespace writ
