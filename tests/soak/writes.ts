/**
 * What is written, by whom, and whether it changed anything.
 *
 * @module
 */
import type { AuditEvent, AuditLog } from "../real/audit.ts";

const WRITES: ReadonlySet<string> = new Set(["create", "update", "patch", "delete"]);
const ROLE = /^system:serviceaccount:vm-dhcp:vm-dhcp-(\w+)$/;

/** Requests of one kind. */
export interface Written {
  /** `controller`, `webhook`, `agent`, or `others`: people, the garbage collector. */
  readonly who: string;
  readonly verb: string;
  /** With its subresource. */
  readonly resource: string;
  readonly times: number;
  /** Of these refused or failed. */
  readonly failed: number;
}

/** An object that was written more often than it changed. */
export interface Idle {
  /** `resource namespace/name`. */
  readonly object: string;
  /** How often more. */
  readonly times: number;
  /** Who wrote it, and how. */
  readonly by: readonly string[];
}

/** An object, and how often it was written. */
interface WrittenObject {
  times: number;
  readonly by: Set<string>;
  /** Somebody deleted it, and nobody made it anew. */
  isGoing: boolean;
}

/** Counts requests of an API server's audit log, and changes of objects. */
export class Writes {
  readonly #log: Pick<AuditLog, "next">;
  readonly #written = new Map<string, { times: number; failed: number }>();
  /** `resource namespace/name` -> writes that were answered well, and by whom. */
  readonly #objects = new Map<string, WrittenObject>();
  readonly #changes = new Map<string, number>();
  #reads = 0;

  constructor(log: Pick<AuditLog, "next">) {
    this.#log = log;
  }

  /** Requests of the product since the last {@linkcode Writes.clear} that write nothing. */
  get reads(): number {
    return this.#reads;
  }

  /** Notes that an object changed, as a watch tells. */
  changed(resource: string, key: string): void {
    const object = `${resource} ${key}`;
    this.#changes.set(object, (this.#changes.get(object) ?? 0) + 1);
  }

  /** Counts what was asked since the last call. */
  async follow(): Promise<void> {
    for (const event of await this.#log.next()) this.#take(event);
  }

  /** Forgets who wrote how much so far. */
  clear(): void {
    this.#written.clear();
    this.#reads = 0;
  }

  /** Forgets everything so far; while nothing is written, or a write is told before and its change after it. */
  clearAll(): void {
    this.clear();
    this.#objects.clear();
    this.#changes.clear();
  }

  /** All kinds of writes, the most frequent first. */
  table(): readonly Written[] {
    return [...this.#written].map(([kind, counts]) => {
      const [who = "", verb = "", resource = ""] = kind.split(" ");
      return { who, verb, resource, ...counts };
    }).sort((one, other) => other.times - one.times);
  }

  /** How often the product wrote something that is no Lease. */
  ofProduct(): number {
    return this.table().filter(isOfProduct).reduce((sum, { times }) => sum + times, 0);
  }

  /** Objects of these resources that were written more often than they changed, by the product among others. */
  idle(resources: readonly string[]): readonly Idle[] {
    return [...this.#objects].flatMap(([object, { times, by }]) => {
      const surplus = times - (this.#changes.get(object) ?? 0);
      if (surplus <= 0 || !resources.includes(object.split(" ")[0] ?? "")) return [];
      if ([...by].every((one) => one.startsWith("others "))) return [];
      return [{ object, times: surplus, by: [...by].sort() }];
    });
  }

  #take({ user, verb, code, object }: AuditEvent): void {
    const who = ROLE.exec(user)?.[1] ?? "others";
    if (!WRITES.has(verb) || object === undefined) {
      if (who !== "others") this.#reads++;
      return;
    }
    const kind = `${who} ${verb} ${object.resource}`;
    const counts = this.#written.get(kind) ?? { times: 0, failed: 0 };
    const isDone = code < 300;
    this.#written.set(kind, {
      times: counts.times + 1,
      failed: counts.failed + (isDone ? 0 : 1),
    });
    if (!isDone) return;
    const name = `${object.resource.split("/")[0]} ${object.namespace}/${object.name}`;
    const known = this.#objects.get(name) ?? { times: 0, by: new Set(), isGoing: false };
    // Two may delete it, each before it knows of the other: the garbage collector does, too.
    if (verb !== "delete" || !known.isGoing) known.times++;
    if (verb === "create" || verb === "delete") known.isGoing = verb === "delete";
    known.by.add(`${who} ${verb}`);
    this.#objects.set(name, known);
  }
}

/** Whether somebody of the product wrote what is no Lease: a Lease is written because time passes. */
export function isOfProduct({ who, resource }: Written): boolean {
  return who !== "others" && resource !== "leases";
}
