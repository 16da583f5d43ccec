package broker

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestPage: what docs/broker.md shows of the protocol is a request with all that there
// is, and answers, and it has every kind of error.
func TestPage(t *testing.T) {
	data, err := os.ReadFile("../../docs/broker.md")
	if err != nil {
		t.Fatal(err)
	}
	page, requests, answers := string(data), 0, 0
	for _, b := range regexp.MustCompile("(?ms)^```json\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		for line := range strings.Lines(b[1]) {
			line = strings.TrimSuffix(line, "\n")
			if _, err := parseRequest([]byte(line)); err == nil {
				requests++
				for field := range reflect.TypeFor[Request]().Fields() {
					if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); !strings.Contains(line, `"`+name+`":`) {
						t.Errorf("the page's request has no %s", name)
					}
				}
				continue
			}
			var a answer
			dec := json.NewDecoder(strings.NewReader(line))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&a); err != nil || a.Version != version || (a.Token != "") == (a.Error != nil) {
				t.Errorf("this is neither a request nor an answer: %s: %v", line, err)
			}
			if again, err := json.Marshal(a); err != nil || string(again) != line {
				t.Errorf("the page has %s, and an answer is %s, %v", line, again, err)
			}
			answers++
		}
	}
	if requests != 1 || answers != 2 {
		t.Errorf("%d requests and %d answers", requests, answers)
	}
	for _, kind := range kinds {
		if !strings.Contains(page, "`"+kind+"`") {
			t.Errorf("the page does not have the kind %s", kind)
		}
	}
}
