package testtakopi

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// BotToken is the token of the one bot.
const BotToken = "123456789:AAF0canary-of-a-bot-token-0123456789"

// BotID is the bot among the users.
const BotID = 123456789

// Telegram is a stand-in for Telegram's Bot API, with one bot. Its methods may be
// called in parallel.
type Telegram struct {
	mu         sync.Mutex
	changed    chan struct{} // closed at the next change
	chats      map[int64]bool
	messages   []Message
	updates    []map[string]any
	polls      int // getUpdates at work
	violations []string
}

// Message is one message of a chat.
type Message struct {
	ID, Chat, ReplyTo int64
	From              int64 // the bot's messages are from BotID
	Text              string
	Gone              bool // deleted
}

// NewTelegram makes a stand-in that knows some private chats, each by its user's
// number, and groups, which have negative ones.
func NewTelegram(chats ...int64) *Telegram {
	t := &Telegram{changed: make(chan struct{}), chats: map[int64]bool{}}
	for _, id := range chats {
		t.chats[id] = true
	}
	return t
}

// change does something under the lock and wakes up who waits.
func (t *Telegram) change(do func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	do()
	close(t.changed)
	t.changed = make(chan struct{})
}

// Say has a user send text to a chat. It returns the message's number.
func (t *Telegram) Say(chat, user int64, text string) (id int64) {
	t.change(func() {
		m := t.add(Message{Chat: chat, From: user, Text: text})
		id = m.ID
		t.updates = append(t.updates, map[string]any{"update_id": int64(len(t.updates)) + 1, "message": t.wire(m)})
	})
	return id
}

// add gives a message its number, which counts from 1.
func (t *Telegram) add(m Message) Message {
	m.ID = int64(len(t.messages)) + 1
	t.messages = append(t.messages, m)
	return m
}

// Messages gives all messages so far, as they stand now.
func (t *Telegram) Messages() []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.messages)
}

// Await waits for a message that fits.
func (t *Telegram) Await(ctx context.Context, fits func(Message) bool) (Message, error) {
	for {
		t.mu.Lock()
		changed := t.changed
		i := slices.IndexFunc(t.messages, fits)
		if i >= 0 {
			defer t.mu.Unlock()
			return t.messages[i], nil
		}
		t.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("no such message: %w", ctx.Err())
		}
	}
}

// Reply waits for the bot's reply to a message.
func (t *Telegram) Reply(ctx context.Context, id int64) (Message, error) {
	return t.Await(ctx, func(m Message) bool { return m.From == BotID && m.ReplyTo == id && !m.Gone })
}

// Violations lists where a request was not as the Bot API describes it.
func (t *Telegram) Violations() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.violations)
}

// wire gives a Message as the Bot API writes it.
func (t *Telegram) wire(m Message) map[string]any {
	w := map[string]any{"message_id": m.ID, "date": time.Now().Unix(), "chat": chatObject(m.Chat), "from": userObject(m.From), "text": m.Text}
	if m.ReplyTo > 0 {
		w["reply_to_message"] = t.wire(t.messages[m.ReplyTo-1])
	}
	return w
}

func userObject(id int64) map[string]any {
	if id == BotID {
		return map[string]any{"id": id, "is_bot": true, "first_name": "Takopi", "username": "takopi_bot"}
	}
	return map[string]any{"id": id, "is_bot": false, "first_name": fmt.Sprintf("User %d", id)}
}

func chatObject(id int64) map[string]any {
	if id < 0 {
		return map[string]any{"id": id, "type": "group", "title": "Team"}
	}
	return map[string]any{"id": id, "type": "private", "first_name": fmt.Sprintf("User %d", id)}
}
