/**
 * NetworkAttachmentDefinitions, as a tenant may write them.
 *
 * @module
 */
import fc from "fast-check";
import { fieldPath } from "../../../core/api/fields/field_error.ts";
import { readNetworkAttachmentDefinition } from "../../../core/api/foreign/foreign.ts";
import { type NadConfig, nadConfigOf } from "../../../core/api/foreign/nad_config.ts";
import { damaged, edited, type Json, textOf, withUnspeakable } from "../arbitraries.ts";
import type { FuzzTarget } from "../target.ts";

/** An object, its `spec.config` given apart where it is a text of its own. */
interface NetworkInput {
  readonly object: string;
  readonly config: string | null;
}

const CONFIGS: readonly Json[] = [
  { cniVersion: "0.3.1", type: "bridge", bridge: "mgmt-br", vlan: 48, promiscMode: true, ipam: {} },
  { cniVersion: "0.3.1", type: "macvlan", master: "eth1", mode: "bridge", mtu: 1450 },
  { cniVersion: "1.0.0", type: "vlan", master: "eth1", vlanId: 7 },
  {
    cniVersion: "1.0.0",
    name: "list",
    plugins: [{ type: "bridge", bridge: "br0", vlan: 0 }, { type: "tuning", mac: "x" }],
  },
];
const OBJECT: Json = {
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: {
    name: "net-48",
    namespace: "default",
    labels: { "network.harvesterhci.io/clusternetwork": "mgmt" },
    annotations: { "network.harvesterhci.io/route": '{"mode": "auto"}' },
  },
  spec: { config: textOf(CONFIGS[0]) },
};

/** It is read into what it promises, or each fault has a path below `spec` and a sentence. Never throws. */
export const networks: FuzzTarget<NetworkInput> = {
  inputs: fc.record({
    object: edited([OBJECT]).map(textOf),
    config: fc.option(damaged(edited(CONFIGS).map(textOf), 2), { nil: null, freq: 4 }),
  }, { noNullPrototype: true }),
  always: [
    ...withUnspeakable([OBJECT]).map((object) => ({ object: textOf(object), config: null })),
    ...withUnspeakable(CONFIGS).map((config) => ({
      object: textOf(OBJECT),
      config: textOf(config),
    })),
  ],
  check({ object, config }) {
    const value = JSON.parse(object);
    if (config !== null && typeof value?.spec === "object" && value.spec !== null) {
      value.spec.config = config;
    }
    const read = readNetworkAttachmentDefinition(value);
    if (!read.ok) return;
    const checked = nadConfigOf(read.value);
    if (checked.ok) return checkConfig(checked.value);
    if (checked.errors.length === 0) throw new Error("Refused without a word");
    for (const { path, message } of checked.errors) {
      if (!fieldPath(path).startsWith("spec.config") || message === "") {
        throw new Error(`Refused at ${fieldPath(path)}: ${message}`);
      }
    }
  },
};

function checkConfig({ type, bridge, master, vlan, mtu }: NadConfig): void {
  const isName = (name: unknown): boolean =>
    name === undefined || (typeof name === "string" && name !== "");
  const isNumber = (number: unknown, least: number, most: number): boolean =>
    number === undefined ||
    (Number.isInteger(number) && Number(number) >= least && Number(number) <= most);
  if (typeof type !== "string") throw new Error("The type is no text");
  if (!isName(bridge) || !isName(master)) throw new Error(`Link ${bridge} or ${master}`);
  if (!isNumber(vlan, 1, 4_094)) throw new Error(`VLAN ${vlan}`);
  if (!isNumber(mtu, 1, Number.MAX_SAFE_INTEGER)) throw new Error(`MTU ${mtu}`);
}
