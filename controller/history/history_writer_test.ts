import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { IPPoolHistory, RecordChange } from "../../core/api/ippool_history.ts";
import { ApiError } from "../../kube/errors.ts";
import { IPPOOL_HISTORIES, keyOf, parseKey } from "../../kube/objects/resources.ts";
import type { ObjectKey } from "../../kube/types.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { type MemoryLogger, memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { HistoryWriter } from "./history_writer.ts";

const MINUTE = 60_000;

/** Histories in memory, guarded as an API server guards them. */
class Histories {
  readonly objects = new Map<string, IPPoolHistory>();
  writes = 0;
  /** Called before each write; what it throws the write throws. */
  before: (pool: string) => void = () => undefined;
  /** Called after each write that happened; what it throws is all that the writer hears. */
  after: (pool: string) => void = () => undefined;

  get(key: ObjectKey): Promise<IPPoolHistory | undefined> {
    return Promise.resolve(this.objects.get(`${key.namespace}/${key.name}`));
  }

  create(object: IPPoolHistory): Promise<IPPoolHistory> {
    return this.#write(object, () => {
      if (this.objects.has(keyOf(object))) throw refusal(409, "AlreadyExists");
    });
  }

  update(object: IPPoolHistory): Promise<IPPoolHistory> {
    return this.#write(object, () => {
      const found = this.objects.get(keyOf(object));
      if (found?.metadata.resourceVersion === object.metadata.resourceVersion) return;
      throw refusal(409, "Conflict");
    });
  }

  /** Writes as somebody else. */
  put(pool: string, changes: readonly RecordChange[]): void {
    const { apiVersion, kind } = IPPOOL_HISTORIES;
    const resourceVersion = String(++this.writes);
    this.objects.set(pool, {
      apiVersion,
      kind,
      metadata: { ...parseKey(pool), resourceVersion },
      changes,
    });
  }

  rows(pool: string): readonly string[] {
    return this.objects.get(pool)?.changes.map(({ address }) => address) ?? [];
  }

  async #write(object: IPPoolHistory, check: () => void): Promise<IPPoolHistory> {
    const pool = keyOf(object);
    await Promise.resolve();
    this.before(pool);
    check();
    const { metadata } = object;
    const written = {
      ...object,
      metadata: { ...metadata, resourceVersion: String(++this.writes) },
    };
    this.objects.set(pool, written);
    this.after(pool);
    return written;
  }
}

function refusal(code: number, reason: string): ApiError {
  return new ApiError({ code, reason, message: reason }, { method: "PUT", path: "/" });
}

interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly log: MemoryLogger;
  readonly histories: Histories;
  readonly writer: HistoryWriter;
  /** Notes that an address was given now. */
  give(pool: string, address: string): void;
  stop(): Promise<void>;
}

function bench(): Bench {
  const clock = new ManualClock();
  const log = memoryLogger();
  const histories = new Histories();
  const writer = new HistoryWriter({ client: histories, clock, random: () => 0.5, log });
  const stopping = new AbortController();
  const running = writer.run(stopping.signal);
  const give = (pool: string, address: string) =>
    writer.note(pool, [{
      at: new Date(clock.now()).toISOString().replace(/\.\d+/, ""),
      event: "given",
      address,
      macAddress: "52:54:00:00:00:01",
      why: "Allocated",
    }]);
  const stop = async () => {
    stopping.abort();
    await running;
  };
  return { clock, log, histories, writer, give, stop, [Symbol.asyncDispose]: stop };
}

Deno.test("HistoryWriter: the first rows are written soon, all others at most once a minute and pool", async () => {
  await using it = bench();
  for (let second = 0; second < 300; second++) {
    for (const pool of ["default/a", "default/b"]) it.give(pool, `10.0.0.${second}`);
    await it.clock.advance(1_000);
  }
  // After 5 s, and then after each full minute.
  strictEqual(it.histories.writes, 2 * 5);
  await it.clock.advance(MINUTE);
  deepStrictEqual(it.histories.rows("default/a").length, 300);
  deepStrictEqual(it.histories.rows("default/b").length, 300);
  strictEqual(it.histories.writes, 2 * 6);
  await it.clock.advance(10 * MINUTE);
  strictEqual(it.histories.writes, 2 * 6, "the quiet writes nothing");
});

