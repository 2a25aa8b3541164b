import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, SettingsError, load, local } from "../src/settings.js";

test("an empty environment gives the defaults", () => {
  assert.deepEqual(load({ PATH: "/bin" }), DEFAULTS);
});

test("each variable is read", () => {
  const settings = load({ APP_LISTEN: "[::1]:1", APP_DRAIN_SECONDS: "1.5", APP_ALLOWED_ORIGINS: "https://a.example" });
  assert.deepEqual(settings.listen, { host: "::1", port: 1 });
  assert.equal(settings.drainSeconds, 1.5);
  assert.deepEqual(settings.allowedOrigins, ["https://a.example"]);
});

test("every wrong variable is named with what is allowed", () => {
  const wrong = {
    APP_LISTEN: "3000",
    APP_LOG_LEVEL: "loud",
    APP_DRAIN_SECONDS: "-1",
    APP_MAX_BODY_BYTES: "10",
    APP_ALLOWED_ORIGINS: "https://a.example/path",
    APP_OTHER: "x",
  };
  assert.throws(
    () => load(wrong),
    (error: Error) => {
      assert.ok(error instanceof SettingsError);
      assert.equal(error.message.split("\n").length, 6);
      assert.match(error.message, /^APP_DRAIN_SECONDS is '-1'; allowed: a number from 0 to 600$/m);
      assert.match(error.message, /^APP_OTHER is not a setting$/m);
      return true;
    },
  );
});

test("what Kubernetes sets for a Service is no setting", () => {
  for (const name of ["APP_PORT", "APP_SERVICE_HOST", "APP_X_SERVICE_PORT_HTTP", "APP_PORT_80_TCP_ADDR"]) {
    assert.deepEqual(load({ [name]: "tcp://10.0.0.1:80" }), DEFAULTS, name);
  }
});

test("what listens everywhere is asked here", () => {
  assert.deepEqual(local({ host: "0.0.0.0", port: 1 }), { host: "127.0.0.1", port: 1 });
  assert.deepEqual(local({ host: "10.0.0.1", port: 1 }), { host: "10.0.0.1", port: 1 });
});
