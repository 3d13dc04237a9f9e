import assert from "node:assert/strict";
import { parseIPv4 } from "../../core/net/mod.ts";
import { Errno, errnoName, Sys, SystemCallError } from "../ffi/libc.ts";
import { attribute, concat, number32 } from "../ffi/netlink_attributes.ts";
import {
  addressBody,
  decodeMessages,
  encodeRequest,
  type NetlinkMessage,
  Rtm,
} from "../ffi/netlink_message.ts";
import type { HostNetwork, InterfaceAddress, Link } from "./host_network.ts";
import { LinuxNetwork, type NetlinkRequests } from "./linux_network.ts";

Deno.test("LinuxNetwork reads this machine's interfaces and addresses", () => {
  using network = new LinuxNetwork();
  const { links, addresses } = network.read();
  const loopback = links.get("lo");
  assert.ok(loopback);
  assert.equal(loopback.index, 1);
  assert.deepEqual([...loopback.hardwareAddress], [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(
    addresses.find(({ index, address }) => index === 1 && address === parseIPv4("127.0.0.1")),
    { index: 1, address: parseIPv4("127.0.0.1"), prefixLength: 8, ours: false },
  );
});

/** A kernel with one interface, `eth1`, a default route by 10.42.0.1, and `rp_filter` 1 of all interfaces. */
const KERNEL: NetlinkRequests = {
  dump: (type, _, each) => {
    const settings = Uint8Array.from({ length: 33 * 4 }, (_, at) => at === 7 * 4 ? 2 : 0);
    const family = attribute(Sys.AF_INET, attribute(1, settings)); // IFLA_INET_CONF
    const name = attribute(3, new TextEncoder().encode("eth1\0")); // IFLA_IFNAME
    const link = concat(new Uint8Array(16), name, attribute(26, family)); // IFLA_AF_SPEC
    const head = Uint8Array.of(2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0); // struct rtmsg
    const route = concat(head, attribute(5, Uint8Array.of(10, 42, 0, 1))); // RTA_GATEWAY
    if (type === Rtm.GETLINK) each(message(Rtm.NEWLINK, link));
    if (type === Rtm.GETROUTE) each(message(Rtm.NEWROUTE, route));
  },
  request: (_, each) => {
    const setting = attribute(3, number32(1)); // NETCONFA_RP_FILTER
    each?.(message(Rtm.NEWNETCONF, concat(new Uint8Array(4), setting)));
  },
  [Symbol.dispose]: () => undefined,
};

function message(type: number, body: Uint8Array): NetlinkMessage {
  const [read] = decodeMessages(encodeRequest({ type, flags: 0, sequence: 1 }, body));
  assert.ok(read);
  return read;
}

Deno.test("LinuxNetwork reads the settings of interfaces, and where packets to elsewhere go", () => {
  using network = new LinuxNetwork(KERNEL);
  const { links, gateways, hasDefaultRoute, rpFilterOfAll } = network.read();
  assert.deepEqual(links.get("eth1")?.settings, {
    forwarding: 0,
    rpFilter: 2,
    acceptLocal: 0,
    arpIgnore: 0,
  });
  assert.deepEqual([gateways, hasDefaultRoute, rpFilterOfAll], [[0x0a2a0001], true, 1]);
});

/** A kernel that refuses every request with an error number. */
class Refusing implements NetlinkRequests {
  readonly errno: number;
  disposed = false;

  constructor(errno: number) {
    this.errno = errno;
  }

  dump(): never {
    throw new SystemCallError("Cannot list by netlink", { call: "netlink", errno: this.errno });
  }

  request({ action }: { readonly action: string }): never {
    throw new SystemCallError(action, { call: "netlink", errno: this.errno });
  }

  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

const LINK: Link = {
  name: "eth1",
  index: 7,
  mtu: 1500,
  hardwareAddress: new Uint8Array(6),
  up: true,
  alias: "",
  settings: { forwarding: 0, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 },
};
const ADDRESS: InterfaceAddress = { address: parseIPv4("192.168.48.77"), prefixLength: 32 };
const { EEXIST, EADDRNOTAVAIL, ENODEV, ESRCH, EPERM } = Errno;

const CHANGES: readonly {
  readonly what: string;
  readonly change: (network: HostNetwork) => void;
  readonly action: string;
  readonly harmless: readonly number[];
}[] = [
  {
    what: "an address is added",
    change: (network) => network.addAddress(LINK, ADDRESS),
    action: "Cannot add an address to the interface eth1",
    harmless: [EEXIST],
  },
  {
    what: "an address is removed",
    change: (network) => network.removeAddress(LINK, ADDRESS),
    action: "Cannot remove an address from the interface eth1",
    harmless: [EADDRNOTAVAIL, ENODEV],
  },
  {
    what: "settings are changed",
    change: (network) => network.configure(LINK, { forwarding: 0 }),
    action: "Cannot change the settings of the interface eth1",
    harmless: [],
  },
  {
    what: "an alias is written",
    change: (network) => network.describe(LINK, "vm-dhcp: default/net-48"),
    action: "Cannot write the alias of the interface eth1",
    harmless: [ENODEV],
  },
];
for (const { what, change, action, harmless } of CHANGES) {
  Deno.test(`LinuxNetwork is content where it is so already when ${what}, and tells every other refusal`, () => {
    for (const errno of [EEXIST, EADDRNOTAVAIL, ENODEV, ESRCH, EPERM]) {
      using network = new LinuxNetwork(new Refusing(errno));
      if (harmless.includes(errno)) change(network);
      else {
        assert.throws(() => change(network), {
          message: `${action}: netlink: ${errnoName(errno)}`,
        });
      }
    }
  });
}

Deno.test("LinuxNetwork knows for its own what it added, by whatever label, while it is there", () => {
  let bodies: readonly Uint8Array[] = [addressBody(7, ADDRESS)];
  let errno: number = EEXIST;
  const kernel: NetlinkRequests = {
    ...KERNEL,
    dump: (type, _, each) => {
      if (type !== Rtm.GETADDR) return;
      for (const body of bodies) each(message(Rtm.NEWADDR, body));
    },
    request: (options, each) => {
      if (options.type !== Rtm.NEWADDR) return KERNEL.request(options, each);
      if (errno !== 0) throw new SystemCallError(options.action, { call: "netlink", errno });
    },
  };
  using network = new LinuxNetwork(kernel);
  const ours = () => network.read().addresses.map(({ ours }) => ours);
  network.addAddress(LINK, ADDRESS);
  assert.deepEqual(ours(), [false]);
  errno = 0;
  network.addAddress(LINK, ADDRESS);
  assert.deepEqual(ours(), [true]);
  bodies = [];
  assert.deepEqual(ours(), []);
  bodies = [addressBody(7, ADDRESS), addressBody(8, ADDRESS)];
  assert.deepEqual(ours(), [false, false]);
});

Deno.test("LinuxNetwork closes its sockets, and hears of no change then", () => {
  const requests = new Refusing(EPERM);
  const network = new LinuxNetwork(requests);
  network[Symbol.dispose]();
  assert.equal(requests.disposed, true);
  assert.equal(network.changed(), false);
});
