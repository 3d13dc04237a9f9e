import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { AgentReport } from "../core/api/agent/agent_report.ts";
import type { RecordChange } from "../core/history/record_change.ts";
import { configWith, heardWith, MAC, poolWith, vmWith } from "../core/inspect/testing/world.ts";
import { inspectApp } from "./app.ts";
import type { InspectedAgent, InspectSource } from "./source.ts";
import { sourceWith } from "./testing/source.ts";

async function ask(path: string, source: Partial<InspectSource> = {}) {
  const response = await inspectApp(sourceWith(source)).fetch(new Request(`http://x/v1/${path}`));
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const JSON_STATUS = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };

Deno.test("why shows each link on a line, and what it comes to", async () => {
  const { text, headers } = await ask("why?of=web");
  strictEqual(headers.get("content-type"), "text/plain; charset=utf-8");
  strictEqual(
    text,
    `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:12:34:56 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  ok       Record   192.168.48.86: It is recorded for 52:54:00:12:34:56
  ok       Agent    vm-dhcp/agent-0: Agent a answers on eth1
  ok       Packets  52:54:00:12:34:56: REQUEST at 2026-01-02T11:58:00Z, answered by ACK of 192.168.48.86
  =>       It has 192.168.48.86 on default/net-48, and nothing is wrong
`,
  );
});

Deno.test("why asks agents of the MAC addresses that are meant, on all networks", async () => {
  const asked: unknown[] = [];
  await ask("why?of=web", {
    heard: (query) => {
      asked.push(query);
      return Promise.resolve(heardWith());
    },
  });
  deepStrictEqual(asked, [{ macAddresses: [MAC] }]);
});

Deno.test("a command that sees the body alone is told how to end", async () => {
  ok((await ask("why?of=web&exit=1")).text.endsWith("\n# exit 0\n"));
  const broken = await ask("why?of=web&exit=1&output=json", {
    heard: () => Promise.resolve(heardWith([])),
  });
  ok(broken.text.endsWith("\n}\n# exit 1\n"), broken.text);
});

Deno.test("why colours what is broken only where it is asked to", async () => {
  const source = { heard: () => Promise.resolve(heardWith([])) };
  ok((await ask("why?of=web&colour=1", source)).text.includes("\x1b[31mBROKEN \x1b[0m  Packets"));
  strictEqual((await ask("why?of=web", source)).text.includes("\x1b"), false);
});

const REFUSED: readonly (readonly [path: string, code: number, message: RegExp])[] = [
  ["wy?of=web", 404, /There is no verb "wy"; did you mean why\?/],
  ["why", 400, /of: a VM, a vmnetcfg, a MAC address or an IP address is wanted/],
  ["why?of=wep", 404, /There is no VM and no vmnetcfg wep; did you mean web\?/],
  ["why?of=web&namespace=other", 404, /web in namespace other$/],
  ["why?of=10.9.9.9", 404, /No IPPool has the address 10\.9\.9\.9/],
  ["why?of=web&output=xml", 400, /output: .*"xml"/],
  ["why?of=web&nmespace=a", 400, /nmespace: is not known here; namespace is/],
  ["why?of=web&of=db", 400, /of: is given twice/],
  ["why?of=web&at=1h", 400, /at: is not known here/],
  ["who?of=web", 400, /must be an IP address or a MAC address: "web"/],
  ["who?of=192.168.48.86&at=Tuesday", 400, /at: must be a time such as .*"Tuesday"/],
  ["packets?of=net-48&seconds=601", 400, /seconds: must be from 1 to 600: "601"/],
  ["packets?of=net-48&mac=nonsense", 400, /mac: must be a MAC address.*"nonsense"/],
  ["packets", 400, /of: an IPPool is wanted/],
  ["leases?of=net-47", 404, /There is no IPPool net-47; did you mean default\/net-48\?/],
];
for (const [path, code, message] of REFUSED) {
  Deno.test(`${path} is refused with a Status that kubectl shows`, async () => {
    const { status, text } = await ask(path);
    strictEqual(status, code, text);
    const { message: said, reason, code: inBody, ...rest } = JSON.parse(text);
    deepStrictEqual([rest, inBody], [JSON_STATUS, code]);
    match(said, message);
    ok(reason === "NotFound" || reason === "BadRequest");
  });
}

