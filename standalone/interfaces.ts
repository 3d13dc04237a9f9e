/**
 * Which interface of this machine a NetworkAttachmentDefinition means.
 *
 * @module
 */
import { fieldErrorText } from "../core/api/field_error.ts";
import { nadConfigOf } from "../core/api/nad_config.ts";
import type { NetworkAttachmentDefinition } from "../core/api/types.ts";

/** The interface of a network, or in words why none is known. */
export interface InterfaceChoice {
  /** Empty where none is known. */
  readonly interfaceName: string;
  readonly problem?: string;
}

/** Longest name of an interface that Linux takes: IFNAMSIZ less its closing zero. */
const MAX_INTERFACE_NAME = 15;

/**
 * What is wrong with a text as the name of an interface, or `undefined` where nothing is.
 * Source: Linux, `dev_valid_name`.
 */
export function interfaceNameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (new TextEncoder().encode(name).length > MAX_INTERFACE_NAME) {
    return `is longer than ${MAX_INTERFACE_NAME} bytes`;
  }
  if (name === "." || name === ".." || /[/:\s]/.test(name)) {
    return "has a character that no interface's name may have";
  }
  return undefined;
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
    : { interfaceName: "", problem: `the interface it names ${problem}: ${name}` };
}
