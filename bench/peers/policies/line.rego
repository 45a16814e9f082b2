package line

default allow := false

allow if input.params.name == "get_customer"

allow if {
	input.params.name == "create_charge"
	args := input.params.arguments
	args.currency in {"usd", "eur", "gbp", "jpy"}
	is_number(args.amount)
	args.amount <= 50000
	contains(args.description, "order #")
	is_string(args.account)
	not args.account in {"acct_1004", "acct_1011", "acct_1029"}
	args.idempotency_key != null
	args.options.mode != "draft"
}
