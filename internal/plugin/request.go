package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxRequest bounds the JSON of a request, in bytes.
const maxRequest = 64 << 10

// Request is what comes from the chat.
type Request struct {
	Table
	Words   []string // what was typed after /ghauth
	Sender  int64    // the user's number there; 0: the transport does not tell
	Project string   // of the chat; may be empty
}

// ReadRequest reads a request as JSON from r: an object whose plugin_config is
// Takopi's [plugins.ghauth], with words, sender and project beside it; or such a
// table alone, of which nobody knows who sent it. Keys of others are passed over. Where
// the table is wrong, the defaults stand for it. An error names the key, never its
// value: secrets may have strayed in.
func ReadRequest(r io.Reader, home string) (Request, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxRequest+1))
	switch {
	case err != nil:
		return Request{}, err
	case len(data) > maxRequest:
		return Request{}, fmt.Errorf("[plugins.ghauth], with the message, is larger than %d bytes", maxRequest)
	case strings.TrimSpace(string(data)) == "":
		data = []byte("{}")
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &keys) != nil {
		return Request{}, errors.New("[plugins.ghauth] did not come as a JSON object")
	}
	config, enveloped := keys["plugin_config"]
	if !enveloped {
		config, keys = data, nil
	}
	req := message(keys)
	if req.Table, err = readTable(config, home); err != nil {
		req.Table, _ = readTable([]byte("{}"), home)
	}
	return req, err
}

// message reads what stands beside the table. What is not of the right type is
// not known: help must come all the same, and a sender that is not known may do
// less than any other.
func message(keys map[string]json.RawMessage) (req Request) {
	var sender number
	if json.Unmarshal(keys["sender"], &sender) == nil {
		req.Sender = int64(sender)
	}
	if json.Unmarshal(keys["words"], &req.Words) != nil {
		req.Words = nil
	}
	if json.Unmarshal(keys["project"], &req.Project) != nil {
		req.Project = ""
	}
	return req
}

// refused says why the sender may not refresh, or nothing.
func (r Request) refused() string {
	switch {
	case len(r.AllowedUserIDs) == 0:
		return ""
	case r.Sender == 0:
		return "Refused: allowed_user_ids is set, and this chat does not tell who sent the message."
	}
	for _, id := range r.AllowedUserIDs {
		if id == r.Sender {
			return ""
		}
	}
	return fmt.Sprintf("Refused: your user ID, %d, is not among allowed_user_ids.", r.Sender)
}
