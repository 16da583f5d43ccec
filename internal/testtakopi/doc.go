// Package testtakopi gives tests a real Takopi: on a machine of [testboot]'s with
// Python 3.14 and uv, all from Debian and PyPI, and against a stand-in for
// Telegram's Bot API. It is never part of the shipped program.
//
// Takopi runs as its users get it. It speaks to api.telegram.org by that name:
// [Telegram.Listen] is a proxy (HTTPS_PROXY) that answers for it, under a
// certificate of its own (SSL_CERT_FILE).
//
// The stand-in knows the methods that Takopi calls, and holds their parameters to
// core.telegram.org/bots/api as of Bot API 9: what Telegram would refuse it
// refuses, with Telegram's words, and what the description does not have is a
// violation.
package testtakopi