Deno.test("only GET is answered", async () => {
  const request = new Request("http://x/v1/why?of=web", { method: "POST" });
  strictEqual((await inspectApp(sourceWith()).fetch(request)).status, 405);
});

Deno.test("leases has everybody, what nobody gets, and who waits, in the order of addresses", async () => {
  const pool = poolWith({
    allocated: { "192.168.48.100": MAC, "192.168.48.9": "EXCLUDED", "192.168.48.20": "CONFLICT" },
    conflicts: { "192.168.48.20": { usedBy: "00:11:22:33:44:55", until: "2026-01-02T13:00:00Z" } },
    released: {
      "192.168.48.30": { macAddress: "52:54:00:00:00:09", until: "2026-01-02T12:30:00Z" },
    },
  });
  const silent = configWith({}, { vmName: "quiet" });
  const optedOut = {
    ...silent,
    spec: { vmName: "quiet", networkConfig: [] },
    status: {
      networkConfig: [],
      unserved: [{
        name: "nic-1",
        networkName: "default/net-48",
        reason: "OptedOut",
        message: "NIC nic-1 is opted out",
      }],
    },
  };
  const waiting = configWith({ reason: "PoolExhausted", message: '=1+1, "none"' }, {
    vmName: "db",
  });
  const source = { pools: () => [pool], configs: () => [configWith(), waiting, optedOut] };
  const { text } = await ask("leases?output=csv", source);
  strictEqual(
    text,
    "address,mac,vm,pool,state,until,reason\r\n" +
      "192.168.48.9,,,default/net-48,EXCLUDED,,\r\n" +
      "192.168.48.20,00:11:22:33:44:55,,default/net-48,CONFLICT,2026-01-02T13:00:00Z,\r\n" +
      "192.168.48.30,52:54:00:00:00:09,,default/net-48,Released,2026-01-02T12:30:00Z,\r\n" +
      `192.168.48.100,${MAC},default/db,default/net-48,Allocated,,\r\n` +
      `,${MAC},default/db,default/net-48,Pending,,PoolExhausted\r\n` +
      ",,default/quiet,default/net-48,Unserved,,OptedOut\r\n",
  );
});

Deno.test("pools tells how full they are, and what is wrong below", async () => {
  const bad = poolWith({
    name: "net-49",
    conditions: [{ type: "AgentReady", status: "False", reason: "NoAgent", message: "None" }],
  });
  const { text } = await ask("pools?exit=1", { pools: () => [bad, poolWith()] });
  strictEqual(
    text,
    `POOL             NETWORK          CIDR              USED   FREE   FULL   READY   AGENT             REASON
default/net-48   default/net-48   192.168.48.0/24   1      9      10%    True    vm-dhcp/agent-0   -
default/net-49   default/net-49   192.168.48.0/24   1      9      10%    False   vm-dhcp/agent-0   NoAgent

default/net-49: None
# exit 1
`,
  );
});

const CHANGES: readonly RecordChange[] = [
  {
    at: "2026-01-01T00:00:00Z",
    event: "given",
    address: "192.168.48.86",
    macAddress: "52:54:00:00:00:01",
    vm: "default/old",
    why: "Allocated",
  },
  {
    at: "2026-01-02T00:00:00Z",
    event: "released",
    address: "192.168.48.86",
    macAddress: "52:54:00:00:00:01",
    vm: "default/old",
    why: "Released",
  },
  {
    at: "2026-01-02T06:00:00Z",
    event: "given",
    address: "192.168.48.86",
    macAddress: MAC,
    vm: "default/web",
    why: "Allocated",
  },
];
const HISTORY = {
  history: (pool: string) => Promise.resolve(pool === "default/net-48" ? CHANGES : undefined),
};

