// CEL text to a tree: what each rule of the grammar does.
// Tested by tests/grammar/.
#include "grammar/parse.h"

#include "grammar/builder.h"
#include "grammar/cel.h"
#include "grammar/messages.h"
#include "grammar/utf8.h"

namespace writ::cel {
namespace grammar {
namespace {

// What a rule means that must match and does not. A rule without a row that may raise does not
// compile.
template <typename Rule>
struct Raise;
template <Expected value>
struct RaiseAs {
  static constexpr Expected kExpected = value;
};
// clang-format off
template <> struct Raise<Expr>           : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Item>           : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Element>        : RaiseAs<Expected::kOperand> {};
template <> struct Raise<NextElement>    : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Elements>       : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Entry>          : RaiseAs<Expected::kOperand> {};
template <> struct Raise<NextEntry>      : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Entries>        : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Member>         : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Unary>          : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Multiplication> : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Addition>       : RaiseAs<Expected::kOperand> {};
template <> struct Raise<Relation>       : RaiseAs<Expected::kOperand> {};
template <> struct Raise<ConditionalAnd> : RaiseAs<Expected::kOperand> {};
template <> struct Raise<ThenValue>      : RaiseAs<Expected::kOperand> {};
template <> struct Raise<ElseValue>      : RaiseAs<Expected::kOperand> {};
template <> struct Raise<eof>            : RaiseAs<Expected::kEnd> {};
template <> struct Raise<CallEnd>        : RaiseAs<Expected::kCloser> {};
template <> struct Raise<CloseParen>     : RaiseAs<Expected::kCloser> {};
template <> struct Raise<CloseList>      : RaiseAs<Expected::kCloser> {};
template <> struct Raise<CloseMap>       : RaiseAs<Expected::kCloser> {};
template <> struct Raise<CloseMessage>   : RaiseAs<Expected::kCloser> {};
template <> struct Raise<CloseIndex>     : RaiseAs<Expected::kCloser> {};
template <> struct Raise<EntryColon>     : RaiseAs<Expected::kEntryColon> {};
template <> struct Raise<FieldColon>     : RaiseAs<Expected::kFieldColon> {};
template <> struct Raise<ConditionColon> : RaiseAs<Expected::kConditionColon> {};
template <> struct Raise<Selected>       : RaiseAs<Expected::kName> {};
template <> struct Raise<OptionalField>  : RaiseAs<Expected::kName> {};
template <> struct Raise<FieldInit>      : RaiseAs<Expected::kMessageField> {};
template <> struct Raise<NextField>      : RaiseAs<Expected::kMessageField> {};
template <> struct Raise<FieldInits>     : RaiseAs<Expected::kMessageField> {};
template <> struct Raise<NumberText>     : RaiseAs<Expected::kNumber> {};
template <> struct Raise<EscapedName>    : RaiseAs<Expected::kEscapedName> {};
template <> struct Raise<EscapedNameEnd> : RaiseAs<Expected::kEscapedNameEnd> {};
// clang-format on
template <typename Quote>
struct Raise<StringEnd<Quote>> : RaiseAs<Expected::kStringEnd> {};
template <typename Rule>
struct Raise<Token<Rule>> : Raise<Rule> {};
// These always match; must<> asks nevertheless.
template <char Quote>
struct Raise<Short<Quote>> : RaiseAs<Expected::kStringEnd> {};
template <char Quote>
struct Raise<RawShort<Quote>> : RaiseAs<Expected::kStringEnd> {};
template <typename Quote>
struct Raise<Long<Quote>> : RaiseAs<Expected::kStringEnd> {};
template <typename Quote>
struct Raise<RawLong<Quote>> : RaiseAs<Expected::kStringEnd> {};
template <typename Rule>
struct Raise<opt<Rule>> : Raise<Rule> {};
template <>
struct Raise<OptionalIndex> : RaiseAs<Expected::kOperand> {};
template <typename... Rules>
struct Raise<sor<Rules...>> : RaiseAs<Expected::kOperand> {};

template <typename Rule>
struct Control : tao::pegtl::normal<Rule> {
  template <typename Input>
  [[noreturn]] static void raise(const Input& in, Builder& builder) {
    builder.Fail(Raise<Rule>::kExpected, in.current());
  }
};

template <>
struct Control<Expr> : tao::pegtl::normal<Expr> {
  template <typename Input>
  static void start(const Input& /*in*/, Builder& builder) {
    builder.EnterExpression();
  }
  template <typename Input>
  static void success(const Input& /*in*/, Builder& builder) {
    builder.LeaveExpression();
  }
  template <typename Input>
  static void failure(const Input& /*in*/, Builder& builder) {
    builder.LeaveExpression();
  }
  template <typename Input>
  [[noreturn]] static void raise(const Input& in, Builder& builder) {
    builder.Fail(Expected::kOperand, in.current());
  }
};

// What a rule that matched does: a method of the builder, given the text, its begin, or nothing.
template <auto Method>
struct WithText {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    (builder.*Method)(std::string_view(in.begin(), in.size()));
  }
};
template <auto Method>
struct WithPlace {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    (builder.*Method)(in.begin());
  }
};
template <auto Method>
struct Do {
  static void apply0(Builder& builder) { (builder.*Method)(); }
};
template <char bracket>
struct Opens {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    builder.Open(bracket, in.begin());
  }
};
template <Kind kind>
struct OpensGroup {
  template <typename Input>
  static void apply(const Input& in, Builder& builder) {
    builder.OpenGroup(kind, in.begin());
  }
};
template <Kind kind>
struct JoinsGroup {
  static void apply0(Builder& builder) { builder.JoinGroup(kind); }
};

