/** A whole virtual machine: Debian's kernel with its own network card, and BusyBox in it. */
import assert from "node:assert/strict";
import { countedPackets } from "../network/metrics.ts";
import { ServedLab } from "../network/served_lab.ts";
import { until } from "../network/wait.ts";
import { ADDRESS, exchangeOf, Stage } from "./live/stage.ts";
import { linuxArguments } from "./machines/linux.ts";
import { Machine } from "./machines/machine.ts";
import { keepSights } from "./record.ts";

const NAME = "linux";
const MAC = "52:54:00:00:fe:02";

/** What the machine's kernel is to have once it has its lease. */
const HAS = [
  `address ${ADDRESS}/24`,
  "MTU 1400",
  "host name web-1",
  "route default via 192.168.48.1 dev eth0",
  "route 10.0.0.0/8 via 192.168.48.2 dev eth0",
  "nameserver 192.168.48.53",
];

Deno.test("rule 98: a virtual machine with Linux boots, takes over its MTU, routes and host name, has the same address after a power cut, and gives it back", async () => {
  await using served = await ServedLab.open();
  const stage = await Stage.open(served, NAME);
  await stage.write({
    config: {
      mtu: 1400,
      routes: [{ destination: "10.0.0.0/8", gateway: "192.168.48.2" }],
      hostnames: true,
    },
    leases: { [ADDRESS]: MAC },
    hostNames: { [MAC]: "web-1" },
  });
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-linux-" });
  try {
    const first = await boot(folder, { until: "has been told: bound" });
    assertHas(first);
    const afterCut = exchange(served).length;
    const second = await boot(folder, {
      words: "then=release",
      until: "has no address any more",
    });
    assertHas(second);
    await until(() => exchange(served).includes("RELEASE: released"), { what: "it is released" });
    const granted = ["DISCOVER: offer", "REQUEST (selecting): ack"];
    assert.deepEqual(exchange(served).slice(0, afterCut), granted);
    assert.deepEqual(exchange(served).slice(afterCut), [...granted, "RELEASE: released"]);
    const counted = (type: string) => countedPackets(stage.agent, { type });
    assert.ok(await counted("discover") >= 2);
    assert.ok(await counted("request") >= 2);
    assert.equal(await counted("release"), 1);
    await keepSights({ name: "Linux in a virtual machine", package: "linux-image-cloud-amd64" }, {
      "gets address, router, name server, MTU, routes and host name": {
        does: true,
        seen: HAS.join(", "),
      },
      "has the same address after a power cut": {
        does: true,
        seen: exchange(served).slice(afterCut, -1).join(", "),
        remark: "udhcpc begins anew with DISCOVER",
      },
      "gives its address back": { does: true, seen: "RELEASE: released" },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Boots the machine, and cuts its power when it has written this; answers all that it wrote. */
async function boot(
  folder: string,
  { words = "", until: end }: { readonly words?: string; readonly until: string },
): Promise<string> {
  await using machine = await Machine.start({
    name: NAME,
    bridge: NAME,
    macAddress: MAC,
    machine: "q35",
    card: "virtio-net-pci,romfile=",
    args: await linuxArguments(folder, words),
  });
  await until(() => machine.said.includes(end), {
    what: `the machine says: ${end}`,
    timeoutMs: 120_000,
  }).catch((error: unknown) => {
    throw new Error(machine.said, { cause: error });
  });
  return machine.said;
}

function assertHas(said: string): void {
  const lines = said.split("\n").map((line) => line.trim());
  for (const one of HAS) assert.ok(lines.includes(`has ${one}`), `${one} is not in: ${said}`);
}

/** What was asked and answered; what is repeated, once: how often is a matter of the machine's load. */
function exchange(served: ServedLab): string[] {
  return exchangeOf(served, NAME, MAC).filter((step, index, all) => step !== all[index - 1]);
}
