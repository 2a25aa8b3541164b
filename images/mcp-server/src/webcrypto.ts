/** Node 18 keeps the global `crypto`, which the SDK asks for, behind a switch. Imported before the SDK. */

import { webcrypto } from "node:crypto";

if (!("crypto" in globalThis)) Object.defineProperty(globalThis, "crypto", { value: webcrypto });
