// What is said where the grammar meets text it does not expect.
// Tested by tests/grammar/mistakes_test.cc.
#include "grammar/mistakes.h"

#include <algorithm>
#include <optional>
#include <string>

#include "grammar/messages.h"
#include "grammar/utf8.h"
#include "grammar/words.h"

namespace writ::cel {
namespace {

using Explanation = std::optional<SyntaxError>;

struct Advice {
  std::string_view text;
  std::string_view hint;
};

// Operators that other languages have, longer ones first where one begins like another.
constexpr Advice kOtherOperators[] = {
    {"===", "write =="},
    {"!==", "write !="},
    {"&&&", "write &&"},
    {"|||", "write ||"},
    {"=>", "write >= to compare; a macro takes its variable as an argument: list.all(x, x > 0)"},
    {"=<", "write <="},
    {"=~", "write text.matches(pattern)"},
    {"!~", "write !text.matches(pattern)"},
    {"=!", "write !="},
    {"<>", "write !="},
    {"<<", "multiply by a power of two"},
    {">>", "divide by a power of two"},
    {"->", "a macro takes its variable as an argument: list.all(x, x > 0)"},
    {"**", "write a product; there are no powers"},
    {"++", "write x + 1; nothing can be assigned"},
    {"+=", "nothing can be assigned; write == to compare"},
    {"-=", "nothing can be assigned; write == to compare"},
    {"*=", "nothing can be assigned; write == to compare"},
    {"/=", "nothing can be assigned; write == to compare, != for unequal"},
    {"%=", "nothing can be assigned; write == to compare"},
    {"&=", "nothing can be assigned; write == to compare"},
    {"|=", "nothing can be assigned; write == to compare"},
    {":=", "write == to compare, or cel.bind(name, value, expression) to name a value"},
    {"::", "write a dot"},
    {"??", "write map.?key.orValue(other) for a value in place of a missing one"},
    {"?:", "write condition ? value : other value, or map.?key.orValue(other)"},
    {"?.", "write map.?key"},
    {"?[", "write list[?index]"},
    {"/*", "a comment starts with // and ends with its line"},
    {"&", "write &&"},
    {"|", "write ||"},
    {"^", "for \"exactly one\" of two conditions write !="},
    {"~", "write ! to negate a condition, - to negate a number"},
};

// Words between two values that other languages have as operators, in lower case. Two words go
// before the first of them.
constexpr Advice kOtherWords[] = {
    {"and", "write &&"},
    {"or", "write ||"},
    {"xor", "write !="},
    {"not in", "write !(x in y)"},
    {"not", "write !="},
    {"is null", "write == null"},
    {"is not", "write !="},
    {"is in", "write in"},
    {"is", "write ==, or type(x) == string"},
    {"in", "write in"},
    {"eq", "write =="},
    {"equals", "write =="},
    {"ne", "write !="},
    {"lt", "write <"},
    {"le", "write <="},
    {"gt", "write >"},
    {"ge", "write >="},
    {"mod", "write %"},
    {"div", "write /"},
    {"contains", "write text.contains(part) or element in list"},
    {"startswith", "write text.startsWith(part)"},
    {"starts_with", "write text.startsWith(part)"},
    {"endswith", "write text.endsWith(part)"},
    {"ends_with", "write text.endsWith(part)"},
    {"matches", "write text.matches(pattern)"},
    {"like", "write text.matches(pattern) or glob.matches(text, pattern)"},
    {"between", "write low <= x && x <= high"},
    {"instanceof", "write type(x) == string"},
    {"if", "write condition ? value : other value"},
    {"then", "write condition ? value : other value"},
    {"else", "write condition ? value : other value"},
    {"as", "write cel.bind(name, value, expression) to name a value"},
};

// Words before a value, likewise.
constexpr Advice kPrefixWords[] = {
    {"not", "write !"},
    {"typeof", "write type(x)"},
};

// Reserved words with another use than as a name.
constexpr Advice kStatements[] = {
    {"if", "write condition ? value : other value"},
    {"else", "write condition ? value : other value"},
    {"for", "write list.all(x, condition), .exists(), .filter() or .map()"},
    {"while", "write list.all(x, condition), .exists(), .filter() or .map()"},
    {"loop", "write list.all(x, condition), .exists(), .filter() or .map()"},
    {"let", "write cel.bind(name, value, expression)"},
    {"var", "write cel.bind(name, value, expression)"},
    {"const", "write cel.bind(name, value, expression)"},
    {"return", "delete it: an expression is its own result"},
};
constexpr std::string_view kOtherReserved[] = {"as",     "break",   "continue",  "function",
                                               "import", "package", "namespace", "void"};

constexpr Advice kStrayCharacters[] = {
    {";", "delete it; an expression is one value"},
    {"#", "a comment starts with //"},
    {"@", "names have letters, digits and _"},
    {"$", "write the expression itself; ${...} is for messages"},
    {"\\", "an expression goes on over lines as it is; outside of strings nothing is escaped"},
    {".", "write a name after it, or a digit for a number such as .5"},
};

struct LookAlike {
  uint32_t code;
  std::string_view write;
};
constexpr LookAlike kLookAlikes[] = {
    {0x201C, "\""}, {0x201D, "\""},  {0x201E, "\""}, {0x201F, "\""}, {0x00AB, "\""}, {0x00BB, "\""},
    {0x2033, "\""}, {0x2018, "'"},   {0x2019, "'"},  {0x201A, "'"},  {0x201B, "'"},  {0x2032, "'"},
    {0x00B4, "'"},  {0x2010, "-"},   {0x2011, "-"},  {0x2012, "-"},  {0x2013, "-"},  {0x2014, "-"},
    {0x2212, "-"},  {0x00D7, "*"},   {0x2217, "*"},  {0x00F7, "/"},  {0x2215, "/"},  {0x2044, "/"},
    {0x2260, "!="}, {0x2264, "<="},  {0x2265, ">="}, {0x2227, "&&"}, {0x2228, "||"}, {0x00AC, "!"},
    {0x2208, "in"}, {0x2026, "..."},
};
struct CodeRange {
  uint32_t first;
  uint32_t last;
};
constexpr CodeRange kInvisible[] = {{0x00A0, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F},
                                    {0x061C, 0x061C}, {0x1680, 0x1680}, {0x180E, 0x180E},
                                    {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},
                                    {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};

// Operators that may stand before an operand, longer ones first.
constexpr std::string_view kOperators[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">",
                                           "+",  "-",  "*",  "/",  "%",  "!",  "?"};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsQuote(char c) {
  return c == '"' || c == '\'';
}

std::string LowerCase(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view WordAt(std::string_view source, size_t at) {
  size_t end = at;
  while (end < source.size() && IsWordCharacter(source[end])) ++end;
  return source.substr(at, end - at);
}

// The word that ends at `end`.
std::string_view WordBefore(std::string_view source, size_t end) {
  size_t start = end;
  while (start > 0 && IsWordCharacter(source[start - 1])) --start;
  return source.substr(start, end - start);
}

template <size_t size>
const Advice* Find(const Advice (&advices)[size], std::string_view word) {
  for (const Advice& advice : advices) {
    if (advice.text == word) return &advice;
  }
  return nullptr;
}

// What closes a bracket, and how the bracket is written.
std::string_view Closer(char bracket) {
  if (bracket == '(' || bracket == 'f') return ")";
  return bracket == '[' || bracket == 'i' ? "]" : "}";
}
std::string_view Opener(char bracket) {
  if (bracket == '(' || bracket == 'f') return "(";
  return bracket == '[' || bracket == 'i' ? "[" : "{";
}

class Explainer {
 public:
  Explainer(Expected expected, const Place& place)
      : expected_(expected),
        place_(place),
        source_(place.source),
        at_(place.at),
        rest_(place.source.substr(place.at)),
        before_(place.source.substr(0, place.previous_end)),
        word_(WordAt(place.source, place.at)) {}

  SyntaxError Run() const {
    switch (expected_) {
      case Expected::kStringEnd: return OpenString();
      case Expected::kEscapedName:
      case Expected::kEscapedNameEnd: return OpenBackticks();
      case Expected::kNumber: return BadNumber();
      default: break;
    }
    if (const auto character = OddCharacter()) return *character;
    switch (expected_) {
      case Expected::kName: return MissingName();
      case Expected::kMessageField:
        return rest_.empty() ? NotClosed() : Here(Fault::kExpectedFieldName);
      case Expected::kOperand: return MissingOperand();
      default: return MissingOperator();
    }
  }

 private:
  using Words = std::initializer_list<std::string_view>;

  SyntaxError Here(Fault fault, Words words = {}) const {
    return Report(fault, at_, std::max<size_t>(Token().size(), 1), words);
  }
  SyntaxError At(Fault fault, std::string_view text, Words words) const {
    return Report(fault, static_cast<size_t>(text.data() - source_.data()), text.size(), words);
  }

  // What stands at the place, as far as it is one thing.
  std::string_view Token() const {
    if (!word_.empty()) return word_;
    if (rest_.empty()) return rest_;
    if (IsQuote(rest_[0])) {
      const size_t end = rest_.find_first_of(std::string{rest_[0], '\n'}, 1);
      if (end != std::string_view::npos && rest_[end] == rest_[0]) return rest_.substr(0, end + 1);
    }
    for (const std::string_view op : kOperators) {
      if (rest_.starts_with(op)) return rest_.substr(0, op.size());
    }
    return rest_.substr(0, std::max<size_t>(Utf8Length(rest_), 1));
  }

  // In quotes, unless it has its own.
  static std::string Named(std::string_view token) {
    const std::string shown = Excerpt(token);
    return IsQuote(token.front()) && token.size() > 1 ? shown : '"' + shown + '"';
  }

  // The operator that the text before the place ends with, if any.
  std::string_view OperatorBefore() const {
    for (const std::string_view op : kOperators) {
      if (before_.ends_with(op)) return before_.substr(before_.size() - op.size());
    }
    const std::string_view word = WordBefore(source_, before_.size());
    return word == "in" ? word : std::string_view();
  }
  char CharacterBefore() const { return before_.empty() ? '\0' : before_.back(); }
  bool Touches() const { return before_.size() == at_; }

  SyntaxError NotClosed() const {
    return Report(Fault::kNotClosed, place_.bracket_at, 1,
                  {Opener(place_.bracket), Closer(place_.bracket)});
  }

  // What the open bracket belongs to, as far as it goes.
  std::string Opened() const {
    return Excerpt(source_.substr(place_.bracket_begin, before_.size() - place_.bracket_begin));
  }

  // Characters that stand nowhere outside of strings.
  Explanation OddCharacter() const {
    if (rest_.empty()) return std::nullopt;
    const uint32_t code = CodePoint(rest_);
    const size_t length = Utf8Length(rest_);
    if (code == 0) return Report(Fault::kNulCharacter, at_, 1);
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
      return Report(Fault::kControlCharacter, at_, length, {Hex(code)});
    }
    if (code < 0x80) return std::nullopt;
    const std::string_view shown = rest_.substr(0, length);
    for (const LookAlike& look_alike : kLookAlikes) {
      if (look_alike.code == code) {
        return Report(Fault::kLookAlike, at_, length, {shown, look_alike.write});
      }
    }
    if (code > 0xFF00 && code < 0xFF5F) {
      const std::string ascii(1, static_cast<char>(code - 0xFEE0));
      return Report(Fault::kLookAlike, at_, length, {shown, ascii});
    }
    for (const CodeRange& range : kInvisible) {
      if (code >= range.first && code <= range.last) {
        return Report(Fault::kInvisibleCharacter, at_, length, {Hex(code)});
      }
    }
    // The whole word, whose first letters may have been taken for a name.
    const size_t start = at_ - (Touches() ? WordBefore(source_, at_).size() : 0);
    size_t end = at_;
    while (end < source_.size() &&
           (IsWordCharacter(source_[end]) || static_cast<unsigned char>(source_[end]) >= 0x80)) {
      ++end;
    }
    const std::string_view word = source_.substr(start, end - start);
    return At(Fault::kOtherCharacter, word, {Excerpt(word)});
  }

  // An operator of another language, which may have begun with one of ours.
  Explanation OtherOperator() const {
    for (const size_t taken : {size_t{2}, size_t{1}, size_t{0}}) {
      if (taken > 0 && (!Touches() || before_.size() < taken)) continue;
      const std::string_view text = source_.substr(at_ - taken);
      for (const Advice& advice : kOtherOperators) {
        if (advice.text.size() > taken && text.starts_with(advice.text)) {
          if (taken == 0 && (text.starts_with("&&") || text.starts_with("||"))) continue;
          return At(Fault::kOtherOperator, text.substr(0, advice.text.size()),
                    {advice.text, advice.hint});
        }
      }
    }
    if (rest_.starts_with("=") && !rest_.starts_with("==")) return Here(Fault::kAssignment);
    return std::nullopt;
  }

  Explanation StrayCharacter() const {
    if (rest_.empty()) return std::nullopt;
    const Advice* advice = Find(kStrayCharacters, rest_.substr(0, 1));
    if (advice == nullptr) return std::nullopt;
    return Here(Fault::kStrayCharacter, {advice->text, advice->hint});
  }

  // A closing bracket that is not the one the innermost open one needs.
  Explanation WrongCloser() const {
    if (rest_.empty() || std::string_view(")]}").find(rest_[0]) == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view closer = rest_.substr(0, 1);
    if (place_.bracket == '\0') return Here(Fault::kCloserAlone, {closer});
    if (closer == Closer(place_.bracket)) return std::nullopt;
    return Here(Fault::kWrongCloser,
                {closer, Opener(place_.bracket), Opened(), Closer(place_.bracket)});
  }

  SyntaxError MissingOperand() const {
    const std::string_view op = OperatorBefore();
    if (rest_.empty()) {
      if (!op.empty()) return At(Fault::kNothingOnRight, op, {op});
      if (place_.bracket != '\0') return NotClosed();
      if (CharacterBefore() == ':') {
        const std::string_view colon = before_.substr(before_.size() - 1);
        return At(Fault::kNothingOnRight, colon, {colon});
      }
      return Report(Fault::kEmpty, 0, 1);
    }
    if (const auto other = OtherOperator()) return *other;
    const char c = rest_[0];
    if ((op == "!" || op == "-") && (c == '-' || c == '!') && !rest_.starts_with("!=")) {
      return Here(Fault::kNotBeforeMinus);
    }
    if (std::string_view(")]},:").find(c) != std::string_view::npos) {
      if (!op.empty() && op != "?") return At(Fault::kNothingOnRight, op, {op});
      return NothingInBrackets();
    }
    if (!word_.empty()) return WordInPlaceOfOperand();
    if (c == '`') return Here(Fault::kBacktickAlone);
    if (const auto stray = StrayCharacter()) return *stray;
    return Here(Fault::kNothingOnLeft, {Token()});
  }

  // An operand is missing before a closing bracket, a comma or a colon.
  SyntaxError NothingInBrackets() const {
    if (const auto wrong = WrongCloser()) return *wrong;
    const char bracket = place_.bracket;
    const char c = rest_[0];
    const char previous = CharacterBefore();
    if (bracket == '(' && c == ')' && previous == '(') return Here(Fault::kEmptyParentheses);
    if (bracket == 'i' && c == ']' && previous == '[') return Here(Fault::kMissingIndex);
    if (bracket == 'f' && (previous == ',' || previous == '(')) {
      return Here(Fault::kMissingArgument, {Token()});
    }
    return Here(Fault::kMissingOperand, {Token()});
  }

  SyntaxError WordInPlaceOfOperand() const {
    if (word_ == "in") return Here(Fault::kNothingOnLeft, {word_});
    if (const Advice* advice = Find(kStatements, word_)) {
      return Here(Fault::kKeywordOperand, {word_, advice->hint});
    }
    if (std::find(std::begin(kOtherReserved), std::end(kOtherReserved), word_) !=
        std::end(kOtherReserved)) {
      return Here(Fault::kReservedWord, {word_});
    }
    return Here(Fault::kMissingOperand, {word_});
  }

  // An operator would be right, or a bracket, comma or colon.
  SyntaxError MissingOperator() const {
    if (rest_.empty()) return AtTheEnd();
    if (const auto word = OtherWord()) return *word;
    if (expected_ == Expected::kConditionColon) return MissingConditionColon();
    if (expected_ == Expected::kEntryColon) return Here(Fault::kExpectedEntryColon);
    if (expected_ == Expected::kFieldColon) return Here(Fault::kExpectedFieldColon);
    if (const auto wrong = WrongCloser()) return *wrong;
    if (const auto other = OtherOperator()) return *other;
    const char c = rest_[0];
    if (c == '!' && WordAt(source_, at_ + 1) == "in") {
      return At(Fault::kNotBeforeIn, source_.substr(at_, 3), {});
    }
    if (c == ':') return Here(Fault::kColonAlone);
    if (c == ',' && place_.bracket == '\0') return Here(Fault::kCommaAlone);
    if (const auto stray = StrayCharacter()) return *stray;
    if (const auto touching = TouchingTokens()) return *touching;
    if (IsQuote(c) && Token().size() == 1) {
      return Here(Fault::kStringNotClosed, {rest_.substr(0, 1), QuoteInside(at_)});
    }
    const std::string token = Named(Token());
    switch (place_.bracket) {
      case 'f': return Here(Fault::kExpectedInCall, {token, Opened()});
      case '[': return Here(Fault::kExpectedInList, {token, Opened()});
      case '{':
      case 'm': return Here(Fault::kExpectedInMap, {token, Opened()});
      case 'i': return Here(Fault::kExpectedInIndex, {token});
      case '(':
        if (c == ',' && IsBehindIn(place_.bracket_at)) {
          return Here(Fault::kTupleAfterIn, {token, Elements(place_.bracket_at + 1)});
        }
        if (c == ',') return Here(Fault::kExpectedInParentheses, {token});
        break;
      default: break;
    }
    return Here(Fault::kMissingOperator, {token});
  }

  bool IsBehindIn(size_t at) const {
    const size_t end = source_.substr(0, at).find_last_not_of(" \t\r\n");
    return end != std::string_view::npos && WordBefore(source_, end + 1) == "in";
  }

  // What stands from `start` to its closing parenthesis, if that is short and simple.
  std::string Elements(size_t start) const {
    constexpr size_t kMostShown = 40;
    const std::string_view text = source_.substr(start, kMostShown + 1);
    char quote = '\0';
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\n' || c == '\\') break;
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (IsQuote(c)) {
        quote = c;
      } else if (c == ')') {
        return std::string(text.substr(0, i));
      } else if (std::string_view("([]{}").find(c) != std::string_view::npos) {
        break;
      }
    }
    return "...";
  }

  SyntaxError AtTheEnd() const {
    if (expected_ == Expected::kConditionColon) return MissingConditionColon();
    return NotClosed();
  }

  SyntaxError MissingConditionColon() const {
    if (rest_.starts_with("?")) return Here(Fault::kChoiceInThen);
    const std::string_view text = source_.substr(place_.token_at);
    for (const std::string_view mark : {"?.", "?["}) {
      if (!text.starts_with(mark)) continue;
      const Advice* advice = Find(kOtherOperators, mark);
      return At(Fault::kOtherOperator, text.substr(0, 2), {mark, advice->hint});
    }
    return Report(Fault::kMissingColon, place_.token_at, 1);
  }

  Explanation OtherWord() const {
    const std::string_view previous = WordBefore(source_, before_.size());
    const size_t previous_at = before_.size() - previous.size();
    const bool starts_operand = !word_.empty() || IsQuote(rest_[0]) || rest_[0] == '(';
    if (starts_operand && (previous_at == 0 || source_[previous_at - 1] != '.')) {
      if (const Advice* advice = Find(kPrefixWords, LowerCase(previous))) {
        return At(Fault::kOtherOperator, previous, {previous, advice->hint});
      }
    }
    if (word_.empty() || (Touches() && IsQuote(CharacterBefore()))) return std::nullopt;
    const std::string_view after = rest_.substr(word_.size());
    const size_t space = std::min(after.find_first_not_of(" \t\r\n"), after.size());
    const std::string_view next = WordAt(after, space);
    const std::string_view both = rest_.substr(0, word_.size() + space + next.size());
    if (const Advice* advice = Find(kOtherWords, LowerCase(word_) + " " + LowerCase(next))) {
      return At(Fault::kOtherOperator, both, {advice->text, advice->hint});
    }
    if (const Advice* advice = Find(kOtherWords, LowerCase(word_))) {
      return Here(Fault::kOtherOperator, {word_, advice->hint});
    }
    return std::nullopt;
  }

  // Two tokens without space between them that are no two tokens to their author.
  Explanation TouchingTokens() const {
    if (!Touches()) return std::nullopt;
    const char previous = CharacterBefore();
    const char c = rest_[0];
    if (IsQuote(previous) && (!word_.empty() || Token().size() > 1)) {
      return Here(Fault::kQuoteInString, {Named(Token()), QuoteInside(place_.token_at)});
    }
    if (IsQuote(c)) {
      const std::string_view prefix = WordBefore(source_, at_);
      const bool letters =
          prefix.size() <= 2 && prefix.find_first_not_of("bBrRfFuU") == std::string_view::npos;
      if (!prefix.empty() && letters) {
        const bool swapped = LowerCase(prefix) == "rb";
        return At(Fault::kPrefixOrder, prefix,
                  {prefix, swapped ? "br" : "b for bytes, r for text without escapes, or br"});
      }
    }
    if (c == '(') {
      if (previous == '`') return Here(Fault::kBacktickCall);
      const std::string_view name = WordBefore(source_, at_);
      if (before_.substr(0, before_.size() - name.size()).ends_with(".?")) {
        return Here(Fault::kOptionalCall, {name});
      }
    }
    return std::nullopt;
  }

  SyntaxError MissingName() const {
    const size_t dot = before_.find_last_of('.');
    const size_t number = NumberBefore(dot);
    if (number < dot) {
      if (!rest_.empty() && IsDigit(rest_[0]) && Touches()) {
        const std::string_view text = NumberRun(number);
        return At(Fault::kBadNumber, text,
                  {Excerpt(text), "a version is text: put it into quotes"});
      }
      const std::string_view text = source_.substr(number, dot - number);
      return At(Fault::kFractionMissing, source_.substr(number, dot + 1 - number), {Excerpt(text)});
    }
    if (rest_.empty()) return At(Fault::kMissingNameAtEnd, before_.substr(dot), {});
    const char c = rest_[0];
    if (IsDigit(c)) return Here(Fault::kNumberAsName, {word_});
    if (IsQuote(c)) return Here(Fault::kStringAsName, {Excerpt(Token())});
    if (c == '[') return Here(Fault::kIndexAfterDot);
    if (!word_.empty()) return Here(Fault::kKeywordAsName, {word_});
    return Here(Fault::kMissingName);
  }

  // Where the number begins that `dot` would be the decimal point of, or `dot`.
  size_t NumberBefore(size_t dot) const {
    size_t start = dot;
    while (start > 0 && (IsDigit(source_[start - 1]) || source_[start - 1] == '.')) --start;
    const bool is_name = start > 0 && (IsWordCharacter(source_[start - 1]) ||
                                       source_[start - 1] == ']' || source_[start - 1] == ')');
    return is_name || !IsDigit(source_[std::min(start, source_.size() - 1)]) ? dot : start;
  }

  std::string_view NumberRun(size_t start) const {
    size_t end = start;
    while (end < source_.size() &&
           (IsWordCharacter(source_[end]) ||
            (source_[end] == '.' && end + 1 < source_.size() && IsDigit(source_[end + 1])))) {
      ++end;
    }
    return source_.substr(start, end - start);
  }

  SyntaxError BadNumber() const {
    const std::string_view text = NumberRun(place_.token_at);
    const std::string lower = LowerCase(text);
    const size_t digits = std::min(lower.find_first_not_of("0123456789."), lower.size());
    const std::string_view suffix = std::string_view(lower).substr(digits);
    const bool whole = lower.find('.') == std::string::npos;
    std::string hint = "a name cannot start with a digit; a number ends at its last digit";
    if (lower.find('_') != std::string::npos) {
      hint = "write the digits without _";
    } else if (lower.starts_with("0x")) {
      hint = "write a hexadecimal number as 0x1F";
    } else if (lower.starts_with("0b") || lower.starts_with("0o")) {
      hint = "write it as a decimal or a hexadecimal number";
    } else if (suffix == "u") {
      hint = "only a whole number can end in u";
    } else if (suffix == "e") {
      hint = "write an exponent after the e: 1e6";
    } else if (suffix == "s" || suffix == "ms" || suffix == "m" || suffix == "h") {
      hint = "write duration(\"" + lower + "\") for a length of time";
    } else if (suffix == "d" && whole) {
      hint = "write duration(\"24h\") for a day";
    } else if (suffix == "l" || suffix == "f" || suffix == "n" || suffix == "ul") {
      hint = "delete the suffix; only u exists, for unsigned numbers";
    }
    return At(Fault::kBadNumber, text, {Excerpt(text), hint});
  }

  // How the string that starts at `start` can hold its own quote.
  std::string QuoteInside(size_t start) const {
    const std::string_view text = source_.substr(start);
    const size_t prefix = text.find_first_of("\"'");
    if (text.substr(0, prefix).find_first_of("rR") != std::string_view::npos) {
      return "a raw string cannot hold its own quote, take the other one";
    }
    return std::string("write \\") + text[prefix] + " for a quote inside a string";
  }

  SyntaxError OpenString() const {
    const std::string_view text = source_.substr(place_.token_at);
    const size_t prefix = text.find_first_of("\"'");
    const std::string quote(1, text[prefix]);
    const std::string triple = quote + quote + quote;
    const bool is_long = text.substr(prefix).starts_with(triple);
    const std::string& end = is_long ? triple : quote;
    const std::string_view opening = text.substr(0, prefix + end.size());
    if (!rest_.empty()) return At(Fault::kStringOverLines, opening, {end, triple});
    return At(Fault::kStringNotClosed, opening, {end, QuoteInside(place_.token_at)});
  }

  SyntaxError OpenBackticks() const {
    if (rest_.empty() || rest_[0] == '\n' || rest_[0] == '\r') {
      return Report(Fault::kBacktickNotClosed, place_.token_at, 1);
    }
    if (rest_[0] == '`') return Report(Fault::kBacktickEmpty, place_.token_at, 2);
    const std::string_view character = rest_.substr(0, Utf8Length(rest_));
    return At(Fault::kBacktickCharacter, character, {Excerpt(character)});
  }

  Expected expected_;
  const Place& place_;
  std::string_view source_;
  size_t at_;
  std::string_view rest_;    // from the place on
  std::string_view before_;  // up to the end of the token before it
  std::string_view word_;    // at the place, or empty
};

}  // namespace

SyntaxError Explain(Expected expected, const Place& place) {
  return Explainer(expected, place).Run();
}

}  // namespace writ::cel
