import { deepStrictEqual } from "node:assert/strict";
import { importFile, type Server } from "../../import/import_file.ts";
import { Lab } from "../network/lab.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { RawClient } from "../network/raw_client.ts";
import { comparable } from "./habits.ts";
import { type Asking, type Offer, offerFor } from "./offer.ts";
import { type RunningServer, startOriginal, startStandalone } from "./servers.ts";

const FOLDER = new URL("configurations/", import.meta.url).pathname;
/** The address of the original server, on the bridge. */
const SERVER = "10.77.0.2";
const NETWORK = `
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: lab }
spec: { config: '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br0", "ipam": {}}' }
`;

const WEB = "52:54:00:77:00:01";
const DB = "52:54:00:77:00:02";
/** Everything that the configurations say, and more. */
const ALL = [
  ...[1, 2, 3, 6, 7, 12, 15, 17, 19, 26, 28, 42, 43, 46, 51, 58, 59, 66, 67, 100, 101, 119, 121],
  ...[150, 201, 202, 209, 249, 252],
];

/** What a configuration says that is sent unasked. */
const ALWAYS: Readonly<Record<Server, readonly number[]>> = {
  dhcpd: [],
  kea: [150],
  dnsmasq: [209],
};

function text(said: string): Uint8Array {
  return new TextEncoder().encode(said);
}

/** Firmware of an architecture. */
function firmware(architecture: number): Readonly<Record<number, Uint8Array>> {
  const digits = String(architecture).padStart(5, "0");
  return {
    60: text(`PXEClient:Arch:${digits}:UNDI:003016`),
    93: Uint8Array.of(0, architecture),
    94: Uint8Array.of(1, 3, 16),
    97: Uint8Array.from({ length: 17 }, (_, index) => index),
  };
}

const CLIENTS: Readonly<Record<string, Asking>> = {
  "a client that asks for everything": { macAddress: WEB, asksFor: ALL },
  "a client with options of its own": { macAddress: DB, asksFor: ALL },
  "a client that asks for little": { macAddress: WEB, asksFor: [1, 3, 6] },
  "a client that asks for nothing": { macAddress: WEB, asksFor: [] },
  "UEFI firmware": { macAddress: WEB, asksFor: [1, 3, 66, 67], says: firmware(7) },
  "BIOS firmware": { macAddress: WEB, asksFor: [1, 3, 66, 67], says: firmware(0) },
  "iPXE on UEFI": {
    macAddress: WEB,
    asksFor: [1, 3, 66, 67],
    says: { ...firmware(7), 77: text("iPXE"), 175: Uint8Array.of(1, 1, 1) },
  },
};

/** What each of the clients is offered by the server that `start` starts. */
async function offersOf(
  client: RawClient,
  start: () => Promise<RunningServer>,
): Promise<Readonly<Record<string, Offer>>> {
  const server = await start();
  try {
    const offers: Record<string, Offer> = {};
    for (const [name, asking] of Object.entries(CLIENTS)) {
      offers[name] = await offerFor(client, asking);
    }
    return offers;
  } catch (error) {
    throw new Error(`The server said: ${await server.end()}`, { cause: error });
  } finally {
    await server.end();
  }
}

for (const from of ["dhcpd", "kea", "dnsmasq"] satisfies readonly Server[]) {
  Deno.test(`manifests imported from ${from} make the standalone server offer what ${from} itself offers`, async () => {
    using _network = enterPrivateNetwork();
    await using lab = await Lab.open();
    await lab.bridge("br0");
    await lab.address("br0", `${SERVER}/24`);
    using client = new RawClient(await lab.guest({ bridge: "br0" }));
    const folder = await Deno.makeTempDir();
    try {
      const at = { folder, interfaceName: "br0" };
      const path = `${FOLDER}${from}.conf`;
      const theirs = await offersOf(client, () => startOriginal(from, { ...at, path }));
      const imported = importFile(
        { from, path, namespace: "default", networks: [{ name: "lab" }] },
        { read: (file) => Deno.readTextFileSync(file), list: () => [] },
      );
      const manifests = `${folder}/manifests`;
      await Deno.mkdir(manifests);
      await Deno.writeTextFile(`${manifests}/lab.yaml`, imported.text + NETWORK);
      const ours = await offersOf(client, () => startStandalone({ ...at, path: manifests }));
      for (const [name, offer] of Object.entries(ours)) {
        const other = theirs[name];
        if (other === undefined) throw new Error(`No offer for ${name}`);
        const wanted = [...CLIENTS[name]?.asksFor ?? [], ...ALWAYS[from]];
        const both = comparable({ ours: offer, theirs: other }, { wanted, itself: SERVER });
        deepStrictEqual({ name, ...both.ours }, { name, ...both.theirs });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
