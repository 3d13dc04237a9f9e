/**
 * What counts as left out, at every door: what Go writes for nothing, and what a template makes of a value that is unset.
 *
 * @module
 */

/** What counts as left out. */
interface LeftOut {
  readonly isLeftOut: (value: unknown) => boolean;
  /** Items of lists, too. */
  readonly items: boolean;
}

const NULLS: LeftOut = { isLeftOut: (value) => value === null, items: false };
const EMPTY: LeftOut = { isLeftOut: (value) => value === null || value === "", items: true };

/** `object` without fields that are null, which Go writes for what is not there; `object` itself where there are none. */
export function withoutNulls(object: unknown): unknown {
  return without(object, NULLS);
}

/**
 * `spec` of one of our objects without what its author left out: fields and list items that are null or an empty text.
 * `spec` itself where there are none. Of a NIC's `options` only nulls go: an empty text says there that the pool's word is not
 * for this NIC.
 */
export function withoutEmpty(spec: unknown): unknown {
  return without(spec, EMPTY);
}

function without(value: unknown, what: LeftOut): unknown {
  const { isLeftOut, items } = what;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const kept = items ? value.filter((item) => !isLeftOut(item)) : value;
    const cleaned = kept.map((item) => without(item, what));
    const isSame = cleaned.length === value.length &&
      cleaned.every((item, index) => item === value[index]);
    return isSame ? value : cleaned;
  }
  const fields = Object.entries(value);
  const kept = fields.filter(([, member]) => !isLeftOut(member))
    .map(([key, member]) => [key, without(member, isOfNic(key, member) ? NULLS : what)] as const);
  const isSame = kept.length === fields.length &&
    kept.every(([, member], index) => member === fields[index]?.[1]);
  return isSame ? value : Object.fromEntries(kept);
}

/** Whether a field is a NIC's `options`; those of a pool are a list. */
function isOfNic(key: string, member: unknown): boolean {
  return key === "options" && !Array.isArray(member);
}
