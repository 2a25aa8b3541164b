/** `node health-check.js`: exit 0 when the service of this container is alive, else 1. */

import { get } from "node:http";

import { load, local } from "./settings.js";

/** Milliseconds to wait for an answer; the image's HEALTHCHECK allows 3 s. */
const TIMEOUT = 2000;

const request = get({ ...local(load(process.env).listen), path: "/health", timeout: TIMEOUT }, (answer) => {
  process.exit(answer.statusCode === 200 ? 0 : 1);
});
request.on("timeout", () => process.exit(1));
request.on("error", () => process.exit(1));
