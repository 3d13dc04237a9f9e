import { deepStrictEqual } from "node:assert/strict";
import { mac } from "../controller/objects.ts";
import type { Deed } from "./deeds/deeds.ts";
import { simulate } from "./simulate.ts";

const NETWORK = "default/net-48";
/** What the third VM is given. */
const LOST = "192.168.48.96";

function vm(n: number): Deed {
  return { do: "create vm", vm: `default/vm-${n}`, nics: [{ network: NETWORK, mac: mac(n) }] };
}

/** The MAC addresses that answers give the third VM's address to, where its VM is gone with a restore and another VM asks for that. */
async function givenTo(
  untilMs: number,
  more: readonly (readonly [number, Deed])[],
): Promise<readonly string[]> {
  const deeds: readonly (readonly [number, Deed])[] = [
    [2, { do: "create pool", pool: 0 }],
    [4, vm(1)],
    [25, { do: "backup" }],
    [30, vm(3)],
    [60, { do: "restore" }],
    [80, { do: "static address", vm: "default/vm-1", address: LOST }],
    ...more,
  ];
  const given = new Set<string>();
  const onLine = (line: string) => {
    const [, client] = / -> client (\S+) dhcp \d+ 2 to (\S+) /.exec(line) ?? [];
    if (client !== undefined && line.includes(` ${LOST} `)) given.add(client);
  };
  const scenario = { seed: 1, tenancy: "shared", untilMs } as const;
  const { violations } = await simulate(
    { ...scenario, deeds: deeds.map(([at, deed]) => ({ at: at * 1_000, deed })) },
    { restMs: 0, onLine },
  );
  deepStrictEqual(violations.map(({ rule, what }) => `${rule}: ${what}`), []);
  return [...given];
}

Deno.test("S1: what agents gave before a restore goes to nobody who asks for it by name while its VM may come back", async () => {
  deepStrictEqual(await givenTo(200_000, [[110, vm(3)]]), [mac(3)]);
});

Deno.test("S1: what agents gave before a restore goes to who asks for it by name where its VM does not come back", async () => {
  deepStrictEqual(await givenTo(500_000, []), [mac(3), mac(1)]);
});
