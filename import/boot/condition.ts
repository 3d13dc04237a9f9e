/**
 * Conditions on what a client says of itself, as boot files depend on them.
 *
 * @module
 */
import type { BootFile } from "../../core/api/client_options.ts";

/** What a client is, as far as a boot file can depend on it. */
export type ClientKind = Omit<BootFile, "fileName" | "architecture"> & {
  readonly architecture?: number;
};

/** A condition. */
export type Condition =
  | { readonly is: "kind"; readonly kind: ClientKind }
  | { readonly is: "not"; readonly of: Condition }
  | { readonly is: "all" | "some"; readonly of: readonly Condition[] }
  /** It asks for something else. */
  | { readonly is: "unknown"; readonly text: string };

/** Holds for every client. */
export const ALWAYS: Condition = { is: "all", of: [] };

/** What the iPXE firmware says of itself; it also sends an option 175, which others do not. */
export const IPXE: Condition = { is: "kind", kind: { userClass: "iPXE" } };

/** Whether a client is of a kind. */
export function isOfKind(client: ClientKind, kind: ClientKind): boolean {
  return (kind.architecture === undefined || kind.architecture === client.architecture) &&
    (kind.userClass === undefined || kind.userClass === client.userClass) &&
    (kind.vendorClass === undefined || (client.vendorClass ?? "").startsWith(kind.vendorClass));
}

/** Whether a condition holds for a client. */
export function holds(condition: Condition, client: ClientKind): boolean {
  switch (condition.is) {
    case "kind":
      return isOfKind(client, condition.kind);
    case "not":
      return !holds(condition.of, client);
    case "all":
      return condition.of.every((one) => holds(one, client));
    case "some":
      return condition.of.some((one) => holds(one, client));
    case "unknown":
      return false;
  }
}

/** The first part of a condition that cannot be asked here. */
export function unknownPart(condition: Condition): string | undefined {
  if (condition.is === "unknown") return condition.text;
  if (condition.is === "kind") return undefined;
  const parts = condition.is === "not" ? [condition.of] : condition.of;
  return parts.map(unknownPart).find((text) => text !== undefined);
}

/** The kinds that a condition names. */
export function kindsIn(condition: Condition): readonly ClientKind[] {
  if (condition.is === "unknown") return [];
  if (condition.is === "kind") return [condition.kind];
  return (condition.is === "not" ? [condition.of] : condition.of).flatMap(kindsIn);
}

/** One way for a condition to hold. */
interface Alternative {
  readonly kind: ClientKind;
  /** How many kinds the client must not be of. */
  readonly exceptions: number;
}

/** More ways than this are not looked at. */
const MAX_ALTERNATIVES = 64;

/** The ways for a condition to hold; `undefined`: too many. */
export function alternatives(condition: Condition): readonly Alternative[] | undefined {
  const ways = expand(condition, false);
  return ways === undefined || ways.length > MAX_ALTERNATIVES ? undefined : ways;
}

function expand(condition: Condition, negated: boolean): readonly Alternative[] | undefined {
  switch (condition.is) {
    case "unknown":
      return [];
    case "kind":
      return [negated ? { kind: {}, exceptions: 1 } : { kind: condition.kind, exceptions: 0 }];
    case "not":
      return expand(condition.of, !negated);
    default: {
      const parts = condition.of.map((part) => expand(part, negated));
      if ((condition.is === "all") === negated) {
        return parts.some((part) => part === undefined)
          ? undefined
          : parts.flatMap((part) => part ?? []);
      }
      let ways: readonly Alternative[] = [{ kind: {}, exceptions: 0 }];
      for (const part of parts) {
        if (part === undefined || ways.length * part.length > MAX_ALTERNATIVES) return undefined;
        ways = ways.flatMap((way) => part.flatMap((other) => both(way, other)));
      }
      return ways;
    }
  }
}

/** Both at once; nothing where no client can be both. */
function both(a: Alternative, b: Alternative): readonly Alternative[] {
  const { architecture = b.kind.architecture, userClass = b.kind.userClass } = a.kind;
  if ((b.kind.architecture ?? architecture) !== architecture) return [];
  if ((b.kind.userClass ?? userClass) !== userClass) return [];
  const [first = "", second = ""] = [a.kind.vendorClass, b.kind.vendorClass];
  if (!first.startsWith(second) && !second.startsWith(first)) return [];
  const vendorClass = first.length > second.length ? first : second;
  return [{
    kind: {
      ...(architecture !== undefined && { architecture }),
      ...(userClass !== undefined && { userClass }),
      ...(vendorClass !== "" && { vendorClass }),
    },
    exceptions: a.exceptions + b.exceptions,
  }];
}
