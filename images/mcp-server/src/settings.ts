/**
 * What can be set, by environment variables.
 *
 * | variable | default | meaning |
 * |---|---|---|
 * | `APP_LISTEN` | `0.0.0.0:3000` | where MCP listens |
 * | `APP_METRICS_LISTEN` | `0.0.0.0:9090` | where `/metrics` listens |
 * | `APP_LOG_LEVEL` | `info` | `debug`, `info`, `warning` or `error` |
 * | `APP_DRAIN_DELAY_SECONDS` | `5` | after SIGTERM, how long to go on serving while not ready |
 * | `APP_DRAIN_SECONDS` | `15` | after that, how long requests in flight may still take |
 * | `APP_MAX_BODY_BYTES` | `1048576` | the largest request body |
 * | `APP_ALLOWED_ORIGINS` | none | web pages, by their origins and separated by commas, that may call from a browser |
 */

export const LEVELS = ["debug", "info", "warning", "error"] as const;

export type Level = (typeof LEVELS)[number];

/** A host and a port; port 0 lets the system choose. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Settings {
  readonly listen: Address;
  readonly metricsListen: Address;
  readonly logLevel: Level;
  readonly drainDelaySeconds: number;
  readonly drainSeconds: number;
  readonly maxBodyBytes: number;
  readonly allowedOrigins: readonly string[];
}

export const DEFAULTS: Settings = {
  listen: { host: "0.0.0.0", port: 3000 },
  metricsListen: { host: "0.0.0.0", port: 9090 },
  logLevel: "info",
  // One period of the readiness probe, so that traffic has moved away; with what follows and a `preStop` of 5 s, 25 s:
  // below Kubernetes' 30.
  drainDelaySeconds: 5,
  drainSeconds: 15,
  maxBodyBytes: 1024 * 1024,
  allowedOrigins: [],
};

/** What is wrong with the environment; one line for each variable, with what is allowed. */
export class SettingsError extends Error {}

/** What Kubernetes sets in every container for a Service named `app` or `app-…`. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** How each variable is read: gives the setting, or throws what is allowed. */
const READERS: Readonly<Record<string, (text: string) => Partial<Settings>>> = {
  APP_LISTEN: (text) => ({ listen: address(text) }),
  APP_METRICS_LISTEN: (text) => ({ metricsListen: address(text) }),
  APP_LOG_LEVEL: (text) => ({ logLevel: level(text) }),
  APP_DRAIN_DELAY_SECONDS: (text) => ({ drainDelaySeconds: within(text, 0, 600) }),
  APP_DRAIN_SECONDS: (text) => ({ drainSeconds: within(text, 0, 600) }),
  APP_MAX_BODY_BYTES: (text) => ({ maxBodyBytes: Math.floor(within(text, 1024, 64 * 1024 * 1024)) }),
  APP_ALLOWED_ORIGINS: (text) => ({ allowedOrigins: text.split(",").map((each) => origin(each.trim())) }),
};

/**
 * The settings that an environment gives; variables without the prefix are not looked at.
 *
 * @throws SettingsError naming every variable that is wrong.
 */
export function load(environ: Readonly<Record<string, string | undefined>>): Settings {
  let settings = DEFAULTS;
  const problems: string[] = [];
  for (const [variable, text] of Object.entries(environ).sort()) {
    if (text === undefined || !variable.startsWith("APP_") || SERVICE_LINK.test(variable)) continue;
    const read = READERS[variable];
    if (!read) {
      problems.push(`${variable} is not a setting`);
      continue;
    }
    try {
      settings = { ...settings, ...read(text) };
    } catch (error) {
      problems.push(`${variable} is '${text}'; allowed: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  return settings;
}

/** The address by which this machine reaches one that listens. */
export function local(listens: Address): Address {
  const host = { "0.0.0.0": "127.0.0.1", "::": "::1" }[listens.host] ?? listens.host;
  return { host, port: listens.port };
}

function address(text: string): Address {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (!host || Number(port) > 65535) {
    throw new Error("host:port with a port from 0 to 65535, such as 0.0.0.0:3000 or [::]:3000");
  }
  return { host, port: Number(port) };
}

function level(text: string): Level {
  const found = LEVELS.find((each) => each === text);
  if (!found) throw new Error(LEVELS.join(", "));
  return found;
}

function within(text: string, least: number, most: number): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(number >= least && number <= most)) throw new Error(`a number from ${least} to ${most}`);
  return number;
}

function origin(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw new Error("origins separated by commas, such as https://example.com");
  }
  return text;
}
