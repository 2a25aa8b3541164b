/** `node main.js`: the service. */

import { run } from "./service.js";

process.exit(await run(process.env));