Deno.test("HistoryWriter: a write that takes long is followed by a minute of rest, as any other", async () => {
  await using it = bench();
  const begun: number[] = [];
  const create = it.histories.create.bind(it.histories);
  it.histories.create = async (object) => {
    begun.push(it.clock.monotonic());
    await it.clock.sleep(30_000);
    return await create(object);
  };
  const update = it.histories.update.bind(it.histories);
  it.histories.update = (object) => {
    begun.push(it.clock.monotonic());
    return update(object);
  };
  it.give("default/a", "10.0.0.1");
  await it.clock.advance(MINUTE);
  it.give("default/a", "10.0.0.2");
  await it.clock.advance(2 * MINUTE);
  deepStrictEqual(begun, [5_000, 35_000 + MINUTE]);
});

Deno.test("HistoryWriter: who reads a history is told what is not written yet, and each row once", async () => {
  await using it = bench();
  const { signal } = new AbortController();
  const read = async () =>
    (await it.writer.read("default/a", signal))?.map(({ address }) => address);
  strictEqual(await read(), undefined);
  it.give("default/a", "10.0.0.1");
  deepStrictEqual(await read(), ["10.0.0.1"]);
  await it.clock.advance(10_000);
  it.give("default/a", "10.0.0.2");
  deepStrictEqual(await read(), ["10.0.0.1", "10.0.0.2"]);
  let during: readonly string[] | undefined;
  const asked = Promise.withResolvers<void>();
  it.histories.after = () => void read().then((rows) => during = rows).finally(asked.resolve);
  await it.clock.advance(MINUTE);
  await asked.promise;
  deepStrictEqual(during, ["10.0.0.1", "10.0.0.2"]);
});

Deno.test("HistoryWriter: the lag is the age of the oldest row that is not written, also after a write that failed, and 0 when all are", async () => {
  await using it = bench();
  const told = () => [it.writer.lagMs, it.writer.rowsWaiting];
  deepStrictEqual(told(), [0, 0]);
  it.give("default/a", "10.0.0.1");
  await it.clock.advance(3_000);
  it.give("default/b", "10.0.0.2");
  deepStrictEqual(told(), [3_000, 2]);
  it.histories.before = () => {
    throw refusal(500, "InternalError");
  };
  await it.clock.advance(MINUTE);
  deepStrictEqual(told(), [MINUTE + 3_000, 2]);
  it.histories.before = () => undefined;
  await it.clock.advance(2 * MINUTE);
  deepStrictEqual(told(), [0, 0]);
});

Deno.test("HistoryWriter: rows that wait when it stops are written by the last flush, each once", async () => {
  await using it = bench();
  it.give("default/a", "10.0.0.1");
  await it.clock.advance(10_000);
  for (const pool of ["default/a", "default/b", "default/c"]) it.give(pool, "10.0.0.2");
  await it.stop();
  await it.writer.flush(new AbortController().signal);
  deepStrictEqual(it.histories.rows("default/a"), ["10.0.0.1", "10.0.0.2"]);
  deepStrictEqual(it.histories.rows("default/b"), ["10.0.0.2"]);
  deepStrictEqual(it.histories.rows("default/c"), ["10.0.0.2"]);
});

Deno.test("HistoryWriter: a write that another controller's overtakes adds to what that one wrote", async () => {
  await using it = bench();
  const { at: _, ...row } = { at: "", event: "given", macAddress: "", why: "Allocated" } as const;
  let races = 2;
  it.histories.before = (pool) => {
    if (races-- <= 0) return;
    const rows = it.histories.objects.get(pool)?.changes ?? [];
    it.histories.put(pool, [...rows, {
      ...row,
      at: "2026-01-01T00:00:00Z",
      address: `10.0.1.${races}`,
    }]);
  };
  await it.clock.advance(1_000);
  it.give("default/a", "10.0.0.1");
  await it.clock.advance(5_000);
  deepStrictEqual(it.histories.rows("default/a"), ["10.0.1.1", "10.0.1.0", "10.0.0.1"]);
});

Deno.test("HistoryWriter: a write whose answer was lost leaves its rows there once", async () => {
  await using it = bench();
  it.histories.after = () => {
    it.histories.after = () => undefined;
    throw new TypeError("The connection was closed");
  };
  it.give("default/a", "10.0.0.1");
  await it.clock.advance(5_000);
  it.give("default/a", "10.0.0.2");
  await it.clock.advance(2 * MINUTE);
  deepStrictEqual(it.histories.rows("default/a"), ["10.0.0.1", "10.0.0.2"]);
});

