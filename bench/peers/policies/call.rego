package call

default allow := false

allow if {
	input.params.name == "read_text_file"
	args := input.params.arguments
	startswith(args.path, "/srv/project/")
	not contains(args.path, "/.git/")
	count(args.reason) < 48
	args.encoding in {"utf-8", "utf-16", "latin-1", "ascii", "koi8-r", "cp1251"}
}
