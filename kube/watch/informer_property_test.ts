import assert from "node:assert/strict";
import fc from "fast-check";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { createKubeClient } from "../objects/client.ts";
import { ConnectionError } from "../errors.ts";
import { createInformer } from "./informer.ts";
import { ScriptedApi } from "../testing/scripted_api.ts";
import { CONFIG_MAPS, type ConfigMap } from "../testing/config_map.ts";

const NAMES = ["a", "b", "c", "d"];
const step = fc.oneof(
  fc.record({
    do: fc.constant("put" as const),
    name: fc.constantFrom(...NAMES),
    observe: fc.boolean(),
  }),
  fc.record({ do: fc.constant("remove" as const), name: fc.constantFrom(...NAMES) }),
  fc.record({
    do: fc.constantFrom(
      "end",
      "break",
      "bookmark",
      "compact",
      "fail",
      "settle",
      "observe late",
      "back up",
      "restore",
    ),
  }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 600_000 }) }),
);

Deno.test("Informer ends with exactly what the server has, whatever happened on the way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
      fc.integer(),
      async (steps, seed) => {
        const api = new ScriptedApi(CONFIG_MAPS);
        const clock = new ManualClock();
        let downUntil = 0;
        api.before = () => {
          if (clock.monotonic() < downUntil) throw new Error("down");
        };
        // A list takes its time to arrive.
        api.after = ({ abortSignal }) => clock.sleep(40, abortSignal);
        const stop = new AbortController();
        const client = createKubeClient(api.rest).of(CONFIG_MAPS);
        const informer = createInformer<ConfigMap>({
          client,
          clock,
          random: () => (seed >>> 0) / 2 ** 32,
        });
        // What a handler that believes every call would know.
        const told = new Map<string, string | undefined>();
        informer.onChange((key, before, after) => {
          assert.equal(
            told.get(key),
            before?.metadata.resourceVersion,
            "before is what was told last",
          );
          if (after === undefined) told.delete(key);
          else told.set(key, after.metadata.resourceVersion);
        });
        const running = informer.run(stop.signal);
        const unobserved: ConfigMap[] = [];
        let present = new Map<string, string | undefined>();
        let kept = { state: api.backup(), present: new Map(present) };
        for (const [index, now] of steps.entries()) {
          if (now.do === "put" && "name" in now) {
            const uid = present.has(now.name) ? undefined : `uid-${index}`;
            const object = api.put(now.name, {}, uid ?? informerUid(now.name));
            present.set(now.name, object.metadata.resourceVersion);
            if (now.observe) informer.observe(object as ConfigMap);
            else unobserved.push(object as ConfigMap);
          } else if (now.do === "remove" && "name" in now) {
            if (present.delete(now.name)) api.remove(now.name);
          } else if (now.do === "observe late") {
            unobserved.splice(0).forEach((object) => informer.observe(object));
          } else if (now.do === "end") api.endWatches();
          else if (now.do === "break") api.breakWatches();
          else if (now.do === "bookmark") api.bookmark();
          else if (now.do === "back up") {
            kept = { state: api.backup(), present: new Map(present) };
          } else if (now.do === "restore") {
            // S1: the server is away, and comes back as it was. What its clients had of it goes with them.
            downUntil = clock.monotonic() + 15_000;
            api.breakWatches();
            await clock.settle();
            api.restore(kept.state);
            present = new Map(kept.present);
            unobserved.length = 0;
          } else if (now.do === "compact") api.compact();
          else if (now.do === "fail") {
            api.failNext(new ConnectionError({ method: "GET", path: "/" }, "down"));
          } else if (now.do === "wait" && "ms" in now) await clock.advance(now.ms);
          else await clock.settle();
        }
        await clock.advance(120_000);
        const expected = [...present].map(([name, version]) => [`default/${name}`, version]).sort();
        const known = [...informer.list()].map((
          { metadata },
        ) => [`default/${metadata.name}`, metadata.resourceVersion]);
        assert.deepEqual(known.sort(), expected);
        assert.deepEqual([...told].sort(), expected);
        stop.abort();
        await running;

        function informerUid(name: string): string {
          return [...informer.list()].find((object) => object.metadata.name === name)?.metadata
            .uid ??
            `uid-${name}`;
        }
      },
    ),
    { numRuns: 200 },
  );
});