Deno.test("HistoryWriter: an address that is given twice in one second is told twice, though a write in between was refused", async () => {
  await using it = bench();
  it.give("default/a", "10.0.0.1");
  await it.clock.advance(5_000);
  const [row] = it.histories.objects.get("default/a")?.changes ?? [];
  ok(row !== undefined);
  it.histories.before = () => {
    it.histories.before = () => undefined;
    throw refusal(503, "Unavailable");
  };
  it.writer.note("default/a", [{ ...row, event: "released" }, row]);
  await it.clock.advance(3 * MINUTE);
  deepStrictEqual(it.histories.objects.get("default/a")?.changes.map(({ event }) => event), [
    "given",
    "released",
    "given",
  ]);
});

for (
  const [code, reason] of [[403, "Forbidden"], [404, "NotFound"], [503, "Unavailable"]] as const
) {
  Deno.test(`HistoryWriter: ${code} is one line in the log for all pools, and the rows are written when it is over`, async () => {
    await using it = bench();
    it.histories.before = () => {
      throw refusal(code, reason);
    };
    for (let number = 0; number < 20; number++) it.give(`default/pool-${number}`, "10.0.0.1");
    await it.clock.advance(5 * MINUTE);
    strictEqual(it.log.lines.filter(({ level }) => level === "warn").length, 1);
    it.histories.before = () => undefined;
    await it.clock.advance(2 * MINUTE);
    strictEqual(it.histories.objects.size, 20);
    match(it.log.lines.at(-1)?.message ?? "", /written again/);
  });
}

Deno.test("HistoryWriter: rows that cannot be written are given up after ten minutes, and do not gather without end", async () => {
  await using it = bench();
  it.histories.before = () => {
    throw refusal(403, "Forbidden");
  };
  for (let number = 0; number < 5_000; number++) it.give("default/a", `10.0.${number >> 8}.1`);
  await it.clock.advance(30 * MINUTE);
  it.histories.before = () => undefined;
  it.give("default/a", "10.0.0.2");
  await it.clock.advance(2 * MINUTE);
  deepStrictEqual(it.histories.rows("default/a"), ["10.0.0.2"]);
});

for (
  const [what, code, details] of [
    ["going", 403, { causes: [{ reason: "NamespaceTerminating" }] }],
    ["gone", 404, { kind: "namespaces", name: "tenant" }],
  ] as const
) {
  Deno.test(`HistoryWriter: a history whose namespace is ${what} is tried once`, async () => {
    await using it = bench();
    let tries = 0;
    it.histories.before = () => {
      tries++;
      throw new ApiError({ code, details }, { method: "POST", path: "/" });
    };
    it.give("tenant/a", "10.0.0.1");
    await it.clock.advance(5 * MINUTE);
    strictEqual(tries, 1);
    strictEqual(it.writer.lagMs, 0);
  });
}

Deno.test("HistoryWriter: a last flush that is refused once is tried again, and each row is there once", async () => {
  await using it = bench();
  for (const pool of ["default/a", "default/b"]) it.give(pool, "10.0.0.1");
  await it.stop();
  it.histories.after = () => {
    it.histories.after = () => undefined;
    throw refusal(503, "Unavailable");
  };
  const flushed = it.writer.flush(new AbortController().signal);
  await it.clock.advance(1_000);
  await flushed;
  for (const pool of ["default/a", "default/b"]) {
    deepStrictEqual(it.histories.rows(pool), ["10.0.0.1"]);
  }
  ok(!it.log.lines.some(({ message }) => /not written/.test(message)));
});

Deno.test("HistoryWriter: a last flush that cannot be written ends with the signal and says what is lost", async () => {
  await using it = bench();
  it.give("default/a", "10.0.0.1");
  await it.stop();
  it.histories.before = () => {
    throw refusal(503, "Unavailable");
  };
  const flushed = it.writer.flush(new AbortController().signal);
  await it.clock.advance(2_000);
  await flushed;
  ok(it.log.lines.some(({ message }) => /not written/.test(message)));
});

