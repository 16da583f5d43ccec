// Prints the JWT that @octokit/auth-app makes of the App.
import { readFileSync } from "node:fs";
import { createAppAuth } from "@octokit/auth-app";

const { APP_ID, KEY } = process.env;
const { token } = await createAppAuth({ appId: APP_ID, privateKey: readFileSync(KEY, "utf8") })({ type: "app" });
console.log(token);