Deno.test("who tells who has an address, and since when", async () => {
  deepStrictEqual(JSON.parse((await ask("who?of=192.168.48.86&output=json", HISTORY)).text), {
    holders: [{
      address: "192.168.48.86",
      macAddress: MAC,
      vm: "default/web",
      pool: "default/net-48",
      from: "2026-01-02T06:00:00Z",
    }],
  });
});

for (
  const [at, holder] of [
    ["2026-01-01T12:00:00Z", "default/old"],
    ["2026-01-01 12:00", "default/old"],
    ["2026-01-02T03:00:00Z", undefined],
    ["1h", "default/web"],
  ] as const
) {
  Deno.test(`who tells who had an address at ${at}`, async () => {
    const path = `who?of=192.168.48.86&output=json&at=${encodeURIComponent(at)}`;
    const { holders } = JSON.parse((await ask(path, HISTORY)).text);
    deepStrictEqual(
      holders.map(({ vm }: { vm: string }) => vm),
      holder === undefined ? [] : [holder],
    );
  });
}

Deno.test("who says where the history does not reach", async () => {
  const { text } = await ask("who?of=192.168.48.86&at=2025-12-01", HISTORY);
  strictEqual(
    text,
    "What was in IPPool default/net-48 at that time is not known: its history begins at 2026-01-01T00:00:00Z\n",
  );
  const between = await ask("who?of=192.168.48.86&at=2026-01-02T03:00:00Z", HISTORY);
  strictEqual(
    between.text,
    "Nobody had 192.168.48.86 at 2026-01-02T03:00:00Z, of the IPPools that are there now; histories of deleted ones: kubectl get ipplh -A\n",
  );
});

Deno.test("history keeps to a VM and a time", async () => {
  const events = async (query: string) => {
    const { changes } = JSON.parse((await ask(`history?output=json${query}`, HISTORY)).text);
    return changes.map(({ event, vm }: RecordChange) => `${event} ${vm}`);
  };
  deepStrictEqual(await events("&of=web"), ["given default/web"]);
  deepStrictEqual(await events("&of=default/old&since=13h"), ["released default/old"]);
  deepStrictEqual((await events("&of=net-48")).length, 3);
  deepStrictEqual((await events("")).length, 3);
  deepStrictEqual(await events(`&of=${MAC}`), ["given default/web"]);
  deepStrictEqual(await events(`&of=${MAC}&namespace=default`), ["given default/web"]);
  deepStrictEqual(await events(`&of=${MAC}&namespace=other`), []);
});

Deno.test("check tells what fails before anybody asks why", async () => {
  const { text } = await ask("check?exit=1", {
    pools: () => [poolWith({
      conditions: [{ type: "AgentReady", status: "False", reason: "NoAgent", message: "None" }],
    })],
    checks: () => Promise.resolve([{ check: "Rights", state: "ok", says: "Nothing refused" }]),
  });
  strictEqual(
    text,
    `ok       Rights      Nothing refused
ok       Following   Everything is known and followed
FAILED   Pools       default/net-48: NoAgent: None
                     See docs/events.md, NoAgent.
ok       Pools       0 of 1 are served
ok       Neighbours  No other DHCP server was heard
ok       Room        Every pool has 10 % or more of its range free
ok       Addresses   Every NIC that asks has its address
warning  Restore     default/net-48: a restore without status could change 1 of 1 addresses: 192.168.48.86
                     No vmnetcfg notes them yet; wait a minute, or back up with status: docs/backup.md.

1 failed, 1 to be looked at
# exit 1
`,
  );
});

