package testtakopi

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// dial starts t as a proxy and gives a client that goes through it.
func dial(t *testing.T, telegram *Telegram) *http.Client {
	t.Helper()
	proxy, ca, stop, err := telegram.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("no certificate")
	}
	transport := &http.Transport{Proxy: http.ProxyURL(at), TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

func post(t *testing.T, c *http.Client, path, body string) (status int, answer string) {
	t.Helper()
	resp, err := c.Post("https://"+apiHost+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || !json.Valid(data) {
		t.Fatalf("%v: %q", err, data)
	}
	return resp.StatusCode, string(bytes.TrimSpace(data))
}

func TestTelegram(t *testing.T) {
	telegram := NewTelegram(7)
	telegram.Say(7, 7, "hello")
	client := dial(t, telegram)
	for _, tt := range []struct {
		method, params string
		status         int
		want           string
		violates       bool
	}{
		{"getMe", `{}`, 200, `"is_bot":true`, false},
		{"getMe", ``, 200, `"username":"takopi_bot"`, false},
		{"getUpdates", `{"timeout": 50, "allowed_updates": ["message"]}`, 200, `"text":"hello"`, false},
		{"getUpdates", `{"offset": 2, "timeout": 0}`, 200, `"result":[]`, false},
		{"sendMessage", `{"chat_id": 7, "text": "hi", "reply_to_message_id": 1}`, 200, `"reply_to_message":{`, false},
		{"sendMessage", `{"chat_id": 8, "text": "hi"}`, 400, "chat not found", false},
		{"sendMessage", `{"chat_id": 7, "text": " "}`, 400, "message text is empty", false},
		{"sendMessage", `{"chat_id": 7, "text": "` + strings.Repeat("😀", 2048) + `"}`, 200, `"message_id":3`, false},
		{"sendMessage", `{"chat_id": 7, "text": "` + strings.Repeat("😀", 2048) + `x"}`, 400, "message is too long", false},
		{"sendMessage", `{"chat_id": 7, "text": "hi", "reply_to_message_id": 9}`, 400, "message to be replied not found", false},
		{"sendMessage", `{"chat_id": 7}`, 400, "text is missing", true},
		{"sendMessage", `{"chat_id": "7", "text": "hi"}`, 400, "chat_id is string", true},
		{"sendMessage", `{"chat_id": 7, "text": "hi", "notify": true}`, 400, `notify is boolean`, true},
		{"sendMessage", `{`, 400, "can't parse", false},
		{"editMessageText", `{"chat_id": 7, "message_id": 2, "text": "hi"}`, 400, "message is not modified", false},
		{"editMessageText", `{"chat_id": 7, "message_id": 2, "text": "ho"}`, 200, `"text":"ho"`, false},
		{"deleteMessage", `{"chat_id": 7, "message_id": 2}`, 200, `"result":true`, false},
		{"deleteMessage", `{"chat_id": 7, "message_id": 2}`, 400, "not found", false},
		{"setMyCommands", `{"commands": [{"command": "ghauth", "description": "x"}]}`, 200, `"result":true`, false},
		{"setMyCommands", `{"commands": [{"command": "gh-auth", "description": "x"}]}`, 400, "BOT_COMMAND_INVALID", false},
		{"setMyCommands", `{"commands": [{"command": "ghauth", "description": ""}]}`, 400, "BOT_COMMAND_DESCRIPTION_INVALID", false},
		{"launchRocket", `{}`, 400, "no such method", true},
	} {
		before := len(telegram.Violations())
		status, got := post(t, client, "/bot"+BotToken+"/"+tt.method, tt.params)
		if status != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s %.60s: %d %s, want %d %s", tt.method, tt.params, status, got, tt.status, tt.want)
		}
		if violates := len(telegram.Violations()) > before; violates != tt.violates {
			t.Errorf("%s %.60s: a violation: %v, want %v", tt.method, tt.params, violates, tt.violates)
		}
	}
	if status, _ := post(t, client, "/bot1:other/getMe", ""); status != 401 {
		t.Errorf("another bot's token: %d", status)
	}
	if _, err := client.Get("https://example.org/"); err == nil {
		t.Error("the proxy leads elsewhere")
	}
}

// TestLongPoll: getUpdates waits for an update, and of two one is ended.
func TestLongPoll(t *testing.T) {
	telegram := NewTelegram(7)
	client := dial(t, telegram)
	answers := make(chan int, 2)
	for range 2 {
		go func() {
			resp, err := client.Post("https://"+apiHost+"/bot"+BotToken+"/getUpdates", "application/json", strings.NewReader(`{"timeout": 9}`))
			if err != nil {
				answers <- 0
				return
			}
			resp.Body.Close()
			answers <- resp.StatusCode
		}()
	}
	if got := <-answers; got != http.StatusConflict {
		t.Errorf("the first to end: %d, want a conflict", got)
	}
	telegram.Say(7, 7, "news")
	if got := <-answers; got != 200 {
		t.Errorf("the other: %d", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := telegram.Reply(ctx, 1); err == nil {
		t.Error("a reply that nobody has sent")
	}
}