template <typename Rule>
struct Action {};
// clang-format off
template <> struct Action<Whitespace>      : WithPlace<&Builder::EndToken> {};

template <> struct Action<NumberBegin>     : WithPlace<&Builder::BeginToken> {};
template <> struct Action<Number>          : WithText<&Builder::Number> {};
template <> struct Action<SignedNumber>    : WithText<&Builder::SignedNumber> {};
template <> struct Action<StringLit>       : WithText<&Builder::String> {};
template <typename Start, typename Quote>
struct Action<StringStart<Start, Quote>>   : WithPlace<&Builder::BeginToken> {};
template <> struct Action<True>            : WithText<&Builder::Boolean> {};
template <> struct Action<False>           : WithText<&Builder::Boolean> {};
template <> struct Action<Null>            : WithText<&Builder::Null> {};

template <> struct Action<Name>            : WithText<&Builder::NoteName> {};
template <> struct Action<JustName>        : Do<&Builder::Identifier> {};
template <> struct Action<Backtick>        : WithPlace<&Builder::BeginToken> {};
template <> struct Action<Field>           : WithText<&Builder::NoteField> {};
template <> struct Action<JustField>       : Do<&Builder::SelectNoted> {};
template <> struct Action<EscapedField>    : WithText<&Builder::Select> {};
template <> struct Action<OptionalField>   : WithText<&Builder::SelectOptional> {};

template <> struct Action<OpenParen>       : Opens<'('> {};
template <> struct Action<OpenCall>        : Opens<'f'> {};
template <> struct Action<OpenList>        : Opens<'['> {};
template <> struct Action<OpenIndex>       : Opens<'i'> {};
template <> struct Action<OpenMap>         : Opens<'{'> {};
template <> struct Action<OpenMessage>     : WithPlace<&Builder::OpenMessage> {};
template <> struct Action<CloseParen>      : WithPlace<&Builder::CloseParen> {};
template <> struct Action<CloseCall>       : WithPlace<&Builder::CloseCall> {};
template <> struct Action<CloseList>       : WithPlace<&Builder::CloseList> {};
template <> struct Action<CloseIndex>      : WithPlace<&Builder::CloseIndex> {};
template <> struct Action<CloseMap>        : WithPlace<&Builder::CloseMap> {};
template <> struct Action<CloseMessage>    : WithPlace<&Builder::CloseMessage> {};
template <> struct Action<OptionalElement> : Do<&Builder::MarkOptionalEntry> {};
template <> struct Action<OptionalIndex>   : Do<&Builder::MarkOptionalIndex> {};
template <> struct Action<Item>            : Do<&Builder::Settle> {};

template <> struct Action<Not>             : WithPlace<&Builder::NoteUnary> {};
template <> struct Action<NextNot>         : WithPlace<&Builder::RepeatUnary> {};
template <> struct Action<Negation>        : Do<&Builder::Not> {};
template <> struct Action<Minus>           : WithPlace<&Builder::NoteUnary> {};
template <> struct Action<NextMinus>       : WithPlace<&Builder::RepeatUnary> {};
template <> struct Action<Negative>        : Do<&Builder::Negate> {};

template <> struct Action<MultiplicationOperator> : WithText<&Builder::NoteBinary> {};
template <> struct Action<Factor>          : Do<&Builder::Binary> {};
template <> struct Action<AdditionOperator> : WithText<&Builder::NoteBinary> {};
template <> struct Action<Summand>         : Do<&Builder::Binary> {};
template <> struct Action<Relop>           : WithText<&Builder::NoteBinary> {};
template <> struct Action<Compared>        : Do<&Builder::Binary> {};

template <> struct Action<AndOperator>     : OpensGroup<Kind::kAnd> {};
template <> struct Action<AndTerm>         : JoinsGroup<Kind::kAnd> {};
template <> struct Action<OrOperator>      : OpensGroup<Kind::kOr> {};
template <> struct Action<OrTerm>          : JoinsGroup<Kind::kOr> {};
template <> struct Action<Question>        : WithPlace<&Builder::Question> {};
template <> struct Action<NextQuestion>    : WithPlace<&Builder::NextQuestion> {};
template <> struct Action<ThenValue>       : Do<&Builder::Settle> {};
template <> struct Action<Choices>         : Do<&Builder::Choices> {};
// clang-format on

// Invalid UTF-8 makes every other message doubtful, so it comes first.
void CheckBytes(std::string_view source) {
  if (source.size() > kMaxExpressionBytes) {
    throw Report(Fault::kTooLong, kMaxExpressionBytes, 1, {std::to_string(source.size())});
  }
  for (size_t i = 0; i < source.size();) {
    const size_t length = Utf8Length(source.substr(i));
    if (length == 0) {
      const std::string byte = Hex(static_cast<unsigned char>(source[i])).substr(2);
      throw Report(Fault::kNotUtf8, i, 1, {byte});
    }
    i += length;
  }
}

Ast Build(std::string_view source) {
  CheckBytes(source);
  Builder builder(source);
  tao::pegtl::memory_input<tao::pegtl::tracking_mode::lazy, tao::pegtl::eol::lf, const char*> in(
      source.data(), source.data() + source.size(), "");
  // All that can fail raises.
  static_cast<void>(tao::pegtl::parse<Expression, Action, Control>(in, builder));
  return builder.Finish();
}

}  // namespace
}  // namespace grammar

tl::expected<Ast, SyntaxError> Parse(std::string_view source) {
  try {
    return grammar::Build(source);
  } catch (SyntaxError& error) {
    return tl::unexpected(std::move(error));
  }
}

}  // namespace writ::cel
