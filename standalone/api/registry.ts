/**
 * Which resources are served: Kubernetes' own that vm-dhcp needs, and one per CustomResourceDefinition.
 *
 * @module
 */
import { BUILTIN_TYPES } from "./builtin_types.ts";
import { requireKnownRules } from "./cel_validation.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import type { Column, ResourceType } from "./resource_type.ts";
import { resourceName } from "./resource_type.ts";
import type { Schema } from "./schema.ts";

/** The served resources. */
export class Registry {
  readonly #byPath = new Map<string, ResourceType>();
  readonly #byName = new Map<string, ResourceType>();

  /** Throws for a CustomResourceDefinition without a served version, or with a CEL rule that cannot be checked. */
  constructor(crds: readonly JsonObject[]) {
    for (const type of [...BUILTIN_TYPES, ...crds.flatMap(typesOf)]) {
      if (type.custom) requireKnownRules(type.schema);
      this.#byPath.set(`${type.group}/${type.version}/${type.plural}`, type);
      if (!this.#byName.has(resourceName(type))) this.#byName.set(resourceName(type), type);
    }
  }

  /** All resources. */
  get types(): Iterable<ResourceType> {
    return this.#byPath.values();
  }

  /** By group, version and plural. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** By the store's name of the resource. */
  byName(resource: string): ResourceType | undefined {
    return this.#byName.get(resource);
  }

  /** By `apiVersion` and `kind`. */
  byKind(apiVersion: string, kind: string): ResourceType | undefined {
    const [group, version] = splitApiVersion(apiVersion);
    for (const type of this.types) {
      if (type.group === group && type.version === version && type.kind === kind) return type;
    }
    return undefined;
  }
}

/** Group and version of an `apiVersion`. */
export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

const DEFAULT_COLUMNS: readonly Column[] = [
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
];

function typesOf(crd: JsonObject): ResourceType[] {
  const spec = objectAt(crd, "spec");
  const names = objectAt(spec, "names");
  const versions = listAt(spec, "versions").filter(isObject).filter((one) => one.served === true);
  if (versions.length === 0) {
    throw new Error(
      `Cannot serve a CustomResourceDefinition without a served version: ${
        textAt(objectAt(crd, "metadata"), "name")
      }`,
    );
  }
  return versions.map((version) => {
    const schema = objectAt(version, "schema").openAPIV3Schema as Schema | undefined;
    const columns = listAt(version, "additionalPrinterColumns") as unknown as Column[];
    return {
      group: textAt(spec, "group"),
      version: textAt(version, "name"),
      kind: textAt(names, "kind"),
      plural: textAt(names, "plural"),
      singular: textAt(names, "singular") || textAt(names, "kind").toLowerCase(),
      shortNames: listAt(names, "shortNames").map(String),
      categories: listAt(names, "categories").map(String),
      namespaced: spec.scope === "Namespaced",
      statusSubresource: isObject(objectAt(version, "subresources").status),
      custom: true,
      generation: true,
      unconditionalUpdate: false,
      createOnUpdate: false,
      readOnly: false,
      selectableFields: listAt(version, "selectableFields").filter(isObject).map((field) =>
        textAt(field, "jsonPath").replace(/^\./, "")
      ),
      columns: columns.length > 0 ? columns : DEFAULT_COLUMNS,
      ...(schema === undefined ? {} : { schema }),
    };
  });
}
