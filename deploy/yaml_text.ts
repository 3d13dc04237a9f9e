import { stringify } from "yaml";

/** Objects as one YAML text, separated by `---`. */
export function yamlText(objects: readonly unknown[]): string {
  return objects
    .map((object) =>
      stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" })
    )
    .join("---\n");
}
