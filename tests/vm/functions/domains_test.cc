// domain.within(): names that are one, names that only look like it, texts that are none.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

std::string Within(std::string_view host, std::string_view domain) {
  Applied apply;
  return apply(FunctionId::kDomainWithin, {host, domain});
}

TEST(Domains, TheDomainAndWhatIsBelow) {
  EXPECT_EQ(Within("example.com", "example.com"), "true");
  EXPECT_EQ(Within("www.example.com", "example.com"), "true");
  EXPECT_EQ(Within("a.b.c.example.com", "example.com"), "true");
  EXPECT_EQ(Within("EXAMPLE.Com", "example.com"), "true");
  EXPECT_EQ(Within("example.com.", "example.com"), "true");
  EXPECT_EQ(Within("www.example.com", "Example.COM."), "true");
  EXPECT_EQ(Within("localhost", "localhost"), "true");
  EXPECT_EQ(Within("r3---sn-4g5e6.example.com", "example.com"), "true");
  EXPECT_EQ(Within("_dmarc.example.com", "example.com"), "true");
  EXPECT_EQ(Within("-x-.example.com", "example.com"), "true");
}

TEST(Domains, WhatOnlyLooksLikeIt) {
  for (const char* host : {
           "evil-example.com",
           "evilexample.com",
           "example.com.evil.org",
           "example.org",
           "com",
           "example.co",
           "xample.com",
           "example.comm",
           "e.xample.com",
           "exampl\xD0\xB5.com",
           "xn--exampl-2of.com",
           "example.com.example.org",
       }) {
    EXPECT_EQ(Within(host, "example.com"), "false") << host;
  }
}

TEST(Domains, WhatBrowsersMapToTheSameHost) {
  for (const char* host : {
           "\xEF\xBD\x85\xEF\xBD\x98\xEF\xBD\x81mple.com",  // full-width letters
           "example\xE3\x80\x82"
           "com",  // ideographic full stop
           "example\xEF\xBC\x8E"
           "com",  // full-width full stop
           "example\xEF\xBD\xA1"
           "com\xE3\x80\x82",  // half-width, and at the end
           "ex\xC2\xAD"
           "ample.com",                // soft hyphen
           "e\xE2\x80\x8Bxample.com",  // zero-width space
           "\xE2\x93\x94xample.com",   // circled e
           "\xF0\x9D\x90\x9E"
           "xample.com",  // mathematical bold e
       }) {
    EXPECT_EQ(Within(host, "example.com"), "true") << host;
    EXPECT_EQ(Within("example.com", host), "true") << host;
  }
  EXPECT_EQ(Within("www\xE3\x80\x82"
                   "evil\xE3\x80\x82"
                   "example",
                   "evil.example"),
            "true");
  EXPECT_EQ(Within("\xE2\x84\xAAiosk.example", "kiosk.example"), "true");  // the Kelvin sign
  EXPECT_EQ(Within("\xC5\xBFhop.example", "shop.example"), "true");        // long s
}

TEST(Domains, InternationalNamesInEitherForm) {
  EXPECT_EQ(Within("b\xC3\xBC"
                   "cher.example",
                   "xn--bcher-kva.example"),
            "true");
  EXPECT_EQ(Within("www.XN--BCHER-KVA.example",
                   "B\xC3\x9C"
                   "cher.EXAMPLE"),
            "true");
  EXPECT_EQ(Within("bu\xCC\x88"
                   "cher.example",
                   "b\xC3\xBC"
                   "cher.example"),
            "true")
      << "decomposed";
  EXPECT_EQ(Within("fa\xC3\x9F.de", "fass.de"), "false") << "a letter of its own";
  EXPECT_EQ(Within("fa\xC3\x9F.de", "xn--fa-hia.de"), "true");
}

TEST(Domains, TextsThatAreNoHostName) {
  const std::vector<std::string> cases = {
      "",
      ".",
      "..",
      ".example.com",
      "www..example.com",
      "example.com..",
      "*.example.com",
      "*",
      "example.com:443",
      "user@example.com",
      "http://example.com",
      "example.com/",
      "example.com/x",
      "/example.com",
      "example.com\\x",
      "example.com?x",
      "example.com#x",
      "example.com ",
      " example.com",
      "exa mple.com",
      "example.com\n",
      "example\t.com",
      "%65xample.com",
      "[::1]",
      "::1",
      "127.0.0.1",
      "127.1",
      "1.2.3.4.",
      "2130706433",
      "0x7f000001",
      "0x7f.1",
      "example.com.1",
      "example.0x",
      "1.example.0XfF",
      "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1",
      "example!.com",
      "a,example.com",
      "<example.com>",
      "example.com\x7F",
      std::string("example.com\0", 12),
      std::string("evil.org\0.example.com", 21),
      std::string(64, 'a') + ".com",
      std::string(1000, 'a'),
      std::string(100'000, 'a'),
      "xn--zzzzzz.com",
      "xn--.com",
      "xn--a.com",
      "example\xE2\x84\x80.com",
      "\xE2\x80\x8D.com",
      "example\xEF\xBC\x8F"
      "com",
      "example.com\xEF\xBC\x9A"
      "80",
      "a\xEF\xBC\xA0"
      "b.com",
      "example\xFF.com",
      "\xE3\x80\x82",
      "\xC2\xAD",
      std::string(1000, '\xC3'),
  };
  for (const std::string& text : cases) {
    EXPECT_EQ(Within(text, "example.com"), "error: not a host name") << text.substr(0, 80);
    EXPECT_EQ(Within("example.com", text), "error: not a host name") << text.substr(0, 80);
  }
}

TEST(Domains, LengthsAtTheLimit) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_EQ(longest.size(), 253u);
  EXPECT_EQ(Within(longest, longest + "."), "true");
  EXPECT_EQ(Within(longest + "a", "a"), "error: not a host name");
}

TEST(Domains, OnlyTextsAndPaidFor) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kDomainWithin, {"a", 1}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kDomainWithin, {1, "a"}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kDomainWithin, {"a"}), "error: no such overload");
  EXPECT_EQ(apply.Within(20, FunctionId::kDomainWithin, {"example.com", "example.com"}), "true");
  EXPECT_EQ(apply.Within(20, FunctionId::kDomainWithin, {"b\xC3\xBC.com", "example.com"}),
            "error: evaluation budget exceeded")
      << "mapping costs more than comparing";
}

}  // namespace
}  // namespace writ