Deno.test("HistoryWriter: pools that churn take no room from one that is quiet, and what they lose is told", async () => {
  await using it = bench();
  it.histories.before = () => {
    throw refusal(503, "Unavailable");
  };
  for (let pool = 0; pool < 20; pool++) {
    for (let row = 0; row < 2_000; row++) it.give(`default/churn-${pool}`, `10.${pool}.0.1`);
  }
  it.give("default/quiet", "10.99.0.1");
  strictEqual(it.writer.rowsWaiting, 30_000);
  const lost = it.log.lines.filter(({ message }) => /given up/.test(message));
  strictEqual(lost.length, 1, "one line, however many rows");
  it.histories.before = () => undefined;
  await it.clock.advance(10 * MINUTE);
  deepStrictEqual(it.histories.rows("default/quiet"), ["10.99.0.1"]);
  strictEqual(it.writer.rowsWaiting, 0);
});

Deno.test("HistoryWriter: a history that is deleted while it is written is made anew at once, and nothing is told", async () => {
  await using it = bench();
  it.give("default/a", "10.0.0.1");
  await it.clock.advance(5_000);
  it.histories.before = (pool) => {
    it.histories.before = () => undefined;
    it.histories.objects.delete(pool);
    throw refusal(404, "NotFound");
  };
  it.give("default/a", "10.0.0.2");
  await it.clock.advance(MINUTE);
  deepStrictEqual(it.histories.rows("default/a"), ["10.0.0.2"]);
  deepStrictEqual(it.log.lines.filter(({ level }) => level === "warn"), []);
});

Deno.test("HistoryWriter: one history that cannot be written while others can is told once, not with every minute", async () => {
  await using it = bench();
  it.histories.before = (pool) => {
    // Such as a namespace that is going.
    if (pool === "going/a") throw refusal(403, "Forbidden");
  };
  for (let minute = 0; minute < 8; minute++) {
    for (const pool of ["going/a", "default/b"]) it.give(pool, `10.0.0.${minute}`);
    await it.clock.advance(MINUTE);
  }
  deepStrictEqual(it.log.lines.map(({ level }) => level), ["warn"]);
  it.histories.before = () => undefined;
  await it.clock.advance(2 * MINUTE);
  deepStrictEqual(it.log.lines.map(({ level }) => level), ["warn", "info"]);
});

Deno.test("HistoryWriter: of hundreds of pools that begin to change at once two histories are written in a second, and all of them", async () => {
  await using it = bench();
  const pools = Array.from({ length: 300 }, (_, n) => `default/pool-${n}`);
  for (const pool of pools) it.give(pool, "10.0.0.1");
  await it.clock.advance(MINUTE);
  ok(it.histories.writes <= 120, `${it.histories.writes} writes`);
  await it.clock.advance(2 * MINUTE);
  strictEqual(it.histories.writes, 300);
  for (const pool of pools) deepStrictEqual(it.histories.rows(pool), ["10.0.0.1"]);
});

Deno.test("HistoryWriter: hundreds of long histories that change all the time are written more seldom, each in its turn", async () => {
  await using it = bench();
  const POOLS = 300;
  const row = {
    event: "given",
    macAddress: "52:54:00:00:00:01",
    vm: `default/${"x".repeat(60)}`,
    uid: "5c1bb2d4-0d4c-4e7c-9f0e-2a3d2c6d9b01",
    why: "Allocated",
  } as const;
  const long = Array.from(
    { length: 2_000 },
    (_, n) => ({ ...row, at: "2025-12-31T00:00:00Z", address: `10.0.${n >> 8}.${n & 255}` }),
  );
  const octets = JSON.stringify(long).length;
  for (let pool = 0; pool < POOLS; pool++) it.histories.put(`default/pool-${pool}`, long);
  const before = it.histories.writes;
  for (let minute = 0; minute < 30; minute++) {
    for (let pool = 0; pool < POOLS; pool++) it.give(`default/pool-${pool}`, `10.1.0.${minute}`);
    await it.clock.advance(MINUTE);
  }
  const written = (it.histories.writes - before) * octets;
  ok(written <= 30 * 20 * 2 ** 20, `${written / 2 ** 20 | 0} MiB in half an hour`);
  for (let pool = 0; pool < POOLS; pool++) {
    ok(it.histories.rows(`default/pool-${pool}`).includes("10.1.0.0"), `pool ${pool}`);
  }
  await it.clock.advance(30 * MINUTE);
  strictEqual(it.writer.rowsWaiting, 0);
});
