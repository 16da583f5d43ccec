package testtakopi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// methods lists the parameters of each method, with their types; those with a !
// are required. reply_to_message_id is not described since Bot API 7.0, which has
// reply_parameters instead, and is taken all the same.
var methods = map[string]string{
	"getMe":      "",
	"getUpdates": "offset integer, limit integer, timeout integer, allowed_updates array",
	"sendMessage": "business_connection_id string, chat_id! integer, message_thread_id integer, text! string, parse_mode string, entities array, " +
		"link_preview_options object, disable_notification boolean, protect_content boolean, message_effect_id string, reply_parameters object, " +
		"reply_markup object, reply_to_message_id integer",
	"editMessageText": "business_connection_id string, chat_id! integer, message_id! integer, text! string, parse_mode string, entities array, " +
		"link_preview_options object, reply_markup object",
	"deleteMessage": "chat_id! integer, message_id! integer",
	"getChat":       "chat_id! integer",
	"getChatMember": "chat_id! integer, user_id! integer",
	"setMyCommands": "commands! array, scope object, language_code string",
}

// A call is one method with its parameters.
type call struct {
	method string
	params map[string]any // numbers are json.Number
}

// violations tells where c is not as the method is described.
func (c call) violations() (all []string) {
	text, known := methods[c.method]
	if !known {
		return []string{"no such method: " + c.method}
	}
	types := map[string]string{}
	for entry := range strings.SplitSeq(text, ", ") {
		name, kind, _ := strings.Cut(entry, " ")
		required := strings.HasSuffix(name, "!")
		name = strings.TrimSuffix(name, "!")
		types[name] = kind
		if _, given := c.params[name]; required && !given {
			all = append(all, fmt.Sprintf("%s: %s is missing", c.method, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.params)) {
		if got, want := kindOf(c.params[name]), types[name]; got != want {
			all = append(all, fmt.Sprintf("%s: %s is %s, want %q", c.method, name, got, want))
		}
	}
	return all
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if _, err := v.Int64(); err == nil {
			return "integer"
		}
		return "float"
	}
	return "null"
}

// integer gives a parameter, or 0.
func (c call) integer(name string) int64 {
	n, _ := c.params[name].(json.Number)
	v, _ := n.Int64()
	return v
}

func (c call) text(name string) string {
	s, _ := c.params[name].(string)
	return s
}
