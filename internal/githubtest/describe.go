package githubtest

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

//go:embed openapi.json
var openAPI []byte

// A description is GitHub's OpenAPI document and how strictly it is read.
type description struct {
	doc     *openapi3.T
	options *openapi3filter.Options
}

// loadDescription reads the embedded document once: it is never written to
// after that. The document is part of the program, so that a broken one is a
// broken program.
var loadDescription = sync.OnceValue(func() *description {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err == nil {
		err = doc.Validate(context.Background())
	}
	if err != nil {
		panic("githubtest: openapi.json: " + err.Error())
	}
	// The document leaves out most refusals. They all look alike:
	// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
	refusal := &openapi3.ResponseRef{Value: doc.Components.Responses["forbidden"].Value}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			op.Responses.Set("4XX", refusal)
		}
	}
	options := &openapi3filter.Options{
		IncludeResponseStatus:             true,
		RejectWhenRequestBodyNotSpecified: true,
		SkipSettingDefaults:               true,
	}
	// The usual message quotes the value, which may be a token.
	options.WithCustomSchemaErrorFunc(func(err *openapi3.SchemaError) string {
		return "/" + strings.Join(err.JSONPointer(), "/") + ": " + err.Reason
	})
	return &description{doc, options}
})

// operation returns what the document says of an endpoint, nil if it says
// nothing. The path is a template, such as /orgs/{org}/installation.
func (d *description) operation(method, path string) *routers.Route {
	item := d.doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		return nil
	}
	return &routers.Route{
		Spec: d.doc, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method),
	}
}

// checkRequest reports how a request differs from op, nil if it does not.
func (d *description) checkRequest(op *routers.Route, r *http.Request, body []byte) error {
	// The filter reads the body and puts it back as it likes.
	clone := r.Clone(r.Context())
	clone.Body = io.NopCloser(bytes.NewReader(body))
	clone.ContentLength = int64(len(body))
	if err := openapi3filter.ValidateRequest(r.Context(), d.input(op, clone)); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// checkResponse reports how an answer differs from op, nil if it does not.
func (d *description) checkResponse(op *routers.Route, r *http.Request, a reply) error {
	err := openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: d.input(op, r),
		Status:                 a.status,
		Header:                 a.header,
		Body:                   io.NopCloser(bytes.NewReader(a.body)),
		Options:                d.options,
	})
	if err != nil {
		return fmt.Errorf("response %d: %w", a.status, err)
	}
	return nil
}

func (d *description) input(op *routers.Route, r *http.Request) *openapi3filter.RequestValidationInput {
	params := make(map[string]string)
	for _, p := range op.Operation.Parameters {
		if p.Value.In == openapi3.ParameterInPath {
			params[p.Value.Name] = r.PathValue(p.Value.Name)
		}
	}
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: op, Options: d.options,
	}
}
