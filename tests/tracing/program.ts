/**
 * A program that traces: a controller gives a VM its address, and an agent's pool serves and acknowledges it. It is started with and without
 * Deno's OpenTelemetry.
 *
 * @module
 */
import { FirstAcks } from "../../agent/pool/first_acks.ts";
import { LeaseTable } from "../../core/dhcp/mod.ts";
import { parseIPv4, parseMac } from "../../core/net/mod.ts";
import { VIRTUAL_MACHINES } from "../../kube/objects/resources.ts";
import { systemClock } from "../../runtime/clock.ts";
import { openTracing } from "../../runtime/tracing.ts";
import { mac, vm } from "../controller/objects.ts";
import { ready } from "../controller/ready.ts";

const tracing = await openTracing();
await using lab = await ready({ tracing });
await lab.create(VIRTUAL_MACHINES, vm("default/web", [{ mac: mac(1) }]));
await lab.settle();
const [address = ""] = await lab.addresses("default/web");
if (tracing !== undefined) {
  const acks = new FirstAcks({ pool: "default/net-48", clock: systemClock, tracing });
  acks.serve({ leases: new LeaseTable({}) });
  acks.serve({ leases: new LeaseTable({ [address]: mac(1) }) });
  acks.acknowledged(parseMac(mac(1)), parseIPv4(address));
}
const isOn = tracing === undefined ? "off" : "on";
await Deno.stdout.write(new TextEncoder().encode(`${isOn} ${address}\n`));
