package testtakopi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf16"
)

// longestText is the limit of a message, in UTF-16 code units.
const longestText = 4096

// A refusal is an error as the Bot API tells it.
type refusal struct {
	code        int
	description string
}

func (r *refusal) Error() string { return r.description }

func badRequest(reason string) error {
	return &refusal{http.StatusBadRequest, "Bad Request: " + reason}
}

// ServeHTTP answers https://api.telegram.org/bot<token>/METHOD_NAME.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	result, err := t.serve(r)
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
		return
	}
	refused, ok := err.(*refusal)
	if !ok {
		refused = &refusal{http.StatusBadRequest, "Bad Request: " + err.Error()}
	}
	w.WriteHeader(refused.code)
	json.NewEncoder(w).Encode(map[string]any{"ok": false, "error_code": refused.code, "description": refused.description})
}

func (t *Telegram) serve(r *http.Request) (any, error) {
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+BotToken+"/")
	if !ok {
		return nil, &refusal{http.StatusUnauthorized, "Unauthorized"}
	}
	c := call{method: method, params: map[string]any{}}
	var body bytes.Buffer
	if _, err := body.ReadFrom(r.Body); err != nil {
		return nil, err
	}
	if body.Len() > 0 {
		d := json.NewDecoder(&body)
		d.UseNumber()
		if err := d.Decode(&c.params); err != nil {
			return nil, badRequest("can't parse JSON")
		}
	}
	if v := c.violations(); len(v) > 0 {
		t.change(func() { t.violations = append(t.violations, v...) })
		return nil, badRequest(v[0])
	}
	if method == "getUpdates" {
		return t.getUpdates(r, c)
	}
	var result any
	var err error
	t.change(func() { result, err = t.do(c) })
	return result, err
}

// do carries out a call, under the lock.
func (t *Telegram) do(c call) (any, error) {
	chat := c.integer("chat_id")
	if _, asks := c.params["chat_id"]; asks && !t.chats[chat] {
		return nil, badRequest("chat not found")
	}
	switch c.method {
	case "getMe":
		return userObject(BotID), nil
	case "getChat":
		return chatObject(chat), nil
	case "getChatMember":
		return map[string]any{"status": "member", "user": userObject(c.integer("user_id"))}, nil
	case "setMyCommands":
		return true, checkCommands(c.params["commands"].([]any))
	case "sendMessage":
		return t.sendMessage(c, chat)
	}
	m, err := t.sent(chat, c.integer("message_id"))
	if err != nil {
		return nil, err
	}
	if c.method == "deleteMessage" {
		m.Gone = true
		return true, nil
	}
	text := c.text("text")
	if err := checkText(text); err != nil {
		return nil, err
	}
	if text == m.Text {
		return nil, badRequest("message is not modified")
	}
	m.Text = text
	return t.wire(*m), nil
}

func (t *Telegram) sendMessage(c call, chat int64) (any, error) {
	if err := checkText(c.text("text")); err != nil {
		return nil, err
	}
	reply := c.integer("reply_to_message_id")
	if reply < 0 || reply > int64(len(t.messages)) {
		return nil, badRequest("message to be replied not found")
	}
	return t.wire(t.add(Message{Chat: chat, From: BotID, Text: c.text("text"), ReplyTo: reply})), nil
}

// sent finds a message that may be edited or deleted.
func (t *Telegram) sent(chat, id int64) (*Message, error) {
	if id < 1 || id > int64(len(t.messages)) || t.messages[id-1].Chat != chat || t.messages[id-1].Gone {
		return nil, badRequest("message to edit not found")
	}
	return &t.messages[id-1], nil
}

func checkText(text string) error {
	switch n := len(utf16.Encode([]rune(text))); {
	case strings.TrimSpace(text) == "":
		return badRequest("message text is empty")
	case n > longestText:
		return badRequest("message is too long")
	}
	return nil
}

// checkCommands holds a bot's commands to BotCommand and its limits.
func checkCommands(all []any) error {
	if len(all) > 100 {
		return badRequest("too many commands")
	}
	for _, v := range all {
		command, _ := v.(map[string]any)
		name, _ := command["command"].(string)
		about, _ := command["description"].(string)
		if name == "" || len(name) > 32 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return badRequest(fmt.Sprintf("BOT_COMMAND_INVALID: %q", name))
		}
		if about == "" || len(about) > 256 {
			return badRequest("BOT_COMMAND_DESCRIPTION_INVALID: " + name)
		}
	}
	return nil
}

// getUpdates gives the updates from offset on, and waits for one for as long as
// it is asked to. Of two that wait, Telegram ends one.
func (t *Telegram) getUpdates(r *http.Request, c call) (any, error) {
	t.mu.Lock()
	t.polls++
	conflict := t.polls > 1
	t.mu.Unlock()
	defer t.change(func() { t.polls-- })
	if conflict {
		return nil, &refusal{http.StatusConflict, "Conflict: terminated by other getUpdates request"}
	}
	timeout := time.After(time.Duration(c.integer("timeout")) * time.Second)
	for {
		t.mu.Lock()
		changed := t.changed
		from := min(max(c.integer("offset")-1, 0), int64(len(t.updates)))
		news := t.updates[from:min(from+100, int64(len(t.updates)))]
		t.mu.Unlock()
		if len(news) > 0 {
			return news, nil
		}
		select {
		case <-changed:
		case <-timeout:
			return []any{}, nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}
