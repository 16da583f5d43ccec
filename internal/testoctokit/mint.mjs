// Mints with @octokit/auth-app, for COUNT installations at once, and prints what
// came of the last as JSON: a token with its grants, or GitHub's refusal.
import { readFileSync } from "node:fs";
import { createAppAuth } from "@octokit/auth-app";
import { request } from "@octokit/request";

const { API_URL, APP_ID, INSTALLATION_ID, KEY, REPOSITORIES, PERMISSIONS, COUNT } = process.env;
const auth = createAppAuth({
	appId: APP_ID,
	privateKey: readFileSync(KEY, "utf8"),
	request: request.defaults({ baseUrl: API_URL }),
});
const scope = {
	...(REPOSITORIES && { repositoryNames: JSON.parse(REPOSITORIES) }),
	...(PERMISSIONS && { permissions: JSON.parse(PERMISSIONS) }),
};
const mint = (_, i) => auth({ type: "installation", installationId: Number(INSTALLATION_ID) + i, ...scope });
try {
	const all = await Promise.all(Array.from({ length: Number(COUNT ?? 1) }, mint));
	console.log(JSON.stringify(all.at(-1)));
} catch (error) {
	console.log(JSON.stringify({ status: error.status, message: error.response?.data.message ?? error.message }));
	process.exitCode = 1;
}
