package testtakopi

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// passing is what differs from one chat to the next, each with what stands for it.
var passing = []struct {
	pattern *regexp.Regexp
	stands  string
}{
	{regexp.MustCompile(`\b(sha256 )?[0-9a-f]{8}\b`), "${1}68f7c15e"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "2026-06-01T10:00:00Z"},
	{regexp.MustCompile(`\d+s old`), "12s old"},
	{regexp.MustCompile(`next run in \w+`), "next run in 4m"},
	{regexp.MustCompile(`\b(59m\d\ds|1h00m) from now`), "1h00m from now"},
}

// heads stand for those of the first tokens that are shown, in their order.
var heads = []string{"ghs_K5TP…", "ghs_w8Rd…", "ghs_2mVc…"}

var head = regexp.MustCompile(`\bghs_\w{4}…`)

// Transcript writes the last n messages of a chat as text, a line with the name of
// who speaks and a tab before each line of what is said, without what differs from
// one chat to the next.
func (t *Telegram) Transcript(chat int64, n int) string {
	said := slices.DeleteFunc(t.Messages(), func(m Message) bool { return m.Chat != chat || m.Gone })
	var all strings.Builder
	var tokens []string
	for _, m := range said[max(0, len(said)-n):] {
		text := head.ReplaceAllStringFunc(m.Text, func(token string) string {
			if !slices.Contains(tokens, token) {
				tokens = append(tokens, token)
			}
			return heads[slices.Index(tokens, token)%len(heads)]
		})
		for _, p := range passing {
			text = p.pattern.ReplaceAllString(text, p.stands)
		}
		fmt.Fprintf(&all, "%s:\n\t%s\n", userObject(m.From)["first_name"], strings.ReplaceAll(text, "\n", "\n\t"))
	}
	return all.String()
}
