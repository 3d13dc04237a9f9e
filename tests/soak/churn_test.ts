import { deepStrictEqual, ok } from "node:assert/strict";
import { VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { seeded } from "../controller/lab.ts";
import { Real } from "../controller_real/real.ts";
import { Churn } from "./churn.ts";
import { networksOf } from "./networks.ts";
import { Population } from "./population.ts";

const FAST = 1e6;

Deno.test("after many changes of each kind it is known which MAC addresses want addresses where", async () => {
  using api = new EmbeddedApi();
  const real = new Real(api.rest());
  const networks = networksOf(4);
  for (const { key, config } of networks) await real.network(key, config);
  const random = seeded(7);
  const population = new Population({ networks, perNetwork: 30, staying: 10, random });
  const churn = new Churn({ real, population, random });
  await churn.fill(FAST);
  for (let n = 0; n < 1_500; n++) await churn.one();
  ok(churn.counts.size === 8 && [...churn.counts.values()].every((count) => count > 5));

  const seen = new Map<string, string[]>();
  const see = (network = "", mac = "") => seen.set(network, [...seen.get(network) ?? [], mac]);
  const { items: vms } = await real.kube.of(VIRTUAL_MACHINES).list();
  for (const { spec } of vms) {
    const { domain, networks = [] } = spec?.template?.spec ?? {};
    for (const [index, { multus }] of networks.entries()) {
      see(multus?.networkName, domain?.devices?.interfaces?.[index]?.macAddress);
    }
  }
  for (const { spec } of (await real.kube.of(VMNETCFGS).list()).items) {
    for (const { networkName, macAddress } of spec.networkConfig ?? []) {
      see(networkName, macAddress);
    }
  }
  const sorted = (all: ReadonlyMap<string, Iterable<string>>) =>
    Object.fromEntries([...all].map(([network, macs]) => [network, [...macs].sort()]).sort());
  deepStrictEqual(sorted(churn.wanted()), sorted(seen));
  ok(vms.length > 0.95 * 120 && vms.length <= 120, String(vms.length));
});