Deno.test("check names a VM whose vmnetcfg nobody has written, and none that wants none", async () => {
  const named = (name: string, vm: ReturnType<typeof vmWith>) => ({
    ...vm,
    metadata: { ...vm.metadata, name, uid: name },
  });
  const elsewhere = [{ name: "nic-1", multus: { networkName: "default/other" } }];
  const going = named("going", vmWith());
  const { text } = await ask("check", {
    vms: () => [
      vmWith(),
      named("refused", vmWith()),
      named("out", vmWith({ annotations: { "network.harvesterhci.io/managed-dhcp": "false" } })),
      named("elsewhere", vmWith({ networks: elsewhere })),
      named("no-mac-yet", vmWith({ interfaces: [{ name: "nic-1" }] })),
      { ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-02T12:00:00Z" } },
    ],
  });
  match(text, /^warning {2}Addresses {3}NICs without an address: default\/refused$/m);
});

Deno.test("a name with control characters moves no cursor", async () => {
  const pool = poolWith({
    conditions: [{
      type: "AgentReady",
      status: "False",
      reason: "NoAgent",
      message: "a\x1b[2J\nb",
    }],
  });
  const { text } = await ask("pools", { pools: () => [pool] });
  match(text, /^default\/net-48: a \[2J b$/m);
});

Deno.test("agents keeps to the pools of a namespace, in what it shows and in how it ends", async () => {
  const served = (reason: "Serving" | "SocketFailed") => ({
    ready: reason === "Serving",
    reason,
    message: "",
    interfaceName: "eth1",
  });
  const agent = (name: string, pools: AgentReport["pools"]): InspectedAgent => ({
    lease: `vm-dhcp/${name}`,
    report: { pod: { namespace: "vm-dhcp", name }, pools },
    durationSeconds: 5,
    transitions: 0,
  });
  const source = {
    agents: () => [
      agent("one", { "default/net-48": served("Serving"), "lab/broken": served("SocketFailed") }),
      agent("two", { "lab/other": served("SocketFailed") }),
    ],
  };
  const { text } = await ask("agents?namespace=default&output=json&exit=1", source);
  const [json = "", exit] = text.split("# exit ");
  const { agents } = JSON.parse(json);
  deepStrictEqual(
    agents.map(({ lease, report }: InspectedAgent) => [lease, ...Object.keys(report.pools)]),
    [["vm-dhcp/one", "default/net-48"]],
  );
  strictEqual(exit, "0\n");
  match((await ask("agents?exit=1", source)).text, /lab\/broken.*# exit 1\n$/s);
});

Deno.test("history reads what a deleted IPPool has left", async () => {
  const history = (pool: string) =>
    Promise.resolve(pool === "default/net-47" ? CHANGES : undefined);
  for (const whom of ["net-47", "default/net-47", "ippl/net-47"]) {
    const { text } = await ask(`history?of=${whom}&output=json`, { history });
    deepStrictEqual(
      JSON.parse(text).changes,
      CHANGES.map((change) => ({ ...change, pool: "default/net-47" })),
      whom,
    );
  }
  match((await ask("history?of=net-47&namespace=other", { history })).text, /^No change/);
});

Deno.test("history reads what a deleted IPPool has left also where another namespace has one of its name", async () => {
  const history = (pool: string) => Promise.resolve(pool.endsWith("/net-48") ? CHANGES : undefined);
  for (const whom of ["lab/net-48", "net-48&namespace=lab"]) {
    const { text } = await ask(`history?of=${whom}&output=json`, { history });
    deepStrictEqual(
      JSON.parse(text).changes,
      CHANGES.map((change) => ({ ...change, pool: "lab/net-48" })),
      whom,
    );
  }
});

Deno.test("history says that nothing is known, rather than nothing", async () => {
  match((await ask("history?of=nobody")).text, /^No change of records of nobody is known\n/);
});

Deno.test("yaml is what json is", async () => {
  const { parse } = await import("yaml");
  const [json, yaml] = [await ask("pools?output=json"), await ask("pools?output=yaml")];
  deepStrictEqual(parse(yaml.text), JSON.parse(json.text));
});
