// url(): its parts, and texts that two readers could take to different hosts.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

class Urls : public testing::Test {
 protected:
  std::string Part(FunctionId part, std::string_view url) {
    const Value value = apply_.Call(part, {apply_.Call(FunctionId::kUrl, {url})});
    return value.is(Tag::kString) ? std::string(value.view()) : Applied::Text(value);
  }
  std::string Query(std::string_view url) { return Part(FunctionId::kUrlGetQuery, url); }
  Applied apply_;
};

TEST_F(Urls, Parts) {
  struct Case {
    const char* url;
    const char* scheme;
    const char* host;
    const char* hostname;
    const char* port;
    const char* path;
  };
  const std::vector<Case> cases = {
      {"https://example.com:80/path/to", "https", "example.com:80", "example.com", "80",
       "/path/to"},
      {"https://[::1]:80/", "https", "[::1]:80", "::1", "80", "/"},
      {"https://[2001:db8::1]", "https", "[2001:db8::1]", "2001:db8::1", "", ""},
      {"https://[::ffff:1.2.3.4]/", "https", "[::ffff:1.2.3.4]", "::ffff:1.2.3.4", "", "/"},
      {"HTTPS://Example.COM", "https", "Example.COM", "Example.COM", "", ""},
      {"http://h:/", "http", "h:", "h", "", "/"},
      {"http://h:0/", "http", "h:0", "h", "0", "/"},
      {"http://h:65535/", "http", "h:65535", "h", "65535", "/"},
      {"http://user@example.com/", "http", "example.com", "example.com", "", "/"},
      {"http://user:pass%40word@example.com:8080/", "http", "example.com:8080", "example.com",
       "8080", "/"},
      {"http://good.com@evil.com/", "http", "evil.com", "evil.com", "", "/"},
      {"http://good.com:80@evil.com/", "http", "evil.com", "evil.com", "", "/"},
      {"http://127.0.0.1/", "http", "127.0.0.1", "127.0.0.1", "", "/"},
      {"http://example.com./", "http", "example.com.", "example.com.", "", "/"},
      {"http://a_b-c.d~e/", "http", "a_b-c.d~e", "a_b-c.d~e", "", "/"},
      {"http://h?a=b", "http", "h", "h", "", ""},
      {"http://h/p?a=/@x:y#frag", "http", "h", "h", "", "/p"},
      {"http://h/#@evil.com/", "http", "h", "h", "", "/"},
      {"http://h/@evil.com", "http", "h", "h", "", "/@evil.com"},
      {"https://example.com/path with spaces/", "https", "example.com", "example.com", "",
       "/path%20with%20spaces/"},
      {"http://h/a%2fb%20c", "http", "h", "h", "", "/a%2fb%20c"},
      {"http://h/\xC3\xBC%2f|", "http", "h", "h", "", "/%C3%BC/%7C"},
      {"http://h/!'()*[]$&+,;=:@", "http", "h", "h", "", "/!'()*[]$&+,;=:@"},
      {"http://h//a//b", "http", "h", "h", "", "//a//b"},
      {"/absolute/path", "", "", "", "", "/absolute/path"},
      {"/path?q#f", "", "", "", "", "/path"},
      {"//example.com/x", "", "example.com", "example.com", "", "/x"},
      {"mailto:user@example.com", "mailto", "", "", "", ""},
      {"urn:isbn:0451450523", "urn", "", "", "", ""},
      {"file:///etc/passwd", "file", "", "", "", "/etc/passwd"},
      {"file:/etc/passwd", "file", "", "", "", "/etc/passwd"},
      {"file://server/share", "file", "server", "server", "", "/share"},
      {"postgres://u:p@db:5432/x", "postgres", "db:5432", "db", "5432", "/x"},
      {"a+b-c.1://h/", "a+b-c.1", "h", "h", "", "/"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Part(FunctionId::kUrlGetScheme, c.url), c.scheme) << c.url;
    EXPECT_EQ(Part(FunctionId::kUrlGetHost, c.url), c.host) << c.url;
    EXPECT_EQ(Part(FunctionId::kUrlGetHostname, c.url), c.hostname) << c.url;
    EXPECT_EQ(Part(FunctionId::kUrlGetPort, c.url), c.port) << c.url;
    EXPECT_EQ(Part(FunctionId::kUrlGetEscapedPath, c.url), c.path) << c.url;
    EXPECT_EQ(apply_(FunctionId::kIsUrl, {c.url}), "true") << c.url;
  }
}

