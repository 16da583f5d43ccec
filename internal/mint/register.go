package mint

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
)

// Registered is an App that GitHub has registered from a manifest.
type Registered struct {
	AppInfo
	PEM Secret // its private key, of which GitHub keeps no copy
	Key *rsa.PrivateKey
}

const remedyRegister = "look at the Apps that you have at GitHub: delete this one and start again, or generate a private key on its settings page and give that to init"

// Register exchanges the code that GitHub gives for a manifest, once and within an
// hour, for the App and its key. No credential is needed: the code is one, so that no
// error has it. GitHub also makes a client secret and a webhook secret, of which there
// is no use for minting: they are not kept. Errors are of type *Error.
// (docs.github.com, "Create a GitHub App from a manifest")
func (c *Client) Register(ctx context.Context, code Secret) (Registered, error) {
	if !dottedForm.has(code.Reveal()) {
		return Registered{}, fault(Denied, remedyRegister, "what GitHub sent back is no code of a new App")
	}
	app, err := retry(ctx, c, func() (Registered, error) { return c.register(ctx, code) })
	if e, ok := errors.AsType[*Error](err); ok && e.status == http.StatusNotFound {
		err = fault(Denied, remedyRegister, "GitHub does not know the code of the new App: it is good once, and for an hour")
	}
	return app, err
}

func (c *Client) register(ctx context.Context, code Secret) (Registered, error) {
	r := request{method: http.MethodPost, path: "/app-manifests/" + url.PathEscape(code.Reveal()) + "/conversions", most: maxBody}
	resp, err := c.call(ctx, r, "")
	defer clear(resp.body)
	switch {
	case err != nil:
		return Registered{}, withoutURL(err)
	case resp.status/100 != 2:
		return Registered{}, refusal(resp, Installation{})
	}
	var answer struct {
		integration
		PEM string `json:"pem"`
	}
	if err := readJSON(resp, http.StatusCreated, &answer); err != nil {
		return Registered{}, err
	}
	info, err := answer.info()
	if err != nil {
		return Registered{}, err
	}
	key, err := ParseKey([]byte(answer.PEM))
	if err != nil {
		return Registered{}, err
	}
	return Registered{info, Secret(answer.PEM), key}, nil
}

// withoutURL takes the address out of an error of net/http's.
func withoutURL(err error) error {
	e, ok := errors.AsType[*Error](err)
	if u, has := errors.AsType[*url.Error](err); ok && has {
		e.Err = u.Err
	}
	return err
}
