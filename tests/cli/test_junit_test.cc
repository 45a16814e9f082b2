// Results as JUnit's XML.
#include <gtest/gtest.h>

#include "cli/test/results.h"

namespace writ {
namespace {

TEST(Junit, SaysWhatPassedFailedAndCouldNotBeRun) {
  TestResults results;
  results.passed = results.failed = 1;
  SuiteResult& suite = results.suites.emplace_back();
  suite.path = "s.yaml";
  CaseResult& good = suite.cases.emplace_back();
  good.name = "good";
  good.at = {3, 5};
  good.time = std::chrono::microseconds(1500);
  CaseResult& bad = suite.cases.emplace_back();
  bad.name = "bad";
  bad.at = {4, 5};
  bad.passed = false;
  bad.failure.file = "s.yaml";
  bad.failure.at = {4, 9};
  bad.failure.message = "expected allow, got deny";
  bad.failure.code = DiagnosticCode::kFailedTest;
  bad.saw = "  saw this\n";
  SuiteResult& broken = results.suites.emplace_back();
  broken.path = "b.yaml";
  broken.is_readable = false;
  broken.faults.push_back(bad.failure);
  broken.faults.front().message = "cases are missing";
  results.suites.emplace_back().path = "none-taken.yaml";
  EXPECT_EQ(JunitXml(results), R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="writ test" tests="3" failures="1" errors="1" time="0.001500">
  <testsuite name="s.yaml" tests="2" failures="1" errors="0" skipped="0" time="0.001500">
    <testcase name="good" classname="s.yaml" file="s.yaml" line="3" time="0.001500"/>
    <testcase name="bad" classname="s.yaml" file="s.yaml" line="4" time="0.000000">
      <failure message="expected allow, got deny" type="failed-test">s.yaml:4:9: error: expected allow, got deny&#10;  saw this&#10;</failure>
    </testcase>
  </testsuite>
  <testsuite name="b.yaml" tests="1" failures="0" errors="1" skipped="0" time="0.000000">
    <testcase name="(suite)" classname="b.yaml" file="b.yaml" line="1" time="0">
      <error message="cases are missing" type="suite">s.yaml:4:9: error: cases are missing&#10;</error>
    </testcase>
  </testsuite>
</testsuites>
)xml");
}

TEST(Junit, EscapesWhatXmlCannotHave) {
  TestResults results;
  SuiteResult& suite = results.suites.emplace_back();
  suite.path = "a&b\xff.yaml";
  CaseResult& made = suite.cases.emplace_back();
  made.name = std::string("<\"'>\t\n\r\x01\x1b\x7f") + "\xEF\xBF\xBF" + "ü\U0001F600" +
              std::string(1, '\0') + "]]>";
  const std::string xml = JunitXml(results);
  EXPECT_NE(xml.find("name=\"&lt;&quot;&apos;&gt;&#9;&#10;&#13;\\u0001\\u001b\x7f\\uffff"
                     "ü\U0001F600\\u0000]]&gt;\""),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find("name=\"a&amp;b\xEF\xBF\xBD.yaml\""), std::string::npos) << xml;
}

}  // namespace
}  // namespace writ