TEST_F(Urls, TextsThatAreNone) {
  const std::vector<std::string> cases = {
      // No URL to anyone.
      "",
      " ",
      "example.com",
      "example.com/x",
      "../relative",
      "relative",
      "?q",
      "#f",
      ":",
      ":x",
      "://h",
      "1http://h/",
      "ht tp://h/",
      "h\xC3\xBCtp://h/",
      "http://h:port/",
      "http://h:-1/",
      "http://h: 80/",
      "http://[::1/",
      "http://::1/",
      "http://[]/",
      "http://[1.2.3.4]/",
      "http://[::1]x/",
      "http://[::1]:x/",
      "http://[v1.x]/",
      "http://x[::1]/",
      "http://[::1]]/",
      "http://h/%",
      "http://h/%2",
      "http://h/%zz",
      "http://h/#%zz",
      "http://u%zz@h/",
      "http://h%zz/",
      // Control characters, which browsers drop.
      "http://h\n/",
      "http://h\t/",
      "ht\ntp://h/",
      "http://good\r.com/",
      "http://h/\x7F",
      std::string("http://h\0/", 10),
      std::string("http://h/\0", 10),
      "http://h/?\x01",
      " http://h/",
      "http://h/ ",
      "http://h ",
      "\thttp://h/",
      "http://h x/",
      // Browsers find a host that RFC 3986 does not.
      "http:",
      "http:evil.com",
      "http:/evil.com",
      "http:///evil.com",
      "http:////evil.com",
      "https:x",
      "HTTP:/evil.com",
      "ftp:/x",
      "wss:x",
      "///evil.com",
      "////evil.com",
      "//",
      "http://",
      "http://?q",
      "http:\\\\evil.com",
      "http:/\\evil.com",
      "\\\\evil.com",
      "/\\evil.com",
      "//\\evil.com",
      "http://good.com\\@evil.com/",
      "http://evil.com\\.good.com/",
      "http://good.com\\evil",
      "http://good.com/\\evil.com",
      "file:\\\\server\\share",
      "mailto:a\\b",
      // Two readers, two hosts.
      "http://good.com@evil.com@third.com/",
      "http://a@b@c",
      "http://@h@/",
      "http://user@/",
      "http://@/",
      "http://:80/",
      "http://user@:80/",
      "http://u\"x@h/",
      "http://u<x@h/",
      "http://u#x@h/",
      "http://h#x",
      "http://h#@evil.com/",
      "file://#x",
      "a://#@evil.com/",
      "http://b\xC3\xBC"
      "cher.de/",
      "http://b%C3%BC"
      "cher.de/",
      "http://evil%2ecom/",
      "http://%65vil.com/",
      "http://evil\xE3\x80\x82"
      "com/",
      "http://evil\xEF\xBC\x8E"
      "com/",
      "http://a<b/",
      "http://a>b/",
      "http://a\"b/",
      "http://a^b/",
      "http://a|b/",
      "http://a`b/",
      "http://{h}/",
      "http://a]b/",
      // Addresses in disguise.
      "http://127.1/",
      "http://0x7f.0.0.1/",
      "http://0x7f000001/",
      "http://2130706433/",
      "http://017700000001/",
      "http://127.0.0.1./",
      "http://127.0.0.01/",
      "http://127.0.0.256/",
      "http://1.2.3.4.5/",
      "http://evil.0x/",
      "http://a.1/",
      "http://1.2.3.4.:80/",
      "http://./",
      "http://[fe80::1%25eth0]/",
      "http://[fe80::1%eth0]/",
      "http://[::1%25]/",
      // Ports that are one number to some and another, or none, to others.
      "http://h:080/",
      "http://h:00/",
      "http://h:65536/",
      "http://h:99999999999/",
      "http://h:1:2/",
      "http://[::1]:080/",
      "mongodb://a:1,b:2/",
      "*",
  };
  for (const std::string& url : cases) {
    EXPECT_EQ(apply_(FunctionId::kUrl, {url}), "error: not a URL") << url;
    EXPECT_EQ(apply_(FunctionId::kIsUrl, {url}), "false") << url;
  }
}

