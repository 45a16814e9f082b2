// What is said about text that is no expression: place, sentence and advice.
#include <gtest/gtest.h>

#include <string_view>

#include "grammar/parse.h"

namespace writ::cel {
namespace {

struct Mistake {
  std::string_view source;
  uint32_t at;
  uint32_t length;
  std::string_view message;
  std::string_view hint;
};

void Check(std::initializer_list<Mistake> mistakes) {
  for (const Mistake& mistake : mistakes) {
    const auto ast = Parse(mistake.source);
    ASSERT_FALSE(ast) << mistake.source;
    EXPECT_EQ(ast.error().at, mistake.at) << mistake.source;
    EXPECT_EQ(ast.error().length, mistake.length) << mistake.source;
    EXPECT_EQ(ast.error().message, mistake.message) << mistake.source;
    EXPECT_EQ(ast.error().hint, mistake.hint) << mistake.source;
  }
}

TEST(Mistakes, WhatIsMissing) {
  // clang-format off
  Check({
    {"", 0, 1, "the expression is empty", "write a condition, such as true"},
    {"  // only a comment", 0, 1, "the expression is empty", "write a condition, such as true"},
    {"a &&", 2, 2, "\"&&\" has nothing on its right", "write a value after it or delete it"},
    {"a && // why", 2, 2, "\"&&\" has nothing on its right", "write a value after it or delete it"},
    {"!", 0, 1, "\"!\" has nothing on its right", "write a value after it or delete it"},
    {"null == ", 5, 2, "\"==\" has nothing on its right", "write a value after it or delete it"},
    {"a ?", 2, 1, "\"?\" has nothing on its right", "write a value after it or delete it"},
    {"a ? b :", 6, 1, "\":\" has nothing on its right", "write a value after it or delete it"},
    {"&& a", 0, 2, "\"&&\" has nothing on its left", "write a value before it or delete it"},
    {"+a", 0, 1, "\"+\" has nothing on its left", "write a value before it or delete it"},
    {"a && && b", 5, 2, "\"&&\" has nothing on its left", "write a value before it or delete it"},
    {"a == == b", 5, 2, "\"==\" has nothing on its left", "write a value before it or delete it"},
    {"a * / b", 4, 1, "\"/\" has nothing on its left", "write a value before it or delete it"},
    {"!in b", 1, 2, "\"in\" has nothing on its left", "write a value before it or delete it"},
    {"in b", 0, 2, "\"in\" has nothing on its left", "write a value before it or delete it"},
    {"(a + )", 3, 1, "\"+\" has nothing on its right", "write a value after it or delete it"},
    {"{: 1}", 1, 1, "a value is missing before \":\"", "write a value, a name or a call here"},
    {"f(a,)", 4, 1, "an argument is missing before \")\"", "write one, or delete the comma"},
    {"f(,a)", 2, 1, "an argument is missing before \",\"", "write one, or delete the comma"},
    {"[1,,2]", 3, 1, "a value is missing before \",\"", "write a value, a name or a call here"},
    {"a[]", 2, 1, "no index or key between \"[\" and \"]\"", "write one: list[0], map[\"key\"]"},
    {"()", 1, 1, "nothing between \"(\" and \")\"", "write an expression between them"},
    {"a b", 2, 1, "an operator is missing before \"b\"", "join two values with an operator, such as && or =="},
    {"true false", 5, 5, "an operator is missing before \"false\"", "join two values with an operator, such as && or =="},
    {"a.b c.d", 4, 1, "an operator is missing before \"c\"", "join two values with an operator, such as && or =="},
    {"a \"b\"", 2, 3, "an operator is missing before \"b\"", "join two values with an operator, such as && or =="},
    {"a 1", 2, 1, "an operator is missing before \"1\"", "join two values with an operator, such as && or =="},
    {"  ...", 2, 1, "\".\" means nothing in an expression", "write a name after it, or a digit for a number such as .5"},
    {"a (b) (c)", 6, 1, "an operator is missing before \"(\"", "join two values with an operator, such as && or =="},
    {"(a)(b)", 3, 1, "an operator is missing before \"(\"", "join two values with an operator, such as && or =="},
  });
  // clang-format on
}

TEST(Mistakes, Brackets) {
  // clang-format off
  Check({
    {"(a && b", 0, 1, "this \"(\" is never closed", "write \")\" where it ends"},
    {"f(a, b", 1, 1, "this \"(\" is never closed", "write \")\" where it ends"},
    {"a in [1, 2", 5, 1, "this \"[\" is never closed", "write \"]\" where it ends"},
    {"{\"a\": 1", 0, 1, "this \"{\" is never closed", "write \"}\" where it ends"},
    {"{\"a\":", 0, 1, "this \"{\" is never closed", "write \"}\" where it ends"},
    {"[1,", 0, 1, "this \"[\" is never closed", "write \"]\" where it ends"},
    {"a[0", 1, 1, "this \"[\" is never closed", "write \"]\" where it ends"},
    {"A{a: 2", 1, 1, "this \"{\" is never closed", "write \"}\" where it ends"},
    {"((a) + [b", 7, 1, "this \"[\" is never closed", "write \"]\" where it ends"},
    {"(a]", 2, 1, "\"]\" does not close the \"(\" of \"(a\"", "write \")\" before it, or delete it"},
    {"[1, 2)", 5, 1, "\")\" does not close the \"[\" of \"[1, 2\"", "write \"]\" before it, or delete it"},
    {"f(a]", 3, 1, "\"]\" does not close the \"(\" of \"f(a\"", "write \")\" before it, or delete it"},
    {"{1: 2)", 5, 1, "\")\" does not close the \"{\" of \"{1: 2\"", "write \"}\" before it, or delete it"},
    {"a)", 1, 1, "\")\" closes nothing", "delete it, or write its other half before it"},
    {"a]", 1, 1, "\"]\" closes nothing", "delete it, or write its other half before it"},
    {"a}", 1, 1, "\"}\" closes nothing", "delete it, or write its other half before it"},
    {"f(a b)", 4, 1, "expected \",\" or \")\" before \"b\"", "arguments are separated by commas; the call is \"f(a\""},
    {"[1 2]", 3, 1, "expected \",\" or \"]\" before \"2\"", "elements are separated by commas; the list is \"[1\""},
    {"{1: 2 3: 4}", 6, 1, "expected \",\" or \"}\" before \"3\"", "entries are separated by commas; the map is \"{1: 2\""},
    {"{1, 2}", 2, 1, "expected \":\" after the key", "write {\"key\": value}; there are no sets, use a list"},
    {"{1}", 2, 1, "expected \":\" after the key", "write {\"key\": value}; there are no sets, use a list"},
    {"{a = 1}", 3, 1, "expected \":\" after the key", "write {\"key\": value}; there are no sets, use a list"},
    {"a[1, 2]", 3, 1, "expected \"]\" before \",\"", "one index or key stands between \"[\" and \"]\""},
    {"x in (1, 'b')", 7, 1, "expected \")\" before \",\"", "a list stands in brackets: write [1, 'b']"},
    {"x in (f(1), 2)", 10, 1, "expected \")\" before \",\"", "a list stands in brackets: write [...]"},
    {"(a, b)", 2, 1, "expected \")\" before \",\"", "a comma may only stand in calls, lists and maps"},
    {"f(a 'b')", 4, 3, "expected \",\" or \")\" before 'b'", "arguments are separated by commas; the call is \"f(a\""},
    {"A{1: 2}", 2, 1, "expected the name of a field", "write Name{field: value}"},
    {"A{a 2}", 4, 1, "expected \":\" after the field", "write Name{field: value}"},
    {"A{a: 1, 2}", 8, 1, "expected the name of a field", "write Name{field: value}"},
    {"1{a: 2}", 1, 1, "\"{\" can only follow the name of a message", "a map stands alone: {\"key\": value}"},
    {"f(x){a: 1}", 4, 1, "\"{\" can only follow the name of a message", "a map stands alone: {\"key\": value}"},
    {"(a){b: 1}", 3, 1, "\"{\" can only follow the name of a message", "a map stands alone: {\"key\": value}"},
    {"a.`b`{c: 1}", 5, 1, "\"{\" can only follow the name of a message", "a map stands alone: {\"key\": value}"},
  });
  // clang-format on
}

TEST(Mistakes, OperatorsOfOtherLanguages) {
  // clang-format off
  Check({
    {"a = b", 2, 1, "\"=\" compares nothing", "write == to compare"},
    {"f(a = 1)", 4, 1, "\"=\" compares nothing", "write == to compare"},
    {"a === b", 2, 3, "\"===\" is no operator", "write =="},
    {"a !== b", 2, 3, "\"!==\" is no operator", "write !="},
    {"a =< b", 2, 2, "\"=<\" is no operator", "write <="},
    {"a => b", 2, 2, "\"=>\" is no operator", "write >= to compare; a macro takes its variable as an argument: list.all(x, x > 0)"},
    {"a <> b", 2, 2, "\"<>\" is no operator", "write !="},
    {"a =~ b", 2, 2, "\"=~\" is no operator", "write text.matches(pattern)"},
    {"a !~ b", 2, 2, "\"!~\" is no operator", "write !text.matches(pattern)"},
    {"a =! b", 2, 2, "\"=!\" is no operator", "write !="},
    {"a & b", 2, 1, "\"&\" is no operator", "write &&"},
    {"a | b", 2, 1, "\"|\" is no operator", "write ||"},
    {"a &&& b", 2, 3, "\"&&&\" is no operator", "write &&"},
    {"a ||| b", 2, 3, "\"|||\" is no operator", "write ||"},
    {"a << b", 2, 2, "\"<<\" is no operator", "multiply by a power of two"},
    {"a >> b", 2, 2, "\">>\" is no operator", "divide by a power of two"},
    {"a -> b", 2, 2, "\"->\" is no operator", "a macro takes its variable as an argument: list.all(x, x > 0)"},
    {"x.all(x => x > 0)", 8, 2, "\"=>\" is no operator", "write >= to compare; a macro takes its variable as an argument: list.all(x, x > 0)"},
    {"a ** b", 2, 2, "\"**\" is no operator", "write a product; there are no powers"},
    {"a++", 1, 2, "\"++\" is no operator", "write x + 1; nothing can be assigned"},
    {"a += 1", 2, 2, "\"+=\" is no operator", "nothing can be assigned; write == to compare"},
    {"a -= 1", 2, 2, "\"-=\" is no operator", "nothing can be assigned; write == to compare"},
    {"a *= 1", 2, 2, "\"*=\" is no operator", "nothing can be assigned; write == to compare"},
    {"a /= 1", 2, 2, "\"/=\" is no operator", "nothing can be assigned; write == to compare, != for unequal"},
    {"a %= 1", 2, 2, "\"%=\" is no operator", "nothing can be assigned; write == to compare"},
    {"a &= 1", 2, 2, "\"&=\" is no operator", "nothing can be assigned; write == to compare"},
    {"a |= 1", 2, 2, "\"|=\" is no operator", "nothing can be assigned; write == to compare"},
    {"a := b", 2, 2, "\":=\" is no operator", "write == to compare, or cel.bind(name, value, expression) to name a value"},
    {"a::b", 1, 2, "\"::\" is no operator", "write a dot"},
    {"a ?? b", 2, 2, "\"??\" is no operator", "write map.?key.orValue(other) for a value in place of a missing one"},
    {"a ?: b", 2, 2, "\"?:\" is no operator", "write condition ? value : other value, or map.?key.orValue(other)"},
    {"a?.b", 1, 2, "\"?.\" is no operator", "write map.?key"},
    {"a?[0]", 1, 2, "\"?[\" is no operator", "write list[?index]"},
    {"a /* c */", 2, 2, "\"/*\" is no operator", "a comment starts with // and ends with its line"},
    {"a ^ b", 2, 1, "\"^\" is no operator", "for \"exactly one\" of two conditions write !="},
    {"a ~ b", 2, 1, "\"~\" is no operator", "write ! to negate a condition, - to negate a number"},
    {"~a", 0, 1, "\"~\" is no operator", "write ! to negate a condition, - to negate a number"},
  });
  // clang-format on
}

TEST(Mistakes, WordsOfOtherLanguages) {
  // clang-format off
  Check({
    {"a and b", 2, 3, "\"and\" is no operator", "write &&"},
    {"a or b", 2, 2, "\"or\" is no operator", "write ||"},
    {"a xor b", 2, 3, "\"xor\" is no operator", "write !="},
    {"not a", 0, 3, "\"not\" is no operator", "write !"},
    {"NOT a", 0, 3, "\"NOT\" is no operator", "write !"},
    {"not(a) b", 7, 1, "an operator is missing before \"b\"", "join two values with an operator, such as && or =="},
    {"a not in b", 2, 6, "\"not in\" is no operator", "write !(x in y)"},
    {"a NOT IN b", 2, 6, "\"not in\" is no operator", "write !(x in y)"},
    {"a is null", 2, 7, "\"is null\" is no operator", "write == null"},
    {"a is not null", 2, 6, "\"is not\" is no operator", "write !="},
    {"a is in b", 2, 5, "\"is in\" is no operator", "write in"},
    {"a is b", 2, 2, "\"is\" is no operator", "write ==, or type(x) == string"},
    {"a IN b", 2, 2, "\"IN\" is no operator", "write in"},
    {"a AND b", 2, 3, "\"AND\" is no operator", "write &&"},
    {"a eq b", 2, 2, "\"eq\" is no operator", "write =="},
    {"a ne b", 2, 2, "\"ne\" is no operator", "write !="},
    {"a lt b", 2, 2, "\"lt\" is no operator", "write <"},
    {"a le b", 2, 2, "\"le\" is no operator", "write <="},
    {"a gt b", 2, 2, "\"gt\" is no operator", "write >"},
    {"a ge b", 2, 2, "\"ge\" is no operator", "write >="},
    {"a mod b", 2, 3, "\"mod\" is no operator", "write %"},
    {"a div b", 2, 3, "\"div\" is no operator", "write /"},
    {"a contains b", 2, 8, "\"contains\" is no operator", "write text.contains(part) or element in list"},
    {"a startsWith b", 2, 10, "\"startsWith\" is no operator", "write text.startsWith(part)"},
    {"a ends_with b", 2, 9, "\"ends_with\" is no operator", "write text.endsWith(part)"},
    {"a matches b", 2, 7, "\"matches\" is no operator", "write text.matches(pattern)"},
    {"a like b", 2, 4, "\"like\" is no operator", "write text.matches(pattern) or glob.matches(text, pattern)"},
    {"a between 1 and 2", 2, 7, "\"between\" is no operator", "write low <= x && x <= high"},
    {"a instanceof b", 2, 10, "\"instanceof\" is no operator", "write type(x) == string"},
    {"a if b else c", 2, 2, "\"if\" is no operator", "write condition ? value : other value"},
    {"a then b", 2, 4, "\"then\" is no operator", "write condition ? value : other value"},
    {"a as b", 2, 2, "\"as\" is no operator", "write cel.bind(name, value, expression) to name a value"},
    {"typeof a", 0, 6, "\"typeof\" is no operator", "write type(x)"},
    {"(a or b)", 3, 2, "\"or\" is no operator", "write ||"},
    {"[a not in b]", 3, 6, "\"not in\" is no operator", "write !(x in y)"},
  });
  // clang-format on
}

TEST(Mistakes, ReservedWords) {
  // clang-format off
  Check({
    {"if a { b }", 0, 2, "\"if\" cannot start a value", "write condition ? value : other value"},
    {"if", 0, 2, "\"if\" cannot start a value", "write condition ? value : other value"},
    {"else", 0, 4, "\"else\" cannot start a value", "write condition ? value : other value"},
    {"for", 0, 3, "\"for\" cannot start a value", "write list.all(x, condition), .exists(), .filter() or .map()"},
    {"while", 0, 5, "\"while\" cannot start a value", "write list.all(x, condition), .exists(), .filter() or .map()"},
    {"loop", 0, 4, "\"loop\" cannot start a value", "write list.all(x, condition), .exists(), .filter() or .map()"},
    {"let x = 1", 0, 3, "\"let\" cannot start a value", "write cel.bind(name, value, expression)"},
    {"var", 0, 3, "\"var\" cannot start a value", "write cel.bind(name, value, expression)"},
    {"const", 0, 5, "\"const\" cannot start a value", "write cel.bind(name, value, expression)"},
    {"return a", 0, 6, "\"return\" cannot start a value", "delete it: an expression is its own result"},
    {"as", 0, 2, "\"as\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"as\"] or args.as"},
    {"break", 0, 5, "\"break\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"break\"] or args.break"},
    {"continue", 0, 8, "\"continue\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"continue\"] or args.continue"},
    {"function", 0, 8, "\"function\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"function\"] or args.function"},
    {"import", 0, 6, "\"import\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"import\"] or args.import"},
    {"package.a", 0, 7, "\"package\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"package\"] or args.package"},
    {"namespace", 0, 9, "\"namespace\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"namespace\"] or args.namespace"},
    {"void(a)", 0, 4, "\"void\" is a reserved word and cannot be a name", "if it is a key or a field write args[\"void\"] or args.void"},
    {"a.if + if", 7, 2, "\"if\" cannot start a value", "write condition ? value : other value"},
  });
  // clang-format on
}

TEST(Mistakes, SignsAndConditionals) {
  // clang-format off
  Check({
    {"!-x", 1, 1, "\"!\" and \"-\" cannot follow each other", "write !(-x) or -(!x)"},
    {"-!x", 1, 1, "\"!\" and \"-\" cannot follow each other", "write !(-x) or -(!x)"},
    {"a !in b", 2, 3, "\"!\" cannot stand before \"in\"", "write !(x in y)"},
    {"a ? b", 2, 1, "this \"?\" has no \":\"", "write condition ? value : other value"},
    {"a ? b, c", 2, 1, "this \"?\" has no \":\"", "write condition ? value : other value"},
    {"(a ? b)", 3, 1, "this \"?\" has no \":\"", "write condition ? value : other value"},
    {"f(a ? b, c)", 4, 1, "this \"?\" has no \":\"", "write condition ? value : other value"},
    {"a ? b ? c : d : e", 6, 1, "a conditional between \"?\" and \":\" needs parentheses", "write a ? (b ? c : d) : e"},
    {"a : b", 2, 1, "\":\" without \"?\" before it", "write condition ? value : other value"},
    {"a, b", 1, 1, "a comma outside of (), [] and {}", "join conditions with && or ||, or put a list into [ ]"},
  });
  // clang-format on
}

TEST(Mistakes, Names) {
  // clang-format off
  Check({
    {"a.", 1, 1, "a name is missing after \".\"", "write one or delete the dot"},
    {"a.?", 1, 2, "a name is missing after \".\"", "write one or delete the dot"},
    {"a..b", 2, 1, "a name is missing after \".\"", "write map.key; if the key is no name: map[\"the key\"]"},
    {"a.()", 2, 1, "a name is missing after \".\"", "write map.key; if the key is no name: map[\"the key\"]"},
    {"a.*", 2, 1, "a name is missing after \".\"", "write map.key; if the key is no name: map[\"the key\"]"},
    {"a.0", 2, 1, "a number cannot follow a dot", "write [0]"},
    {"a.?0", 3, 1, "a number cannot follow a dot", "write [0]"},
    {"a.\"b\"", 2, 3, "a string cannot follow a dot", "write [\"b\"]"},
    {"a.[0]", 2, 1, "\"[\" cannot follow a dot", "delete the dot"},
    {"a.in", 2, 2, "\"in\" cannot follow a dot", "write [\"in\"] or .`in`"},
    {"a.true.b", 2, 4, "\"true\" cannot follow a dot", "write [\"true\"] or .`true`"},
    {"a.?null", 3, 4, "\"null\" cannot follow a dot", "write [\"null\"] or .`null`"},
    {"`a`", 0, 1, "a name in backticks only stands after a dot", "write map.`key`; for text use quotes"},
    {"a.`", 2, 1, "this name in backticks is not closed", "write ` after it"},
    {"a.``", 2, 2, "expected a name in backticks", "letters, digits, spaces and _ . - / may stand there; otherwise write map[\"the key\"]"},
    {"a.`b", 2, 1, "this name in backticks is not closed", "write ` after it"},
    {"a.`b\nc`", 2, 1, "this name in backticks is not closed", "write ` after it"},
    {"a.`b+c`", 4, 1, "\"+\" cannot stand in a name in backticks", "letters, digits, spaces and _ . - / can; otherwise write map[\"the key\"]"},
    {"a.`é`", 3, 2, "\"é\" cannot stand in a name in backticks", "letters, digits, spaces and _ . - / can; otherwise write map[\"the key\"]"},
    {"a.`b`(c)", 5, 1, "a name in backticks cannot be called", "write the name of a function without backticks"},
    {"a.?b(c)", 4, 1, "\".?\" only reads a field", "write .b(...) to call a function"},
  });
  // clang-format on
}

TEST(Mistakes, Numbers) {
  // clang-format off
  Check({
    {"1_000", 0, 5, "\"1_000\" is no number", "write the digits without _"},
    {"12abc", 0, 5, "\"12abc\" is no number", "a name cannot start with a digit; a number ends at its last digit"},
    {"0x", 0, 2, "\"0x\" is no number", "write a hexadecimal number as 0x1F"},
    {"0XFF", 0, 4, "\"0XFF\" is no number", "write a hexadecimal number as 0x1F"},
    {"0x1G", 0, 4, "\"0x1G\" is no number", "write a hexadecimal number as 0x1F"},
    {"0b11", 0, 4, "\"0b11\" is no number", "write it as a decimal or a hexadecimal number"},
    {"0o7", 0, 3, "\"0o7\" is no number", "write it as a decimal or a hexadecimal number"},
    {"1.5u", 0, 4, "\"1.5u\" is no number", "only a whole number can end in u"},
    {"1e", 0, 2, "\"1e\" is no number", "write an exponent after the e: 1e6"},
    {"1e+", 0, 2, "\"1e\" is no number", "write an exponent after the e: 1e6"},
    {"10s", 0, 3, "\"10s\" is no number", "write duration(\"10s\") for a length of time"},
    {"1.5h", 0, 4, "\"1.5h\" is no number", "write duration(\"1.5h\") for a length of time"},
    {"10ms", 0, 4, "\"10ms\" is no number", "write duration(\"10ms\") for a length of time"},
    {"10d", 0, 3, "\"10d\" is no number", "write duration(\"24h\") for a day"},
    {"10L", 0, 3, "\"10L\" is no number", "delete the suffix; only u exists, for unsigned numbers"},
    {"1f", 0, 2, "\"1f\" is no number", "delete the suffix; only u exists, for unsigned numbers"},
    {"3n", 0, 2, "\"3n\" is no number", "delete the suffix; only u exists, for unsigned numbers"},
    {"5ul", 0, 3, "\"5ul\" is no number", "delete the suffix; only u exists, for unsigned numbers"},
    {"1.", 0, 2, "a number is missing after \"1.\"", "write 1.0"},
    {"1. + 2", 0, 2, "a number is missing after \"1.\"", "write 1.0"},
    {"1.5.2", 0, 5, "\"1.5.2\" is no number", "a version is text: put it into quotes"},
    {"1.2.3.4", 0, 7, "\"1.2.3.4\" is no number", "a version is text: put it into quotes"},
    {"9223372036854775808", 0, 19, "9223372036854775808 does not fit an int (-9223372036854775808 to 9223372036854775807)", "write 9223372036854775808u for an unsigned number or 9223372036854775808.0 for a double"},
    {"-9223372036854775809", 1, 19, "-9223372036854775809 does not fit an int (-9223372036854775808 to 9223372036854775807)", "write it as a double, such as 1e20"},
    {"18446744073709551616", 0, 20, "18446744073709551616 does not fit an int (-9223372036854775808 to 9223372036854775807)", "write it as a double, such as 1e20"},
    {"18446744073709551616u", 0, 21, "18446744073709551616u does not fit a uint (0 to 18446744073709551615)", "write it as a double, such as 1e20"},
    {"0x8000000000000000", 0, 18, "0x8000000000000000 does not fit an int (-9223372036854775808 to 9223372036854775807)", "write it as a double, such as 1e20"},
    {"-0x8000000000000001", 1, 18, "-0x8000000000000001 does not fit an int (-9223372036854775808 to 9223372036854775807)", "write it as a double, such as 1e20"},
    {"1e400", 0, 5, "1e400 is larger than any double", "the largest is about 1.8e308"},
    {"-1e309", 1, 5, "1e309 is larger than any double", "the largest is about 1.8e308"},
  });
  // clang-format on
}

TEST(Mistakes, Strings) {
  // clang-format off
  Check({
    {"'it's'", 4, 1, "an operator is missing before \"s\"", "the string ended at the quote before it; write \\' for a quote inside a string"},
    {"name == it's", 10, 1, "this string is not closed", "write ' where it ends; write \\' for a quote inside a string"},
    {"r'a\\'b'", 5, 1, "an operator is missing before \"b\"", "the string ended at the quote before it; a raw string cannot hold its own quote, take the other one"},
    {"'a''", 3, 1, "this string is not closed", "write ' where it ends; write \\' for a quote inside a string"},
    {"'it''s'", 4, 3, "an operator is missing before 's'", "the string ended at the quote before it; write \\' for a quote inside a string"},
    {"'abc", 0, 1, "this string is not closed", "write ' where it ends; write \\' for a quote inside a string"},
    {"\"abc", 0, 1, "this string is not closed", "write \" where it ends; write \\\" for a quote inside a string"},
    {"b'abc", 0, 2, "this string is not closed", "write ' where it ends; write \\' for a quote inside a string"},
    {"'''abc", 0, 3, "this string is not closed", "write ''' where it ends; write \\' for a quote inside a string"},
    {"r'''abc''", 0, 4, "this string is not closed", "write ''' where it ends; a raw string cannot hold its own quote, take the other one"},
    {"'abc\\'", 0, 1, "this string is not closed", "write ' where it ends; write \\' for a quote inside a string"},
    {"'a\nb'", 0, 1, "this string does not end on its line", "write ' before the line ends, or ''' around text of several lines"},
    {"\"a\r\nb\" + c", 0, 1, "this string does not end on its line", "write \" before the line ends, or \"\"\" around text of several lines"},
    {"\"a\\qb\"", 2, 2, "\"\\q\" is no escape sequence", "write \\\\ for a backslash, or r\"...\" for text without escapes"},
    {"\"a\\x4\"", 2, 3, "\"\\x4\" needs two hexadecimal digits", "write \\xHH"},
    {"\"a\\xg\"", 2, 2, "\"\\x\" needs two hexadecimal digits", "write \\xHH"},
    {"\"a\\u12\"", 2, 4, "\"\\u12\" needs four hexadecimal digits", "write \\uHHHH"},
    {"\"a\\U0001F60\"", 2, 9, "\"\\U0001F60\" needs eight hexadecimal digits", "write \\UHHHHHHHH"},
    {"\"a\\ud800\"", 2, 6, "\"\\ud800\" is half of a surrogate pair, not a character", "write the character itself, or \\UHHHHHHHH with its code point"},
    {"\"\\U0000dfff\"", 1, 10, "\"\\U0000dfff\" is half of a surrogate pair, not a character", "write the character itself, or \\UHHHHHHHH with its code point"},
    {"\"a\\U00110000\"", 2, 10, "\"\\U00110000\" is above U+10FFFF, the last character", "write a code point from 00000000 to 0010FFFF"},
    {"\"a\\477\"", 2, 4, "\"\\477\" needs a first digit from 0 to 3", "write \\000 to \\377"},
    {"\"a\\9\"", 2, 2, "\"\\9\" is no escape sequence", "write \\\\ for a backslash, or r\"...\" for text without escapes"},
    {"\"a\\08\"", 2, 2, "\"\\0\" needs three octal digits", "write \\000 to \\377"},
    {"'a\\é'", 2, 3, "\"\\é\" is no escape sequence", "write \\\\ for a backslash, or r\"...\" for text without escapes"},
    {"b\"\\u0041\"", 2, 6, "\"\\u0041\" cannot stand in bytes", "write \\xHH for a byte, or the character itself for its UTF-8"},
    {"b\"\\U00000041\"", 2, 10, "\"\\U00000041\" cannot stand in bytes", "write \\xHH for a byte, or the character itself for its UTF-8"},
    {"rb'x'", 0, 2, "\"rb\" is no prefix of a string", "write br"},
    {"f\"x\"", 0, 1, "\"f\" is no prefix of a string", "write b for bytes, r for text without escapes, or br"},
    {"u'x'", 0, 1, "\"u\" is no prefix of a string", "write b for bytes, r for text without escapes, or br"},
  });
  // clang-format on
}

TEST(Mistakes, Characters) {
  // clang-format off
  Check({
    {"“abc”", 0, 3, "\"“\" only looks like \"", "write \""},
    {"a == ‘b’", 5, 3, "\"‘\" only looks like '", "write '"},
    {"a − b", 2, 3, "\"−\" only looks like -", "write -"},
    {"a ≤ b", 2, 3, "\"≤\" only looks like <=", "write <="},
    {"a ∧ b", 2, 3, "\"∧\" only looks like &&", "write &&"},
    {"（a)", 0, 3, "\"（\" only looks like (", "write ("},
    {"a\302\240&& b", 1, 2, "invisible character U+00A0 outside of a string", "delete it or write a space"},
    {"\357\273\277a", 0, 3, "invisible character U+FEFF outside of a string", "delete it or write a space"},
    {"a\342\200\250b", 1, 3, "invisible character U+2028 outside of a string", "delete it or write a space"},
    {"größe > 1", 0, 7, "\"größe\" may only stand in a string", "names have the letters a to z, digits and _; text stands in quotes"},
    {"é", 0, 2, "\"é\" may only stand in a string", "names have the letters a to z, digits and _; text stands in quotes"},
    {"a + é1", 4, 3, "\"é1\" may only stand in a string", "names have the letters a to z, digits and _; text stands in quotes"},
    {"a; b", 1, 1, "\";\" means nothing in an expression", "delete it; an expression is one value"},
    {"a # c", 2, 1, "\"#\" means nothing in an expression", "a comment starts with //"},
    {"$a", 0, 1, "\"$\" means nothing in an expression", "write the expression itself; ${...} is for messages"},
    {"${a}", 0, 1, "\"$\" means nothing in an expression", "write the expression itself; ${...} is for messages"},
    {"a @ b", 2, 1, "\"@\" means nothing in an expression", "names have letters, digits and _"},
    {"a \\ b", 2, 1, "\"\\\" means nothing in an expression", "an expression goes on over lines as it is; outside of strings nothing is escaped"},
    {std::string_view("a\000", 2), 1, 1, "NUL character outside of a string", "delete it"},
    {"\001", 0, 1, "control character U+0001 outside of a string", "delete it; in a string write \\u0001"},
    {"a \177 b", 2, 1, "control character U+007F outside of a string", "delete it; in a string write \\u007F"},
    {"a \302\205 b", 2, 2, "control character U+0085 outside of a string", "delete it; in a string write \\u0085"},
    {"'ok' \033", 5, 1, "control character U+001B outside of a string", "delete it; in a string write \\u001B"},
    {"'\n", 0, 1, "this string does not end on its line", "write ' before the line ends, or ''' around text of several lines"},
  });
  // clang-format on
}

TEST(Mistakes, Macros) {
  // clang-format off
  Check({
    {"x.all(1, true)", 6, 1, "the first argument of all() must be the name of a variable", "write list.all(x, condition) or map.all(key, value, condition)"},
    {"x.all(a.b, true)", 6, 3, "the first argument of all() must be the name of a variable", "write list.all(x, condition) or map.all(key, value, condition)"},
    {"x.exists(.a, a)", 9, 2, "the first argument of exists() must be the name of a variable", "write list.exists(x, condition) or map.exists(key, value, condition)"},
    {"x.all(x)", 2, 3, "all() does not take 1 argument", "write list.all(x, condition) or map.all(key, value, condition)"},
    {"x.map()", 2, 3, "map() does not take 0 arguments", "write list.map(x, value) or list.map(x, condition, value)"},
    {"x.filter(a, b, c)", 2, 6, "filter() does not take 3 arguments", "write list.filter(x, condition)"},
    {"x.exists_one(a)", 2, 10, "exists_one() does not take 1 argument", "write list.exists_one(x, condition) or map.exists_one(key, value, condition)"},
    {"x.existsOne(a, 1, true)", 15, 1, "the second argument of existsOne() must be the name of a variable", "write list.existsOne(x, condition) or map.existsOne(key, value, condition)"},
    {"x.all(a, a, true)", 9, 1, "both variables of all() are named \"a\"", "give them two names"},
    {"x.transformList(a, b)", 2, 13, "transformList() does not take 2 arguments", "write list.transformList(index, x, value) or list.transformList(index, x, condition, value)"},
    {"x.transformMap(a, b)", 2, 12, "transformMap() does not take 2 arguments", "write map.transformMap(key, value, new_value) or map.transformMap(key, value, condition, new_value)"},
    {"x.transformMapEntry(a, b)", 2, 17, "transformMapEntry() does not take 2 arguments", "write map.transformMapEntry(key, value, {new_key: new_value}) or map.transformMapEntry(key, value, condition, {new_key: new_value})"},
    {"x.sortBy(a)", 2, 6, "sortBy() does not take 1 argument", "write list.sortBy(x, key)"},
    {"x.optMap(a)", 2, 6, "optMap() does not take 1 argument", "write optional.optMap(x, value)"},
    {"x.optFlatMap(1, a)", 13, 1, "the first argument of optFlatMap() must be the name of a variable", "write optional.optFlatMap(x, optional_value)"},
    {"has(a)", 4, 1, "has() takes a field, such as has(args.path)", "for a key that is no name write \"key\" in map; for an element of a list compare its size()"},
    {"has(a[0])", 4, 4, "has() takes a field, such as has(args.path)", "for a key that is no name write \"key\" in map; for an element of a list compare its size()"},
    {"has(a.b())", 4, 5, "has() takes a field, such as has(args.path)", "for a key that is no name write \"key\" in map; for an element of a list compare its size()"},
    {"has(a - b)", 4, 5, "has() takes a field, such as has(args.path)", "for a key that is no name write \"key\" in map; for an element of a list compare its size()"},
    {"has(a.b-c)", 4, 5, "has() takes a field, such as has(args.path)", "did you mean has(a.`b-c`)? A name with a dash stands in backticks"},
    {"has(a.b.c-d-e.f)", 4, 11, "has() takes a field, such as has(args.path)", "did you mean has(a.b.`c-d-e`.f)? A name with a dash stands in backticks"},
    {"has(a.?b)", 4, 4, "has() takes a field without \".?\"", "write has(a.b), or a.?b.hasValue()"},
    {"has()", 0, 3, "has() does not take 0 arguments", "write has(args.path)"},
    {"has(a.b, c)", 0, 3, "has() does not take 2 arguments", "write has(args.path)"},
    {"cel.bind(1, 2, 3)", 9, 1, "the first argument of cel.bind() must be the name of a variable", "write cel.bind(name, value, expression with the name)"},
    {"cel.bind(a, 2)", 4, 4, "cel.bind() does not take 2 arguments", "write cel.bind(name, value, expression with the name)"},
    {"cel.block(a, 2)", 10, 1, "the first argument of cel.block() must be a list of expressions", "write cel.block([first, second], result)"},
    {"cel.block([?a], 2)", 10, 4, "the first argument of cel.block() must be a list of expressions", "write cel.block([first, second], result)"},
    {"cel.block([a])", 4, 5, "cel.block() does not take 1 argument", "write cel.block([first, second], result)"},
    {"cel.index(-1)", 10, 2, "the arguments of cel.index() must be whole numbers", "write cel.index(0)"},
    {"cel.index(\"a\")", 10, 3, "the arguments of cel.index() must be whole numbers", "write cel.index(0)"},
    {"cel.index()", 4, 5, "cel.index() does not take 0 arguments", "write cel.index(0)"},
    {"cel.index(1u)", 10, 2, "the arguments of cel.index() must be whole numbers", "write cel.index(0)"},
    {"cel.iterVar(0)", 4, 7, "cel.iterVar() does not take 1 argument", "write cel.iterVar(0, 0)"},
    {"cel.iterVar(0, a)", 15, 1, "the arguments of cel.iterVar() must be whole numbers", "write cel.iterVar(0, 0)"},
    {"cel.accuVar()", 4, 7, "cel.accuVar() does not take 0 arguments", "write cel.accuVar(0, 0)"},
  });
  // clang-format on
}

// Bytes that are no UTF-8 are said first, wherever they stand.
TEST(Mistakes, BytesThatAreNoUtf8) {
  Check({
      {"a = '\xff'", 5, 1, "byte 0xFF is not valid UTF-8", "save the file as UTF-8"},
      {"\xc3", 0, 1, "byte 0xC3 is not valid UTF-8", "save the file as UTF-8"},
      {"'\xed\xa0\x80'", 1, 1, "byte 0xED is not valid UTF-8", "save the file as UTF-8"},
      {"a // \xc0\x80", 5, 1, "byte 0xC0 is not valid UTF-8", "save the file as UTF-8"},
  });
}

}  // namespace
}  // namespace writ::cel
