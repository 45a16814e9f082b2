// PEGTL's own analysis of the grammar: no rule can loop without consuming anything.
#include <gtest/gtest.h>

#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/cel.h"

namespace writ::cel::grammar {
namespace {

TEST(Analyze, NoRuleLoopsWithoutConsuming) {
  EXPECT_EQ(tao::pegtl::analyze<Expression>(), 0u);
}

}  // namespace
}  // namespace writ::cel::grammar
