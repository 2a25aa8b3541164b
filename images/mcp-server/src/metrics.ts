/** What Prometheus sees: the same metrics as those of this project's other services. */

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** Seconds. From a millisecond, since most answers take a few, to ten, where clients have given up. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export class Metrics {
  readonly registry = new Registry();
  readonly inFlight: Gauge;
  private readonly latency: Histogram<"method" | "route">;
  private readonly requests: Counter<"method" | "route" | "status">;
  private readonly calls: Counter<"tool" | "result">;

  /** @param ready whether requests should be sent here, asked at every scrape. */
  constructor(ready: () => boolean) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.latency = new Histogram({
      name: "application_latency_seconds",
      help: "Time from a request's head to the end of its answer.",
      labelNames: ["method", "route"],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.requests = new Counter({
      name: "application_requests_total",
      help: "Requests answered.",
      labelNames: ["method", "route", "status"],
      registers,
    });
    this.inFlight = new Gauge({
      name: "application_requests_in_flight",
      help: "Requests being answered now.",
      registers,
    });
    new Gauge({
      name: "application_ready",
      help: "1 when requests should be sent here, else 0.",
      registers,
      collect() {
        this.set(Number(ready()));
      },
    });
    this.calls = new Counter({
      name: "mcp_tool_calls_total",
      help: "Calls of tools.",
      labelNames: ["tool", "result"],
      registers,
    });
  }

  /** Counts one answered request. A route is one of ours or `unmatched`, never a path that a client made up. */
  observe(method: string, route: string, status: number, seconds: number): void {
    const known = METHODS.has(method) ? method : "OTHER";
    this.latency.observe({ method: known, route }, seconds);
    this.requests.inc({ method: known, route, status: String(status) });
  }

  /** Counts one call of a tool. */
  called(tool: string, result: "ok" | "error"): void {
    this.calls.inc({ tool, result });
  }
}
