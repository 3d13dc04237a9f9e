import assert from "node:assert/strict";
import { ApiError, ConnectionError } from "../../kube/errors.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { WriteTroubles } from "./write_troubles.ts";

const WRITE = { verb: "create", resource: "virtualmachinenetworkconfigs" };
const REQUEST = { method: "POST", path: "/x" };
const NO_RIGHT = new ApiError({
  code: 403,
  reason: "Forbidden",
  message:
    'x is forbidden: User "c" cannot create resource "virtualmachinenetworkconfigs" in API group "g"',
}, REQUEST);

function setUp() {
  const clock = new ManualClock();
  const log = memoryLogger();
  let changes = 0;
  const troubles = new WriteTroubles({ clock, log, onChange: () => changes++ });
  return { clock, log, troubles, changes: () => changes };
}

Deno.test("E5: WriteTroubles tells at once what there is no right to, in one log line, until it succeeds", async () => {
  const { clock, log, troubles, changes } = setUp();
  troubles.note({ ...WRITE, error: NO_RIGHT });
  await clock.advance(1_000);
  troubles.note({ ...WRITE, error: NO_RIGHT });
  assert.deepEqual(troubles.forbidden, ["create virtualmachinenetworkconfigs"]);
  assert.deepEqual(troubles.sentences, [
    `The controller cannot create virtualmachinenetworkconfigs: ${NO_RIGHT.message}`,
  ]);
  assert.deepEqual(
    log.lines.map(({ level, keys: { verb, resource } }) => [level, verb, resource]),
    [
      ["error", "create", "virtualmachinenetworkconfigs"],
    ],
  );
  assert.equal(changes(), 1);
  troubles.note(WRITE);
  assert.deepEqual([troubles.forbidden, troubles.sentences, troubles.entries], [[], [], []]);
  assert.equal(changes(), 2);
});

Deno.test("E5: WriteTroubles takes no refusal of one object for a lack of rights", () => {
  const { troubles, log } = setUp();
  for (const [code, message] of [[403, "denied by policy"], [409, ""], [404, ""], [422, "bad"]]) {
    const status = { code: Number(code), message: String(message) };
    troubles.note({ ...WRITE, error: new ApiError(status, REQUEST) });
  }
  assert.deepEqual([troubles.entries, troubles.sentences, log.lines], [[], [], []]);
});

Deno.test("E5: WriteTroubles tells of writes that get no answer when that lasts, and forgets what is not tried any more", async () => {
  for (
    const error of [new ConnectionError(REQUEST, "away"), new ApiError({ code: 500 }, REQUEST)]
  ) {
    const { clock, troubles } = setUp();
    troubles.note({ ...WRITE, error });
    await clock.advance(30_000);
    troubles.note({ ...WRITE, error });
    assert.deepEqual(troubles.sentences, []);
    await clock.advance(20_000);
    troubles.note({ ...WRITE, error });
    assert.equal(troubles.sentences.length, 1);
    assert.deepEqual(troubles.forbidden, []);
    await clock.advance(120_000);
    assert.deepEqual(troubles.sentences, []);
  }
});
