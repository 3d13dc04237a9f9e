/**
 * The whole standalone server in a program of one's own: Kubernetes API, controller and agent in one process, and a real
 * DHCP packet over UDP.
 *
 * It needs neither root nor an interface: instead of Linux' interfaces it hands in one that only the program knows, and
 * instead of port 67 a port that the system chooses. The packet comes from a relay, as a relay's answers need no
 * broadcast (RFC 2131 section 4.1), and may go to a port that is not 67 (RFC 8357).
 * Without `host` and `openPort` the server is what `deno task standalone` is.
 *
 * Run it: `deno run --allow-net=127.0.0.1 examples/embed_standalone.ts`
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import { decode, encode, formatIPv4, MessageType, optionValue, parseIPv4 } from "@vm-dhcp/vm-dhcp";
import {
  createKubeClient,
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VMNETCFGS,
} from "@vm-dhcp/vm-dhcp/kube";
import { silentLogger } from "../runtime/testing/memory_logger.ts";
import {
  type HostNetwork,
  type HostState,
  type Link,
  PlainPort,
  runStandalone,
} from "@vm-dhcp/vm-dhcp/standalone";

const LOOPBACK = "127.0.0.1";
const LINK: Link = {
  name: "lab0",
  index: 1,
  mtu: 1500,
  hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
  up: true,
  alias: "",
  settings: { forwarding: 0, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 },
};

/** A machine with one interface, on which nothing really changes. */
class OneInterface implements HostNetwork {
  #state: HostState = {
    links: new Map([[LINK.name, LINK]]),
    addresses: [],
    gateways: [],
    hasDefaultRoute: true,
    rpFilterOfAll: 0,
  };
  #changed = false;

  read(): HostState {
    return this.#state;
  }
  changed(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }
  addAddress({ index }: Link, address: { address: number; prefixLength: number }): void {
    this.#state = { ...this.#state, addresses: [{ index, ours: true, ...address }] };
    this.#changed = true;
    console.log(`The server has ${formatIPv4(address.address)}/${address.prefixLength} now`);
  }
  removeAddress(): void {
    this.#state = { ...this.#state, addresses: [] };
    this.#changed = true;
    console.log("The server's address is removed");
  }
  configure(): void {}
  describe(): void {}
  announce(): void {}
  probe(): void {}
  sendAsClient(): void {}
  answerArp() {
    return { close: () => {} };
  }
  listen() {
    return { claims: () => [], replies: () => [], close: () => {} };
  }
  [Symbol.dispose](): void {}
}

/** The relay has an address of the network, but is reached on loopback. */
class PortToRelay extends PlainPort {
  override send(count: number): Promise<void> {
    for (const reply of this.replies) reply.destinationAddress = parseIPv4(LOOPBACK);
    return super.send(count);
  }
}

/** A free UDP port of the loopback interface. */
function freePort(): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}

const port = freePort();
const stopping = new AbortController();
const server = await runStandalone({
  log: silentLogger,
  listen: { hostname: LOOPBACK, port: 0 },
  hostname: "example",
  host: new OneInterface(),
  interfaces: new Map([["default/lab", LINK.name]]),
  openPort: (link) => new PortToRelay(link, { hostname: LOOPBACK, port }),
}, stopping.signal);

const kube = createKubeClient(server.rest);
await kube.of(NETWORK_ATTACHMENT_DEFINITIONS).create({
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: { namespace: "default", name: "lab" },
});
await kube.of(IPPOOLS).create({
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "lab" },
  spec: {
    networkName: "default/lab",
    ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", leaseTime: 300 },
  },
});
await kube.of(VMNETCFGS).create({
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "VirtualMachineNetworkConfig",
  metadata: { namespace: "default", name: "printer" },
  spec: {
    vmName: "printer",
    networkConfig: [{
      networkName: "default/lab",
      macAddress: "52:54:00:00:00:01",
      ipAddress: "192.168.48.84",
    }],
  },
});
await server.whenReady(AbortSignal.timeout(30_000));

const ready = await fetch(`${server.url}/readyz`);
console.log(`${ready.status} ${await ready.text()}`.trimEnd());

const relay = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
const discover = encode({
  op: 1,
  xid: 1,
  giaddr: parseIPv4("192.168.48.1"), // inside the pool's subnet, as relays must be
  chaddr: Uint8Array.of(0x52, 0x54, 0, 0, 0, 1),
  options: [
    { code: 53, value: MessageType.Discover },
    { code: 82, value: [{ code: 19, value: new Uint8Array(0) }] },
  ],
});
await relay.send(discover, { transport: "udp", hostname: LOOPBACK, port });
const [answer] = await relay.receive();
relay.close();
const offer = decode(answer);
console.log(`Offered ${formatIPv4(offer.yiaddr)} for ${optionValue(offer, 51)} s`);

stopping.abort();
await server.done;
