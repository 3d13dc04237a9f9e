/**
 * The files of `deploy/crds`.
 *
 * @module
 */
import { stringify } from "yaml";
import { customResourceDefinitions } from "../core/api/mod.ts";

const HEAD = "# Made by `deno task crds --write` from the schemas in core/api. Do not edit.\n";

/** File name -> content. */
export function crdFiles(): ReadonlyMap<string, string> {
  return new Map(
    customResourceDefinitions().map((crd) => [
      `${crd.spec.names.plural}.yaml`,
      HEAD + stringify(crd, { aliasDuplicateObjects: false, compat: "yaml-1.1", lineWidth: 110 }),
    ]),
  );
}
