package main_test

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testtakopi"
	"github.com/rogpeppe/go-internal/testscript"
)

type telegramKey struct{}

// telegramCommand rules the stand-in for Telegram. What the bot replies goes to
// the file answer.
//
//	telegram up CA CHAT...             be a proxy at 127.0.0.1:8443, and write its authority to CA
//	telegram token FILE                put the bot's token where FILE has TOKEN
//	telegram say CHAT USER TEXT...     have a user send a message
//	telegram ask CHAT USER TEXT...     the same, and wait for the reply
//	telegram crowd N CHAT USER TEXT... N times at once, and wait for all the replies
//	telegram await REGEXP [N]          wait for a message of the bot, the N-th that matches
//	telegram transcript FILE CHAT N    write the last N messages of a chat to FILE
//	telegram pleased                   all fits the Bot API, and no chat holds a secret
func telegramCommand(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	number := func(i int) int64 {
		n, err := strconv.ParseInt(args[i], 10, 64)
		ts.Check(err)
		return n
	}
	t, _ := ts.Value(telegramKey{}).(**testtakopi.Telegram)
	switch args[0] {
	case "up":
		var chats []int64
		for i := range args[2:] {
			chats = append(chats, number(i+2))
		}
		*t = testtakopi.NewTelegram(chats...)
		_, ca, stop, err := (*t).Listen("127.0.0.1:8443")
		ts.Check(err)
		ts.Defer(stop)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), ca, 0o644))
	case "token":
		text := strings.ReplaceAll(ts.ReadFile(args[1]), "TOKEN", testtakopi.BotToken)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
	case "say":
		(*t).Say(number(1), number(2), strings.Join(args[3:], " "))
	case "ask":
		ask(ctx, ts, *t, 1, number(1), number(2), strings.Join(args[3:], " "))
	case "crowd":
		ask(ctx, ts, *t, int(number(1)), number(2), number(3), strings.Join(args[4:], " "))
	case "await":
		nth := int64(1)
		if len(args) > 2 {
			nth = number(2)
		}
		seen := map[int64]bool{}
		_, err := (*t).Await(ctx, func(m testtakopi.Message) bool {
			if m.From == testtakopi.BotID && regexp.MustCompile(args[1]).MatchString(m.Text) {
				seen[m.ID] = true
			}
			return int64(len(seen)) == nth
		})
		ts.Check(err)
	case "transcript":
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte((*t).Transcript(number(2), int(number(3)))), 0o644))
	case "pleased":
		pleased(ts, *t)
	default:
		ts.Fatalf("telegram %s?", args[0])
	}
}

// ask sends n messages and then waits for the replies.
func ask(ctx context.Context, ts *testscript.TestScript, t *testtakopi.Telegram, n int, chat, user int64, text string) {
	var ids []int64
	for range n {
		ids = append(ids, t.Say(chat, user, text))
	}
	var answers strings.Builder
	for _, id := range ids {
		reply, err := t.Reply(ctx, id)
		ts.Check(err)
		answers.WriteString(reply.Text + "\n")
	}
	ts.Logf("%s", &answers)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(answers.String()), 0o644))
}

func pleased(ts *testscript.TestScript, t *testtakopi.Telegram) {
	if v := t.Violations(); len(v) > 0 {
		ts.Fatalf("violations of the Bot API:\n%s", strings.Join(v, "\n"))
	}
	for _, m := range t.Messages() {
		cityOf(ts).mustNotHold(ts, "the chat", m.Text)
		if strings.Contains(m.Text, testtakopi.BotToken) {
			ts.Fatalf("the chat holds the bot's token")
		}
	}
}
