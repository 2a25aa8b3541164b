/** The process as a whole: a real one, asked by the protocol's own client. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import "../src/webcrypto.js";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const SOURCE = new URL("../src/", import.meta.url);

interface Line {
  readonly level: string;
  readonly message: string;
  readonly listen: string;
  readonly metrics: string;
}

/** A running service; the test reads its log line by line. */
class Service {
  private readonly child;
  private readonly lines;
  readonly ended: Promise<number | null>;
  address = "";
  metrics = "";

  constructor(settings: Readonly<Record<string, string>> = {}) {
    const env = { APP_LISTEN: "127.0.0.1:0", APP_METRICS_LISTEN: "127.0.0.1:0", APP_DRAIN_DELAY_SECONDS: "0" };
    const main = fileURLToPath(new URL("main.js", SOURCE));
    this.child = spawn(process.execPath, [main], {
      env: { ...env, ...settings },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
    this.ended = once(this.child, "exit").then(([code]) => code as number | null);
  }

  async line(): Promise<Line> {
    return JSON.parse((await this.lines.next()).value as string) as Line;
  }

  async started(): Promise<this> {
    const line = await this.line();
    assert.equal(line.message, "ready");
    this.address = line.listen;
    this.metrics = line.metrics;
    return this;
  }

  ask(path: string, options?: RequestInit): Promise<Response> {
    return fetch(`http://${this.address}${path}`, options);
  }

  async told(): Promise<string> {
    return (await fetch(`http://${this.metrics}/metrics`)).text();
  }

  stop(): void {
    this.child.kill("SIGTERM");
  }

  async gone(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** Does something with a running service, which is gone afterwards. */
async function withService(work: (service: Service) => Promise<void>, settings?: Record<string, string>) {
  const service = new Service(settings);
  try {
    await work(await service.started());
  } finally {
    await service.gone();
  }
}

test("a client initializes, lists the tools and calls them", async () => {
  await withService(async (service) => {
    const client = new Client({ name: "test", version: "1" });
    const transport = new StreamableHTTPClientTransport(new URL(`http://${service.address}/mcp`));
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    assert.equal(client.getServerVersion()?.name, "mcp-server");
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map((each) => each.name),
      ["text_statistics", "cut_text"],
    );
    const counted = await client.callTool({ name: "text_statistics", arguments: { text: "one two" } });
    assert.deepEqual(counted.structuredContent, { characters: 7, words: 2, lines: 1, bytes: 7 });
    const cut = await client.callTool({ name: "cut_text", arguments: { text: "one two", size: 4 } });
    assert.deepEqual(cut.structuredContent, {
      pieces: [
        { start: 0, text: "one " },
        { start: 4, text: "two" },
      ],
    });
    const wrong = await client.callTool({ name: "cut_text", arguments: { text: "one two", size: 0 } });
    assert.equal(wrong.isError, true);
    await client.close();
    const told = await service.told();
    assert.match(told, /mcp_tool_calls_total\{tool="cut_text",result="ok"\} 1/);
    assert.match(told, /application_requests_total\{method="POST",route="\/mcp",status="200"\} \d/);
  });
});

test("probes are answered, and paths that match nothing share one series", async () => {
  await withService(async (service) => {
    assert.equal((await service.ask("/health")).status, 200);
    assert.deepEqual(await (await service.ask("/ready")).json(), { status: "ready" });
    for (const path of ["/a", "/b", "/constructor"]) assert.equal((await service.ask(path)).status, 404);
    const wanted = /application_requests_total\{method="GET",route="unmatched",status="404"\} 3/;
    assert.match(await service.told(), wanted);
  });
});

test("what can not be is answered with a reason", async () => {
  await withService(
    async (service) => {
      const post = { method: "POST", headers: { "Content-Type": "application/json" } };
      const refused = async (status: number, options: RequestInit) => {
        const answer = await service.ask("/mcp", options);
        assert.equal(answer.status, status);
        assert.equal(typeof ((await answer.json()) as { detail: string }).detail, "string");
      };
      await refused(405, { method: "GET" });
      await refused(400, { ...post, body: "no json" });
      await refused(413, { ...post, body: " ".repeat(2000) });
      await refused(403, { ...post, headers: { ...post.headers, Origin: "https://other.example" }, body: "{}" });
    },
    { APP_MAX_BODY_BYTES: "1024" },
  );
});

test("a draining service serves on but is not ready, and ends with 0", async () => {
  await withService(
    async (service) => {
      service.stop();
      assert.equal((await service.line()).message, "draining");
      const ready = await service.ask("/ready");
      assert.deepEqual([ready.status, ready.headers.get("connection")], [503, "close"]);
      service.stop();
      assert.equal(await service.ended, 0);
    },
    { APP_DRAIN_DELAY_SECONDS: "600", APP_LOG_LEVEL: "info" },
  );
});

test("a stop ends it, whatever connections are kept", async () => {
  await withService(async (service) => {
    await service.ask("/health");
    service.stop();
    assert.equal(await service.ended, 0);
  });
});

test("a wrong setting ends it with a log line and code 2", async () => {
  const service = new Service({ APP_DRAIN_SECONDS: "soon" });
  assert.match((await service.line()).message, /^APP_DRAIN_SECONDS is 'soon'; allowed/);
  assert.equal(await service.ended, 2);
});

test("an address in use ends it with a log line and code 1", async () => {
  await withService(async (service) => {
    const second = new Service({ APP_LISTEN: service.address });
    assert.match((await second.line()).message, /^APP_LISTEN: can't listen on .*EADDRINUSE$/);
    assert.equal(await second.ended, 1);
  });
});
