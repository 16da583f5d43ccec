// Verifies the JWT on standard input with Node's own cryptography (RFC 7519,
// section 7.2), and prints its header and claims as JSON.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [header, claims, signature, ...more] = readFileSync(0, "utf8").trim().split(".");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url"));
const valid = more.length === 0 && [header, claims, signature].every((part) => /^[\w-]+$/.test(part)) &&
	verify("sha256", `${header}.${claims}`, createPublicKey(readFileSync(process.env.KEY)), Buffer.from(signature, "base64url"));
console.log(JSON.stringify({ valid, header: decode(header), claims: decode(claims) }));
