/**
 * Sets of field paths, as `metadata.managedFields` has them (`FieldsV1`).
 *
 * One step of a path is text: `f:name` for a member, `k:{...}` for the item of a list with those keys, `v:...` for that
 * value of a set.
 *
 * @module
 */
import { isObject, type JsonObject, put } from "./json.ts";
import { declares, memberSchema, type Schema } from "./schema.ts";

/** A set of paths. Sets are not changed once others can see them. */
export class FieldSet {
  /** Steps that are paths of the set themselves. */
  readonly members = new Set<string>();
  /** Steps below which there are paths of the set. */
  readonly children = new Map<string, FieldSet>();

  /** Reads `FieldsV1`. What is not of its form is left out. */
  static from(fields: JsonObject): FieldSet {
    const set = new FieldSet();
    for (const [step, below] of Object.entries(fields)) {
      if (step === "." || !isObject(below)) continue;
      const child = FieldSet.from(below);
      if (Object.keys(below).length === 0 || Object.hasOwn(below, ".")) set.members.add(step);
      if (!child.isEmpty) set.children.set(step, child);
    }
    return set;
  }

  /** As `FieldsV1`. */
  toFields(): JsonObject {
    const fields: JsonObject = {};
    for (const step of [...new Set([...this.members, ...this.children.keys()])].sort()) {
      const child = this.children.get(step);
      const below = child === undefined || child.isEmpty ? {} : child.toFields();
      if (this.members.has(step) && Object.keys(below).length > 0) {
        put(fields, step, { ".": {}, ...below });
      } else put(fields, step, below);
    }
    return fields;
  }

  /** Whether it has no path. */
  get isEmpty(): boolean {
    return this.members.size === 0 && [...this.children.values()].every((child) => child.isEmpty);
  }

  /** The set below a step. */
  below(step: string): FieldSet {
    return this.children.get(step) ?? EMPTY;
  }

  /** Adds a path. */
  insert(path: readonly string[]): void {
    const [step, ...rest] = path;
    if (step === undefined) return;
    if (rest.length === 0) this.members.add(step);
    else this.#child(step).insert(rest);
  }

  /** Paths of either. */
  union(other: FieldSet): FieldSet {
    return this.#combine(other, {
      members: (step) => this.members.has(step) || other.members.has(step),
      children: (a, b) => a.union(b),
    });
  }

  /** Paths of both. */
  intersection(other: FieldSet): FieldSet {
    return this.#combine(other, {
      members: (step) => this.members.has(step) && other.members.has(step),
      children: (a, b) => a.intersection(b),
    });
  }

  /** Paths of this that the other has not. */
  difference(other: FieldSet): FieldSet {
    return this.#combine(other, {
      members: (step) => this.members.has(step) && !other.members.has(step),
      children: (a, b) => a.difference(b),
    });
  }

  /** Without the paths that begin with these steps; with `only`, without all others. */
  filter(steps: readonly string[], { only }: { readonly only: boolean }): FieldSet {
    const set = new FieldSet();
    for (const step of this.members) if (steps.includes(step) === only) set.members.add(step);
    for (const [step, child] of this.children) {
      if (steps.includes(step) === only) set.children.set(step, child);
    }
    return set;
  }

  /** All paths. */
  *paths(prefix: readonly string[] = []): Generator<string[]> {
    for (const step of this.members) yield [...prefix, step];
    for (const [step, child] of this.children) yield* child.paths([...prefix, step]);
  }

  /** With every declared field on the way to a path as a path itself. */
  withNamedFields(schema: Schema | undefined): FieldSet {
    const set = new FieldSet();
    for (const step of this.members) set.members.add(step);
    for (const [step, child] of this.children) {
      if (step.startsWith("f:") && declares(schema, step.slice(2))) set.members.add(step);
      set.children.set(step, child.withNamedFields(stepSchema(schema, step)));
    }
    return set;
  }

  #child(step: string): FieldSet {
    let child = this.children.get(step);
    if (child === undefined) this.children.set(step, child = new FieldSet());
    return child;
  }

  #combine(
    other: FieldSet,
    by: {
      readonly members: (step: string) => boolean;
      readonly children: (a: FieldSet, b: FieldSet) => FieldSet;
    },
  ): FieldSet {
    const set = new FieldSet();
    for (const step of [...this.members, ...other.members]) {
      if (by.members(step)) set.members.add(step);
    }
    for (const step of new Set([...this.children.keys(), ...other.children.keys()])) {
      const child = by.children(this.below(step), other.below(step));
      if (!child.isEmpty) set.children.set(step, child);
    }
    return set;
  }
}

const EMPTY = new FieldSet();

/** The schema one step further. */
export function stepSchema(schema: Schema | undefined, step: string): Schema | undefined {
  return step.startsWith("f:") ? memberSchema(schema, step.slice(2)) : schema?.items;
}

/** A path as messages show it: `.spec.list[name="a"].field`. */
export function pathText(path: readonly string[]): string {
  return path.map((step) => {
    const rest = step.slice(2);
    if (step.startsWith("f:")) return `.${rest}`;
    if (step.startsWith("v:")) return `[=${rest}]`;
    const keys = Object.entries(JSON.parse(rest) as JsonObject)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return `[${keys.join(",")}]`;
  }).join("");
}
