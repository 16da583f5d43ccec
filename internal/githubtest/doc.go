// Package githubtest is a stand-in for GitHub that tests and the demo serve on
// loopback: the endpoints by which a GitHub App mints, probes and revokes its
// installation tokens, the pages and the call by which one is registered from a
// manifest, the two calls by which gh logs in, and repositories for git. It holds its callers to what GitHub demands of them and itself to what
// GitHub says of its answers: both sides of every described endpoint are checked
// against GitHub's own OpenAPI description, and each mismatch is kept for
// [Server.Violations].
//
// The description, openapi.json, is an extract of the npm package
// @octokit/openapi 23.0.2 (MIT licence) without its texts and examples.
// Messages of refusals are those that GitHub is known to send; where they are
// documented, the comment beside them names the page.
//
// The package is for tests alone: nothing that ships may import it.
package githubtest
