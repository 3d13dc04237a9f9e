import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { claimOf, poolOf } from "../testing/fixture.ts";
import type { Claim } from "../types.ts";
import { ntpNames } from "./ntp_names.ts";

function claim(number: number, ntp: readonly string[], namespace = "default"): Claim {
  const name = `vm-${number}`;
  return claimOf(number, { owner: { namespace, name, uid: name }, options: { ntp } });
}

const names = (count: number, domain: string) =>
  Array.from({ length: count }, (_, at) => `${String.fromCharCode(97 + at)}.${domain}`);

Deno.test("ntpNames gathers the host names of a pool and of its NICs, each once, and no addresses", () => {
  const pool = poolOf({ config: { ntp: ["a.example", "10.0.0.3"] } });
  const claims = [
    claim(1, ["10.0.0.4", "b.example", "a.example", "no name"]),
    { ...claim(2, ["c.example"]), state: "releasing" } as const,
    claimOf(3),
  ];
  deepStrictEqual(ntpNames(pool, claims), ["a.example", "10.0.0.3", "b.example"]);
});

Deno.test("ntpNames gives a namespace sixteen names, so that it takes none of the others', and those first that are resolved", () => {
  const ntpServers = { "t.greedy": ["10.0.0.9"] };
  const claims = [claim(1, names(20, "greedy"), "tenant-a"), claim(2, ["b.example"], "tenant-b")];
  const found = ntpNames(poolOf({ ipv4: { ntpServers } }), claims);
  deepStrictEqual([...found].sort(), [...names(15, "greedy"), "b.example", "t.greedy"].sort());
  strictEqual(found[0], "t.greedy");
  const many = Array.from({ length: 6 }, (_, at) => claim(at, names(16, `n${at}`), `tenant-${at}`));
  strictEqual(ntpNames(poolOf(), many).length, 64);
});

Deno.test("ntpNames gives every namespace its turn: four with sixteen names each keep no fifth one out, nor the network's own", () => {
  const greedy = Array.from(
    { length: 4 },
    (_, at) => claim(at, names(16, `n${at}`), `tenant-${at}`),
  );
  const others = [claim(8, ["z.late"], "tenant-z"), claim(9, ["z.own"])];
  for (const claims of [[...greedy, ...others], [...others, ...greedy]]) {
    const found = ntpNames(poolOf(), claims);
    strictEqual(found.length, 64);
    deepStrictEqual(found.filter((name) => name.startsWith("z.")), ["z.own", "z.late"]);
    for (let at = 0; at < 4; at++) {
      const count = found.filter((name) => name.endsWith(`.n${at}`)).length;
      strictEqual(count === 15 || count === 16, true, `${count}`);
    }
  }
});

Deno.test("ntpNames resolves on what is resolved where more namespaces have names than there is room for", () => {
  const ntpServers = { "a.n99": ["10.0.0.9"] };
  const claims = Array.from({ length: 100 }, (_, at) => claim(at, [`a.n${at}`], `t-${at}`));
  const found = ntpNames(poolOf({ ipv4: { ntpServers } }), claims);
  strictEqual(found.length, 64);
  strictEqual(found[0], "a.n99");
});
