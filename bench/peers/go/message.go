// A client's line, decoded the usual way and the kinder one.
package main

import "encoding/json"

// The usual: whatever JSON holds.
func decode(line []byte) (tool string, arguments map[string]any, isCall bool) {
	var message map[string]any
	if json.Unmarshal(line, &message) != nil || message["method"] != "tools/call" {
		return "", nil, false
	}
	params, _ := message["params"].(map[string]any)
	tool, isCall = params["name"].(string)
	arguments, _ = params["arguments"].(map[string]any)
	return tool, arguments, isCall
}

// The kinder: the decoder knows what the policy reads, and skips the rest.
type typedLine[Arguments any] struct {
	Method string `json:"method"`
	Params struct {
		Name      string    `json:"name"`
		Arguments Arguments `json:"arguments"`
	} `json:"params"`
}

type callArguments struct {
	Path     *string `json:"path"`
	Reason   *string `json:"reason"`
	Encoding *string `json:"encoding"`
}

type lineArguments struct {
	Currency       *string  `json:"currency"`
	Amount         *float64 `json:"amount"`
	Description    *string  `json:"description"`
	Account        *string  `json:"account"`
	IdempotencyKey *string  `json:"idempotency_key"`
	Options        struct {
		Mode *string `json:"mode"`
	} `json:"options"`
}

func decodeTyped[Arguments any](line []byte) (*typedLine[Arguments], bool) {
	message := new(typedLine[Arguments])
	isCall := json.Unmarshal(line, message) == nil && message.Method == "tools/call"
	return message, isCall
}

// A call whose line was read before.
type readCall struct {
	tool      string
	arguments map[string]any
}

func readCalls(t *task) []readCall {
	calls := make([]readCall, len(t.lines))
	for i, line := range t.lines {
		calls[i].tool, calls[i].arguments, _ = decode(line)
	}
	return calls
}
