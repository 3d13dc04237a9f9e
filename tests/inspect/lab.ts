/**
 * A controller of which operators ask why, on the embedded API under simulated time.
 *
 * @module
 */
import { inspectApp } from "../../inspect/app.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  parseKey,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { Lab, type LabOptions } from "../controller/lab.ts";
import { mac, nad, pool, vm, vmi } from "../controller/objects.ts";

/** The MAC address of the VM `default/web`. */
export const MAC = mac(1);

/** A VM of a test. */
interface WebOptions extends NonNullable<Parameters<typeof vm>[2]> {
  readonly nic?: Parameters<typeof vm>[1][number];
  /** Of its instance; `null`: it has none. */
  readonly phase?: string | null;
}

/** Makes the network and the pool `default/net-48`, `changes` laid over the pool's spec. */
export async function makeNetwork(
  lab: Lab,
  changes: Parameters<typeof pool>[2] = {},
): Promise<void> {
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48", {}, changes));
}

/** Makes the VM `default/web` and its instance. */
export async function makeWeb(
  lab: Lab,
  { nic = { mac: MAC }, phase = "Running", ...options }: WebOptions = {},
): Promise<void> {
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [nic], options));
  if (phase === null) return;
  const instance = vmi("default/web", [nic]);
  await lab.create(VIRTUAL_MACHINE_INSTANCES, instance);
  await lab.kube.of(VIRTUAL_MACHINE_INSTANCES).patch(parseKey("default/web"), {
    type: "merge",
    body: { status: { phase } },
  }, { subresource: "status" });
}

/** What somebody is told who asks the controller, with every time of day left out. */
export async function ask(lab: Lab, path: string): Promise<string> {
  const app = inspectApp(lab.controller.inspect);
  const response = await app.fetch(new Request(`http://controller/v1/${path}`));
  return (await response.text()).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}

/** A lab whose controller runs. */
export function labWith(options: LabOptions = {}): Lab {
  const lab = new Lab();
  lab.start(options);
  return lab;
}
