import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { followMountedCertificates } from "./mounted_certificates.ts";

Deno.test("a mounted certificate is served as soon as it is there, and again when it is renewed", async () => {
  const clock = new ManualClock();
  const log = memoryLogger();
  const files = new Map<string, string>();
  const served: string[] = [];
  const stop = new AbortController();
  const running = followMountedCertificates({
    clock,
    random: () => 0.5,
    log,
    folder: "/certificate",
    read: (path) => {
      const text = files.get(path);
      return text === undefined
        ? Promise.reject(new Deno.errors.NotFound(path))
        : Promise.resolve(text);
    },
    install: ({ certificate, key }) => {
      if (key === "other") throw new TypeError("Not the certificate's key");
      served.push(`${certificate} ${key}`);
    },
  }, stop.signal);
  const write = (certificate: string, key: string) => {
    files.set("/certificate/tls.crt", certificate);
    files.set("/certificate/tls.key", key);
  };

  await clock.advance(5_000);
  deepStrictEqual(served, []);
  match(JSON.stringify(log.lines), /cannot be served, trying again/);

  write("one", "key-1");
  await clock.advance(30_000);
  deepStrictEqual(served, ["one key-1"]);

  // Half of a renewal: the old one is served on.
  write("two", "other");
  await clock.advance(30_000);
  deepStrictEqual(served, ["one key-1"]);
  write("two", "key-2");
  await clock.advance(30_000);
  deepStrictEqual(served, ["one key-1", "two key-2"]);

  stop.abort();
  await running;
  strictEqual(served.length, 2);
});