TEST_F(Urls, Queries) {
  EXPECT_EQ(Query("http://h/?k1=a&k2=b&k1=c"), R"({"k1": ["a", "c"], "k2": ["b"]})");
  EXPECT_EQ(Query("http://h/?b=2&a=1&b=1&a=2&b=3"), R"({"a": ["1", "2"], "b": ["2", "1", "3"]})");
  EXPECT_EQ(Query("http://h/"), "{}");
  EXPECT_EQ(Query("http://h/?"), "{}");
  EXPECT_EQ(Query("http://h/?&&"), "{}");
  EXPECT_EQ(Query("http://h?a"), R"({"a": [""]})");
  EXPECT_EQ(Query("http://h?a=&=b&=&a=c=d"), R"({"": ["b", ""], "a": ["", "c=d"]})");
  EXPECT_EQ(Query("http://h?a+b=c%20d%26+%2B"), R"({"a b": ["c d& +"]})");
  EXPECT_EQ(Query("http://h?%61=1&a=2"), R"({"a": ["1", "2"]})") << "names are unescaped first";
  EXPECT_EQ(Query("http://h?a=1#?b=2&c"), R"({"a": ["1"]})");
  EXPECT_EQ(Query("/p?a?b=c/d"), R"({"a?b": ["c/d"]})");
  EXPECT_EQ(Query("http://h?a=\xC3\xBC&b=%C3%BC"),
            "{\"a\": [\"\xC3\xBC\"], \"b\": [\"\xC3\xBC\"]}");
  EXPECT_EQ(Query("mailto:a@b?subject=x"), R"({"subject": ["x"]})");
}

TEST_F(Urls, WhatAQueryLeavesOutElsewhereIsAnError) {
  for (const char* url :
       {"http://h?a;b", "http://h?x=1&a=1;admin=1", "http://h?a=%", "http://h?a=%4",
        "http://h?%zz=1", "http://h?a=%ff", "http://h?a=%c0%af", "http://h?a=%ed%a0%80"}) {
    EXPECT_EQ(apply_(FunctionId::kIsUrl, {url}), "true") << url;
    EXPECT_EQ(Query(url), "error: not a URL") << url;
  }
}

TEST_F(Urls, LongQueriesArePaidFor) {
  std::string url = "http://h/?";
  for (int i = 0; i < 20'000; ++i) url += "a=1&";
  apply_.Within(10'000'000, FunctionId::kIsUrl, {"/"});
  EXPECT_EQ(apply_(FunctionId::kSize,
                   {apply_.Call(FunctionId::kUrlGetQuery, {apply_.Call(FunctionId::kUrl, {url})})}),
            "1");
  const Value parsed = apply_.Call(FunctionId::kUrl, {url});
  EXPECT_EQ(apply_.Within(20'000, FunctionId::kUrlGetQuery, {parsed}),
            "error: evaluation budget exceeded");
  EXPECT_EQ(apply_.Within(100, FunctionId::kUrl, {url}), "error: evaluation budget exceeded");
  EXPECT_EQ(apply_.Within(100, FunctionId::kIsUrl, {url}), "error: evaluation budget exceeded");
  EXPECT_EQ(apply_.Within(100, FunctionId::kUrlGetHost, {parsed}),
            "error: evaluation budget exceeded");
}

TEST_F(Urls, OnlyTextsAndUrls) {
  const std::string no_overload = "error: no such overload";
  EXPECT_EQ(apply_(FunctionId::kUrl, {1}), no_overload);
  EXPECT_EQ(apply_(FunctionId::kIsUrl, {1}), no_overload);
  EXPECT_EQ(apply_(FunctionId::kUrl, {}), no_overload);
  for (const FunctionId part :
       {FunctionId::kUrlGetScheme, FunctionId::kUrlGetHost, FunctionId::kUrlGetHostname,
        FunctionId::kUrlGetPort, FunctionId::kUrlGetEscapedPath, FunctionId::kUrlGetQuery}) {
    EXPECT_EQ(apply_(part, {"http://h/"}), no_overload);
    EXPECT_EQ(apply_(part, {}), no_overload);
  }
}

TEST_F(Urls, AsText) {
  const Value url = apply_.Call(FunctionId::kUrl, {"HTTP://h/x"});
  EXPECT_EQ(apply_(FunctionId::kToString, {url}), R"("HTTP://h/x")");
}

}  // namespace
}  // namespace writ
