import assert from "node:assert/strict";
import { fieldErrorText } from "../core/api/mod.ts";
import { memoryLogger } from "../runtime/testing/memory_logger.ts";
import { networksToServe, readNetworkConfigs } from "./network_configs.ts";

const GOOD = {
  interfaceName: "net1",
  serverIP: "192.168.48.77",
  cidr: "192.168.48.0/24",
  ipPoolName: "default/net-48",
  ipPoolRef: "default/net-48",
  nadName: "default/net-48",
};
const NETWORK = { interfaceName: "net1", pool: "default/net-48" };

function read(configs: unknown, refs?: unknown) {
  const { networks, problems } = readNetworkConfigs({
    configs: typeof configs === "string" ? configs : JSON.stringify(configs),
    refs: refs === undefined ? undefined : JSON.stringify(refs),
  });
  return { networks, problems: problems.map((problem) => fieldErrorText([problem])) };
}

Deno.test("readNetworkConfigs reads what the controller renders", () => {
  assert.deepEqual(read([GOOD], ["default/net-48"]), { networks: [NETWORK], problems: [] });
});

Deno.test("readNetworkConfigs needs only the interface and the pool, by either name", () => {
  assert.deepEqual(read([{ interfaceName: "net1", ipPoolRef: "default/net-48" }]).networks, [
    NETWORK,
  ]);
  assert.deepEqual(read([{ interfaceName: "net1", ipPoolName: "default/net-48" }]).networks, [
    NETWORK,
  ]);
});

Deno.test("readNetworkConfigs reads the form of one pool", () => {
  const { networks, problems } = readNetworkConfigs({
    configs: undefined,
    refs: undefined,
    single: { ref: "default/net-48", nic: "eth1" },
  });
  assert.deepEqual(networks, [{ interfaceName: "eth1", pool: "default/net-48" }]);
  assert.deepEqual(problems, []);
});

Deno.test("readNetworkConfigs names what is wrong with the form of one pool, and serves nothing of it", () => {
  for (
    const [ref, nic, problem] of [
      ["net-48", "eth1", '--ippool-ref: must be namespace/name of an IPPool: "net-48"'],
      ["default/net-48", "eth/1", '--nic: must not have a slash, a colon or a space: "eth/1"'],
    ] as const
  ) {
    const { networks, problems } = readNetworkConfigs({
      configs: undefined,
      refs: undefined,
      single: { ref, nic },
    });
    assert.deepEqual(networks, []);
    assert.deepEqual(problems.map((one) => fieldErrorText([one])), [problem]);
  }
});

for (const empty of [undefined, "", " ", "null", "[]"]) {
  Deno.test(`readNetworkConfigs takes ${JSON.stringify(empty)} for nothing to serve`, () => {
    assert.deepEqual(readNetworkConfigs({ configs: empty, refs: empty }), {
      networks: [],
      problems: [],
    });
  });
}

const BAD: readonly (readonly [what: string, entry: unknown, problem: string])[] = [
  ["no object", 7, "AGENT_NETWORK_CONFIGS[1]: must be an object: 7"],
  [
    "no interface",
    { ipPoolRef: "default/b" },
    "AGENT_NETWORK_CONFIGS[1].interfaceName: must be the name of an interface",
  ],
  [
    "an interface that cannot be",
    { interfaceName: "an-interface-too-long", ipPoolRef: "default/b" },
    'AGENT_NETWORK_CONFIGS[1].interfaceName: must be at most 15 bytes long: "an-interface-too-long"',
  ],
  [
    "no pool",
    { interfaceName: "net2" },
    "AGENT_NETWORK_CONFIGS[1].ipPoolRef: must be namespace/name of an IPPool",
  ],
  [
    "a pool without a namespace",
    { interfaceName: "net2", ipPoolRef: "b" },
    'AGENT_NETWORK_CONFIGS[1].ipPoolRef: must be namespace/name of an IPPool: "b"',
  ],
  [
    "a pool that was named before",
    { interfaceName: "net2", ipPoolRef: "default/net-48" },
    'AGENT_NETWORK_CONFIGS[1].ipPoolRef: must not name a pool that is named before: "default/net-48"',
  ],
];
for (const [what, entry, problem] of BAD) {
  Deno.test(`readNetworkConfigs names an entry with ${what}, and serves the others`, () => {
    assert.deepEqual(read([GOOD, entry]), { networks: [NETWORK], problems: [problem] });
  });
}

