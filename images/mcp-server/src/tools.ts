/** The tools, as the Model Context Protocol tells them. */

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import * as z from "zod";

import type { Metrics } from "./metrics.js";
import { cut, statistics } from "./text.js";

export const NAME = "mcp-server";
export const VERSION = "0.1.0";

/** The longest text of a call, in UTF-16 units: the dearest call stays well below a second. */
const LONGEST = 100_000;

const text = z.string().max(LONGEST);

/** A server for one request: it keeps nothing, so that any replica answers any request. */
export function mcpServer(metrics: Metrics): McpServer {
  const server = new McpServer({ name: NAME, version: VERSION });
  const counted =
    <I, R>(tool: string, work: (input: I) => R) =>
    (input: I): R => {
      try {
        const result = work(input);
        metrics.called(tool, "ok");
        return result;
      } catch (error) {
        metrics.called(tool, "error");
        throw error;
      }
    };

  server.registerTool(
    "text_statistics",
    {
      title: "Text statistics",
      description: "Counts the characters (as a reader counts them), words, lines and UTF-8 bytes of a text.",
      inputSchema: { text },
      outputSchema: { characters: z.int(), words: z.int(), lines: z.int(), bytes: z.int() },
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    counted("text_statistics", (input: { text: string }) => answer(statistics(input.text))),
  );

  server.registerTool(
    "cut_text",
    {
      title: "Cut a text",
      description: "Cuts a text into pieces of at most `size` characters, between words where there are any.",
      inputSchema: { text, size: z.int().min(1).max(LONGEST) },
      outputSchema: { pieces: z.array(z.object({ start: z.int(), text: z.string() })) },
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    counted("cut_text", (input: { text: string; size: number }) => answer({ pieces: cut(input.text, input.size) })),
  );

  return server;
}

/** A result as structured content, and as text for clients that know no other. */
function answer(structuredContent: Record<string, unknown>) {
  return { structuredContent, content: [{ type: "text" as const, text: JSON.stringify(structuredContent) }] };
}
