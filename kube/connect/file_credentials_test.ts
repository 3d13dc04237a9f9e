import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { fileCredentials } from "./file_credentials.ts";
import { FakeMachine } from "../testing/fake_machine.ts";

function setUp() {
  const machine = new FakeMachine();
  const clock = new ManualClock();
  const credentials = fileCredentials({ files: { token: "/token" }, machine, clock });
  machine.files.set("/token", "first\n");
  const ask = async (refused = false) =>
    (await credentials({ refused, signal: AbortSignal.timeout(10_000) })).authorization;
  return { machine, clock, ask };
}

Deno.test("fileCredentials reads the token again at least once a minute, and no more often", async () => {
  const { machine, clock, ask } = setUp();
  assert.equal(await ask(), "Bearer first");
  machine.files.set("/token", "second");
  await clock.advance(59_999);
  assert.equal(await ask(), "Bearer first");
  await clock.advance(1);
  assert.equal(await ask(), "Bearer second");
  assert.equal(machine.reads.length, 2);
});

Deno.test("fileCredentials reads the token again when the server refuses it", async () => {
  const { machine, ask } = setUp();
  await ask();
  machine.files.set("/token", "second");
  assert.equal(await ask(true), "Bearer second");
});

Deno.test("fileCredentials goes on with what it read last while the file is away", async () => {
  const { machine, clock, ask } = setUp();
  await ask();
  machine.files.delete("/token");
  await clock.advance(60_000);
  assert.equal(await ask(), "Bearer first");
});

Deno.test("fileCredentials names the file that it cannot read at first", async () => {
  const { machine, ask } = setUp();
  machine.files.delete("/token");
  await assert.rejects(ask(), /^Error: Cannot read \/token: No such file/);
});
