// Package broker hands out tokens to users who must not have the key. A server
// runs as a user of its own and alone holds the keys; a client asks it over a Unix
// socket, by one line of JSON a connection, and is answered by another.
//
// Who asks is told by the kernel (SO_PEERCRED, unix(7)) and by nothing in the
// request: one that was seen on its way is of no use to another user. What each
// may ask for is the policy, a [Config]; what it does not name is refused.
package broker