Deno.test("readNetworkConfigs names a bad server address or subnet, and serves the pool by its own", () => {
  assert.deepEqual(read([{ ...GOOD, serverIP: "fe80::1", cidr: "192.168.48.0" }]), {
    networks: [NETWORK],
    problems: [
      'AGENT_NETWORK_CONFIGS[0].serverIP: must be an IPv4 address: IPv6 given where IPv4 is wanted: "fe80::1"',
      'AGENT_NETWORK_CONFIGS[0].cidr: must be an IPv4 CIDR: a prefix length from 0 to 32 wanted: "192.168.48.0"',
    ],
  });
});

Deno.test("readNetworkConfigs names a server address that is no text, and none that is not given", () => {
  for (const serverIP of [undefined, null, ""]) {
    assert.deepEqual(read([{ ...GOOD, serverIP }]), { networks: [NETWORK], problems: [] });
  }
  assert.deepEqual(read([{ ...GOOD, serverIP: 7 }]).problems, [
    "AGENT_NETWORK_CONFIGS[0].serverIP: must be text: 7",
  ]);
});

Deno.test("readNetworkConfigs names text that is no JSON, or no array", () => {
  assert.match(read("[{").problems.join(), /^AGENT_NETWORK_CONFIGS: must be JSON: .*: "\[\{"$/);
  assert.deepEqual(read({}).problems, ["AGENT_NETWORK_CONFIGS: must be an array: {}"]);
});

Deno.test("readNetworkConfigs tells of a pool whose interface is not known", () => {
  assert.deepEqual(read([GOOD], ["default/net-48", "default/net-49", "?/"]), {
    networks: [NETWORK, {
      pool: "default/net-49",
      interfaceName: "",
      problem: "No usable entry of AGENT_NETWORK_CONFIGS names its interface",
    }],
    problems: ['IPPOOL_REFS_JSON[2]: must be namespace/name of an IPPool: "?/"'],
  });
});

const BROKEN = { interfaceName: "net 2", ipPoolRef: "default/b" };
const BROKEN_LINE = [
  "error",
  'AGENT_NETWORK_CONFIGS[0].interfaceName: must not have a slash, a colon or a space: "net 2"',
];

function toServe(configs: unknown) {
  const log = memoryLogger();
  const networks = () =>
    networksToServe({ configs: JSON.stringify(configs), refs: undefined }, log);
  const lines = () => log.lines.map(({ level, keys }) => [level, keys.problem]);
  return { networks, lines, log };
}

Deno.test("networksToServe logs a bad entry, and gives the good ones beside it", () => {
  const { networks, lines } = toServe([BROKEN, GOOD]);
  assert.deepEqual(networks(), [NETWORK]);
  assert.deepEqual(lines(), [BROKEN_LINE]);
});

Deno.test("networksToServe throws where every entry is bad, so that the pod says so instead of seeming well", () => {
  const { networks, lines } = toServe([BROKEN]);
  assert.throws(networks, /^Error: Cannot serve any of the networks$/);
  assert.deepEqual(lines(), [BROKEN_LINE]);
});

Deno.test("networksToServe only warns where nothing is named", () => {
  const { networks, log } = toServe([]);
  assert.deepEqual(networks(), []);
  assert.deepEqual(log.lines.map(({ level, message }) => [level, message]), [
    [
      "warn",
      "No network to serve: AGENT_NETWORK_CONFIGS, IPPOOL_REFS_JSON and --ippool-ref are empty",
    ],
  ]);
});

Deno.test("networksToServe says nothing where all is well", () => {
  const { networks, lines } = toServe([GOOD]);
  assert.deepEqual(networks(), [NETWORK]);
  assert.deepEqual(lines(), []);
});
