/** Logs for machines: one JSON object a line on standard output. */

import { LEVELS, type Level } from "./settings.js";

export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log that writes lines of a level or above. */
export function logger(least: Level, write: (line: string) => void = (line) => void process.stdout.write(line)): Log {
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
}
