/**
 * Where most tests begin.
 *
 * @module
 */
import { IPPOOLS, NETWORK_ATTACHMENT_DEFINITIONS } from "../../kube/mod.ts";
import { Lab, type LabOptions } from "./lab.ts";
import { nad, pool } from "./objects.ts";

/** A lab with the network and the pool default/net-48 (192.168.48.81 to .90), and a controller that has settled. */
export async function ready(options: LabOptions = {}): Promise<Lab> {
  const lab = new Lab();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48"));
  lab.start(options);
  await lab.settle();
  return lab;
}
