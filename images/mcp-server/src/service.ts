/** The process: sockets, signals, and the order of starting and stopping. */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { application } from "./app.js";
import { Lifecycle } from "./lifecycle.js";
import { logger } from "./logs.js";
import { Metrics } from "./metrics.js";
import { SettingsError, load, type Address, type Settings } from "./settings.js";

const CANNOT_LISTEN = 1;
const BAD_SETTINGS = 2;

/** Milliseconds that an idle connection is kept: longer than proxies keep theirs (NGINX 60 s), so that they close first. */
const KEEP_ALIVE = 75_000;

/** Serves until SIGTERM or SIGINT. The exit code: 0 after a stop, 1 for an address in use, 2 for wrong settings. */
export async function run(environ: NodeJS.ProcessEnv): Promise<number> {
  let settings: Settings;
  try {
    settings = load(environ);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const line of error.message.split("\n")) logger("info")("error", line);
    return BAD_SETTINGS;
  }
  const log = logger(settings.logLevel);
  const lifecycle = new Lifecycle();
  const metrics = new Metrics(() => lifecycle.ready);
  const told = signals();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, application(settings, lifecycle, metrics, log));
  const scraped = createServer((_, response) => {
    void metrics.registry.metrics().then((text) => {
      response.writeHead(200, { "Content-Type": metrics.registry.contentType }).end(text);
    });
  });
  try {
    const bound = {
      listen: await listen(server, "APP_LISTEN", settings.listen),
      metrics: await listen(scraped, "APP_METRICS_LISTEN", settings.metricsListen),
    };
    lifecycle.started();
    log("info", "ready", bound);
  } catch (error) {
    log("error", (error as Error).message);
    return CANNOT_LISTEN;
  }
  await told.next();

  // Not ready, but still serving: requests keep coming until whoever sends them has asked again. A second signal is
  // from someone who does not want to wait.
  lifecycle.drain();
  log("info", "draining", { delay_seconds: settings.drainDelaySeconds });
  const hurry = told.next().then(() => true);
  const waited = (seconds: number) => sleep(seconds * 1000, false, { ref: false });
  if (!(await Promise.race([hurry, waited(settings.drainDelaySeconds)]))) {
    const closed = once(server, "close");
    server.close();
    server.closeIdleConnections();
    await Promise.race([closed, hurry, waited(settings.drainSeconds)]);
  }
  log("info", "stopped");
  return 0;
}

/** The signals that ask for an end, as they come. */
function signals(): { next: () => Promise<void> } {
  let waiting: (() => void) | undefined;
  let pending = 0;
  const take = () => {
    if (waiting) waiting();
    else pending += 1;
    waiting = undefined;
  };
  process.on("SIGTERM", take).on("SIGINT", take);
  return {
    next: () =>
      new Promise((resolve) => {
        if (pending === 0) waiting = resolve;
        else {
          pending -= 1;
          resolve();
        }
      }),
  };
}

async function listen(server: Server, variable: string, address: Address): Promise<string> {
  const { host, port } = address;
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw new Error(`${variable}: can't listen on ${host}:${port}: ${(error as NodeJS.ErrnoException).code}`);
  }
  const bound = server.address() as AddressInfo;
  return bound.family === "IPv6" ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
}
