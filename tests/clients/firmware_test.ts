/** Firmware that boots from the network: what it tells of itself, which file it is told, and that it asks for that. */
import assert from "node:assert/strict";
import type { DissectedPacket } from "../../core/dhcp/wire/dissect.ts";
import { ServedLab } from "../network/served_lab.ts";
import { until } from "../network/wait.ts";
import { BootServer, MENU } from "./machines/boot_server.ts";
import { Machine } from "./machines/machine.ts";
import { ADDRESS, Stage } from "./live/stage.ts";
import { keepSights } from "./record.ts";

const MAC = "52:54:00:00:fe:01";
const BOOT_SERVER = "192.168.48.10";
const CHAINED = "snponly.efi";

/** A firmware, and what it is expected to tell and to fetch. */
interface Firmware {
  /** At most 8 characters. */
  readonly name: string;
  readonly title: string;
  readonly package: string;
  readonly args: readonly string[];
  readonly machine: "pc" | "q35";
  readonly card: string;
  readonly needsVariables?: boolean;
  /** Client architectures (93) that it names, in order. */
  readonly architectures: readonly number[];
  /** How its first vendor class (60) begins. */
  readonly vendorClass: string;
  readonly asks: readonly string[];
}

const noPxe = (
  version: 4 | 6,
) => ["-fw_cfg", `name=opt/org.tianocore/IPv${version}PXESupport,string=n`];
const OVMF = {
  package: "ovmf",
  needsVariables: true,
  machine: "q35" as const,
  card: "virtio-net-pci,romfile=",
  args: ["-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"],
};

const FIRMWARE: readonly Firmware[] = [
  {
    name: "ipxe",
    title: "iPXE as option ROM of a BIOS",
    package: "ipxe-qemu",
    machine: "pc",
    args: [],
    card: "e1000,bootindex=0,romfile=/usr/lib/ipxe/qemu/pxe-e1000.rom",
    architectures: [0],
    vendorClass: "PXEClient:Arch:00000",
    asks: [`tftp: ${MENU}`],
  },
  {
    ...OVMF,
    name: "pxe",
    title: "OVMF (UEFI), PXE",
    args: [...OVMF.args, ...noPxe(6)],
    architectures: [7, 7],
    vendorClass: "PXEClient:Arch:00007",
    asks: [`tftp: ${CHAINED}`, `tftp: ${MENU}`],
  },
  {
    ...OVMF,
    name: "http",
    title: "OVMF (UEFI), HTTP boot",
    args: [...OVMF.args, ...noPxe(4), ...noPxe(6)],
    architectures: [16, 7],
    vendorClass: "HTTPClient:Arch:00016",
    asks: [`http: /${CHAINED}`, `tftp: ${MENU}`],
  },
];

/** Steps that run at the same time share what the sanitizers look at. */
const SIDE_BY_SIDE = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

Deno.test("firmware is told its boot file by what it is, and fetches it", async (t) => {
  await using served = await ServedLab.open();
  const seen = new Map<Firmware, string>();
  await Promise.all(FIRMWARE.map((firmware) =>
    t.step({
      name: firmware.title,
      ...SIDE_BY_SIDE,
      fn: async () => void seen.set(firmware, await boot(served, firmware)),
    })
  ));
  for (const [{ title, package: debian }, sight] of seen) {
    await keepSights({ name: title, package: debian }, {
      "fetches the file that is for it": { does: true, seen: sight },
    });
  }
});

/** Boots it from a network of its own; answers what it told of itself and asked for. */
async function boot(served: ServedLab, { name, title, ...firmware }: Firmware): Promise<string> {
  const stage = await Stage.open(served, name);
  await stage.guest.run("ip", "address", "add", `${BOOT_SERVER}/24`, "dev", "eth0");
  await using server = await BootServer.start(stage.guest, [`/usr/lib/ipxe/${CHAINED}`]);
  await stage.write({
    config: {
      nextServer: BOOT_SERVER,
      bootFiles: [
        { userClass: "iPXE", fileName: MENU },
        { vendorClass: "HTTPClient", fileName: `http://${BOOT_SERVER}/${CHAINED}` },
        { architecture: 7, fileName: CHAINED },
      ],
    },
    leases: { [ADDRESS]: MAC },
  });
  const variables = await Deno.makeTempFile();
  try {
    if (firmware.needsVariables) {
      await Deno.copyFile("/usr/share/OVMF/OVMF_VARS_4M.fd", variables);
    }
    await using machine = await Machine.start({
      name,
      bridge: name,
      macAddress: MAC,
      machine: firmware.machine,
      card: firmware.card,
      args: [
        ...firmware.args,
        ...(firmware.needsVariables ? ["-drive", `if=pflash,format=raw,file=${variables}`] : []),
      ],
    });
    await until(() => server.asked.includes(`tftp: ${MENU}`), {
      what: `${title} runs the script for iPXE`,
      timeoutMs: 240_000,
    }).catch((error: unknown) => {
      throw new Error(`${machine.said}\n${server.said}\n${served.log.lines.length} lines`, {
        cause: error,
      });
    });
  } finally {
    await Deno.remove(variables);
  }
  const acked = requestsOf(served, name);
  const values = (code: number) =>
    acked.map(({ options }) => options.find((option) => option.code === code));
  const first = values(60)[0];
  const vendorClass = String(first?.value ?? first?.text);
  assert.ok(vendorClass.startsWith(firmware.vendorClass), vendorClass);
  assert.deepEqual(
    values(93).map((option) => parseInt(String(option?.value))),
    firmware.architectures,
  );
  assert.deepEqual(server.asked, firmware.asks);
  return `${vendorClass}; ${server.asked.join(", ")}`;
}

/** The DHCPREQUESTs of the machine on a stage, repeated ones once. */
function requestsOf(served: ServedLab, name: string): DissectedPacket[] {
  const packets = served.log.lines
    .filter(({ message, keys }) =>
      message === "Packet received" && keys["ippool"] === `default/${name}` &&
      keys["macAddress"] === MAC
    )
    .map(({ keys }) => keys["packet"] as DissectedPacket)
    .filter(({ options }) => options.some(({ code, value }) => code === 53 && value === "request"));
  return [...new Map(packets.map((packet) => [packet.xid, packet])).values()];
}
