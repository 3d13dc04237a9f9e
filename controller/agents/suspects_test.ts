import { deepStrictEqual } from "node:assert/strict";
import type { WantedNetwork } from "./agent_networks.ts";
import type { Accused } from "./network_words.ts";
import { isAccused, suspects } from "./suspects.ts";

function network(name: string, isKept = false): WantedNetwork {
  const ref = `default/${name}`;
  return {
    config: {
      interfaceName: name,
      serverIP: "",
      cidr: "",
      ipPoolName: ref,
      ipPoolRef: ref,
      nadName: ref,
    },
    clusterNetwork: "",
    attachment: { hash: name, ...(isKept ? {} : { cniName: name }) },
    holdsUpgrade: false,
    isKept,
  };
}

const UNNAMED: Accused = { what: "unnamed" };
const STRANGER: Accused = { what: "configuration", name: "cbr0" };
const MINUTE = 60_000;

type Attached = Readonly<Record<string, string>>;
const CASES: Readonly<
  Record<string, {
    readonly networks: readonly WantedNetwork[];
    readonly accused: Accused;
    readonly proven: readonly Attached[];
    readonly found: readonly string[];
  }>
> = {
  "a kept network, where no pod runs": {
    networks: [network("bad", true), network("good")],
    accused: UNNAMED,
    proven: [],
    found: ["default/bad"],
  },
  "a kept network that pods run with, beside an edited one": {
    networks: [network("bad", true), network("edited"), network("good")],
    accused: UNNAMED,
    proven: [{ "default/bad": "bad", "default/edited": "before", "default/good": "good" }],
    found: ["default/bad"],
  },
  "a new network, where words name one that is none of them": {
    networks: [network("good"), network("new")],
    accused: STRANGER,
    proven: [{ "default/good": "good" }],
    found: ["default/new"],
  },
  "no network, where no pod runs and words name one that is none of them": {
    networks: [network("good"), network("new")],
    accused: STRANGER,
    proven: [],
    found: [],
  },
};

for (const [what, { networks, accused, proven, found }] of Object.entries(CASES)) {
  Deno.test(`S3: suspected after a minute is ${what}`, () => {
    const at = (
      forMs: number,
    ) => [...suspects(networks, { trouble: { accused, forMs }, proven })?.pools ?? []];
    deepStrictEqual(at(MINUTE - 1), []);
    deepStrictEqual(at(MINUTE), found);
  });
}

/** Two namespaces, one's name the beginning of the other's; a network with a device, another with no more than its object's name. */
const SEVERAL: Readonly<Record<string, Parameters<typeof isAccused>[1]>> = {
  blue: { config: { nadName: "blue/lan" }, attachment: { cniName: "lan" }, isKept: false },
  bluebell: {
    config: { nadName: "bluebell/lan" },
    attachment: { cniName: "bell", resourceName: "example.com/port" },
    isKept: false,
  },
  gone: { config: { nadName: "green/gone" }, attachment: {}, isKept: true },
};
const MEANT: Readonly<Record<string, readonly [accused: Accused, meant: readonly string[]]>> = {
  "a configuration's name": [{ what: "configuration", name: "lan" }, ["blue"]],
  "an object that is not there": [{ what: "missing", name: "green/gone" }, ["gone"]],
  "an object that is there": [{ what: "missing", name: "blue/lan" }, []],
  "a namespace that is kept apart": [{ what: "isolated", name: "blue" }, ["blue"]],
  "devices of any name": [{ what: "devices" }, ["bluebell"]],
  "devices of its name": [{ what: "devices", names: ["example.com/port"] }, ["bluebell"]],
  "devices of another name": [{ what: "devices", names: ["example.com/disk"] }, []],
  nobody: [UNNAMED, []],
};

for (const [what, [accused, meant]] of Object.entries(MEANT)) {
  Deno.test(`S3: words that accuse ${what} mean ${meant.join(", ") || "no network"}`, () => {
    const found = Object.entries(SEVERAL).filter(([, network]) => isAccused(accused, network));
    deepStrictEqual(found.map(([name]) => name), meant);
  });
}

Deno.test("suspects says what those pods have that are attached to nothing but the networks that it finds", () => {
  const networks = [network("bad")];
  const attachedTo = (...proven: readonly Attached[]) =>
    suspects(networks, {
      trouble: { accused: { what: "configuration", name: "bad" }, forMs: 0 },
      proven,
    })?.attached;
  deepStrictEqual(attachedTo({ "default/bad": "before" }), new Map([["default/bad", "before"]]));
  deepStrictEqual(attachedTo({ "default/bad": "before", "default/gone": "gone" }), new Map());
});
