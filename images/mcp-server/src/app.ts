/** HTTP: MCP at `/mcp`, and the probes. */

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

import "./webcrypto.js";

import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

import type { Lifecycle } from "./lifecycle.js";
import type { Log } from "./logs.js";
import type { Metrics } from "./metrics.js";
import type { Settings } from "./settings.js";
import { mcpServer } from "./tools.js";

const LONGEST_PATH = 200;

/** The status, as NGINX writes it, of a request whose client left before an answer began. */
const CLIENT_GONE = 499;

/** A request that is not taken. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Answers every request, and accounts for it. */
export function application(settings: Settings, lifecycle: Lifecycle, metrics: Metrics, log: Log): RequestListener {
  const routes: Readonly<Record<string, Handler>> = {
    "/health": (_, response) => send(response, 200, { status: "ok" }),
    "/ready": (_, response) => send(response, lifecycle.ready ? 200 : 503, { status: lifecycle.phase }),
    "/mcp": (request, response) => mcp(request, response, settings, metrics, log),
  };
  return (request, response) => {
    const began = performance.now();
    const method = request.method ?? "";
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const handler = Object.hasOwn(routes, path) ? routes[path] : undefined;
    const route = handler ? path : "unmatched";
    metrics.inFlight.inc();
    // The next request on this connection would be lost when the service has ended.
    if (lifecycle.phase === "draining") response.setHeader("Connection", "close");
    response.once("close", () => {
      const seconds = (performance.now() - began) / 1000;
      const status = response.headersSent ? response.statusCode : CLIENT_GONE;
      metrics.inFlight.dec();
      metrics.observe(method, route, status, seconds);
      // Probes come every few seconds and would drown the rest.
      const level = status === 500 ? "error" : route === "/health" || route === "/ready" ? "debug" : "info";
      const duration = Math.round(seconds * 1e6) / 1e3;
      log(level, "request", { method, path: path.slice(0, LONGEST_PATH), route, status, duration_ms: duration });
    });
    void answered(handler ?? missing, request, response, log);
  };
}

async function answered(handler: Handler, request: IncomingMessage, response: ServerResponse, log: Log) {
  try {
    await handler(request, response);
  } catch (error) {
    if (!(error instanceof Refusal)) log("error", "request failed", { error: String(error) });
    if (response.headersSent) response.destroy();
    else if (error instanceof Refusal) send(response, error.status, { detail: error.message });
    else send(response, 500, { detail: "it failed" });
  }
}

/** One request of the protocol, by a server and a transport of its own: nothing is kept between two. */
async function mcp(
  request: IncomingMessage,
  response: ServerResponse,
  settings: Settings,
  metrics: Metrics,
  log: Log,
): Promise<void> {
  const { origin } = request.headers;
  if (origin !== undefined && !settings.allowedOrigins.includes(origin)) {
    throw new Refusal(403, "calls from web pages are allowed from the origins in APP_ALLOWED_ORIGINS only");
  }
  if (request.method !== "POST") {
    response.setHeader("Allow", "POST");
    throw new Refusal(405, "allowed: POST; nothing is kept between requests, so there is no stream to listen to");
  }
  const body = await json(request, settings.maxBodyBytes);
  const server = mcpServer(metrics);
  // Without a session id generator there are no sessions.
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  transport.onerror = (error) => log("debug", "protocol error", { error: error.message });
  response.once("close", () => void server.close());
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  await transport.handleRequest(request, response, body);
}

async function json(request: IncomingMessage, most: number): Promise<unknown> {
  const tooLarge = () => new Refusal(413, `the body is larger than ${most} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > most) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw tooLarge();
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new Refusal(400, "the body is no JSON");
  }
}

function missing(): void {
  throw new Refusal(404, "there is nothing at this path");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
