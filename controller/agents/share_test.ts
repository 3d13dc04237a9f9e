import { ok, strictEqual } from "node:assert/strict";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import type { WantedNetwork } from "./agent_networks.ts";
import { interfaceNameOf } from "./interface_name.ts";
import { NETWORK_CONFIGS, POOL_REFS } from "./served_networks.ts";
import { share } from "./share.ts";

/** What Linux takes no variable of: `MAX_ARG_STRLEN`, name and final NUL included. */
const MAX_VARIABLE = 131_072;

/** A network whose names are as long as they may be. */
function network(index: number): WantedNetwork {
  const ref = `${"n".repeat(63)}/${String(index).padStart(253, "p")}`;
  return {
    config: {
      interfaceName: interfaceNameOf(ref),
      serverIP: "192.168.148.177",
      cidr: "192.168.148.128/25",
      ipPoolName: ref,
      ipPoolRef: ref,
      nadName: ref,
    },
    clusterNetwork: "",
    attachment: { hash: "0123456789ab" },
    holdsUpgrade: false,
    isKept: false,
  };
}

function variable(part: readonly WantedNetwork[]): string {
  return JSON.stringify(part.map(({ config }) => config));
}

/** The first Deployment as it is when it has these networks. */
function deployment(part: readonly WantedNetwork[]): Deployment {
  const refs = JSON.stringify(part.map(({ config }) => config.ipPoolRef));
  const env = [{ name: NETWORK_CONFIGS, value: variable(part) }, { name: POOL_REFS, value: refs }];
  const containers = [{ name: "agent", env }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "agent" },
    spec: { selector: {}, template: { spec: { containers } } },
  };
}

Deno.test("share gives one Deployment no more networks than a variable of its pods can name, whatever the limit", () => {
  const networks = Array.from({ length: 1_000 }, (_, index) => network(index));
  for (const present of [[], [deployment(networks)]]) {
    const wanted = new Set(networks.map(({ config }) => config.ipPoolRef));
    const parts = share(networks, { base: "agent", present, wanted, limit: 1_000 });
    strictEqual(new Set(parts.flat()).size, 1_000);
    for (const part of parts) {
      ok(`${NETWORK_CONFIGS}=${variable(part)}`.length < MAX_VARIABLE, `${part.length} networks`);
    }
    strictEqual(parts[0]?.length, Math.max(...parts.map(({ length }) => length)));
  }
});

Deno.test("share gives one Deployment the 100 networks of the usual limit, however long their names are", () => {
  const networks = Array.from({ length: 100 }, (_, index) => network(index));
  const parts = share(networks, { base: "agent", present: [], wanted: new Set(), limit: 100 });
  strictEqual(parts.length, 1);
});
