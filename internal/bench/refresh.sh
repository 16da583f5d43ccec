#!/bin/bash
# The way it is done by hand: a JWT by openssl, the token by curl and jq.
set -euo pipefail
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
now=$(date +%s)
header=$(printf '{"alg":"RS256","typ":"JWT"}' | b64)
payload=$(printf '{"iat":%d,"exp":%d,"iss":"%s"}' $((now - 60)) $((now + 540)) "$APP_ID" | b64)
signature=$(printf '%s.%s' "$header" "$payload" | openssl dgst -sha256 -sign "$KEY" -binary | b64)
answer=$(curl -sS --fail-with-body -X POST -H "Authorization: Bearer $header.$payload.$signature" \
	-H 'Accept: application/vnd.github+json' "$API_URL/app/installations/$INSTALLATION_ID/access_tokens")
token=$(jq -re .token <<<"$answer")
expires=$(jq -re .expires_at <<<"$answer")
umask 077
printf 'GITHUB_TOKEN=%s\nGH_TOKEN=%s\nGITHUB_TOKEN_CREATED_AT=%s\nGITHUB_TOKEN_EXPIRES_AT=%s\n' \
	"$token" "$token" "$(date -u +%FT%TZ)" "$expires" >"$OUT.new"
mv "$OUT.new" "$OUT"
