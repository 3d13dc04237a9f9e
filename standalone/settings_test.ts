import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { defaultState, readSettings } from "./settings.ts";

function read(...args: string[]): NonNullable<ReturnType<typeof readSettings>["values"]> {
  const { values } = readSettings({ args, env: {} });
  if (values === undefined) throw new Error("Cannot read the settings: help was asked for");
  return values;
}

function problemsOf(...args: string[]): unknown {
  try {
    read(...args);
  } catch (error) {
    return (error as { problems?: unknown }).problems;
  }
  return undefined;
}

Deno.test("readSettings reads directory, interfaces, state and address", () => {
  const settings = read(
    "--manifests",
    "/etc/vm-dhcp",
    "--interface",
    "default/net-48=br0",
    "--interface=tenant/net=eth0.7",
    "--state",
    "/tmp/s",
    "--listen",
    "[::1]:9",
  );
  equal(settings.manifests, "/etc/vm-dhcp");
  deepEqual(settings.interface, [["default/net-48", "br0"], ["tenant/net", "eth0.7"]]);
  equal(settings.state, "/tmp/s");
  deepEqual(settings.listen, { hostname: "::1", port: 9 });
});

Deno.test("readSettings listens on 127.0.0.1:8001 unless told otherwise", () => {
  deepEqual(read().listen, { hostname: "127.0.0.1", port: 8001 });
});

const REFUSED: Readonly<Record<string, [args: string[], problem: string]>> = {
  "an address that others reach": [
    ["--listen", "0.0.0.0:8001"],
    'Cannot use --listen "0.0.0.0:8001": A loopback address is wanted: the API has no users, whoever reaches it may change everything',
  ],
  "an interface without a network": [
    ["--interface", "br0"],
    'Cannot use --interface "br0": NAMESPACE/NAD=IFACE is wanted',
  ],
  "a network without a namespace": [
    ["--interface", "net-48=br0"],
    'Cannot use --interface "net-48=br0": NAMESPACE/NAD=IFACE is wanted',
  ],
  "a name that no interface may have": [
    ["--interface", "a/b=sixteen--letters"],
    'Cannot use --interface "a/b=sixteen--letters": The name of the interface must be at most 15 bytes long',
  ],
  "a flag that does not exist": [
    ["--manifest", "x"],
    "Unknown flag --manifest: did you mean --manifests?",
  ],
};

for (const [sentence, [args, problem]] of Object.entries(REFUSED)) {
  Deno.test(`readSettings refuses ${sentence}`, () => {
    equal((problemsOf(...args) as string[])[0], problem);
  });
}

Deno.test("defaultState is the system's for root and the user's own for others", () => {
  const nowhere = { stateHome: undefined, home: undefined };
  equal(defaultState({ ...nowhere, uid: 0 }), "/var/lib/vm-dhcp/standalone.sqlite");
  equal(defaultState({ ...nowhere, uid: 0, stateHome: "/x" }), "/x/vm-dhcp/standalone.sqlite");
  equal(
    defaultState({ ...nowhere, uid: 7, home: "/home/a" }),
    "/home/a/.local/state/vm-dhcp/standalone.sqlite",
  );
  throws(() => defaultState({ ...nowhere, uid: 7 }), {
    message: "Cannot tell where to keep the state: --state FILE is wanted",
  });
});
