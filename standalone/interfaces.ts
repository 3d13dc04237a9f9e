/**
 * Which interface of this machine a NetworkAttachmentDefinition means.
 *
 * @module
 */
import { interfaceNameProblem } from "../agent/host/interface_name.ts";
import { fieldErrorText } from "../core/api/fields/field_error.ts";
import { nadConfigOf } from "../core/api/foreign/nad_config.ts";
import type { NetworkAttachmentDefinition } from "../core/api/types.ts";

/** The interface of a network, or in words why none is known. */
export interface InterfaceChoice {
  /** Empty where none is known. */
  readonly interfaceName: string;
  readonly problem?: string;
}

/**
 * The interface that a NetworkAttachmentDefinition names: `master`, else `bridge` of its `spec.config`, followed by
 * `.<vlan>` where it has a `vlan`. Source: CNI plugins bridge, macvlan, ipvlan and vlan.
 */
export function interfaceOfNetwork(nad: NetworkAttachmentDefinition): InterfaceChoice {
  const checked = nadConfigOf(nad);
  if (!checked.ok) return { interfaceName: "", problem: fieldErrorText(checked.errors) };
  const { master, bridge, vlan } = checked.value;
  const parent = master ?? bridge;
  if (parent === undefined) {
    return { interfaceName: "", problem: "its spec.config has neither master nor bridge" };
  }
  const name = vlan === undefined ? parent : `${parent}.${vlan}`;
  const problem = interfaceNameProblem(name);
  return problem === undefined
    ? { interfaceName: name }
    : { interfaceName: "", problem: `the name of its interface ${problem}: ${name}` };
}
