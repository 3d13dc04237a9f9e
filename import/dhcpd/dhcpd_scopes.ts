/**
 * The blocks of a `dhcpd.conf`, one in another.
 *
 * @module
 */
import type { Cidr } from "../../core/net/mod.ts";
import type { BootBranch } from "../boot/boot_files.ts";
import { type Setting, sharedNextServer } from "../options/setting.ts";
import type { DraftRange } from "../source/draft.ts";
import type { Statement } from "../source/ledger.ts";

/** Where statements stand. */
export interface Scope {
  readonly kind: "global" | "shared" | "subnet" | "pool" | "group" | "host";
  readonly parent: Scope | undefined;
  readonly settings: Setting[];
  /** Those that are said last go first. */
  readonly branches: BootBranch[];
  /** What is said under conditions. */
  readonly nextServers: Setting[];
  subnet?: OpenSubnet;
  host?: OpenHost;
}

/** A subnet that is being read. */
export interface OpenSubnet {
  readonly statement: Statement;
  readonly cidr: Cidr;
  readonly scope: Scope;
  readonly ranges: DraftRange[];
  /** `pool` blocks, whose settings are the subnet's where there is but one. */
  readonly pools: Scope[];
}

/** A host that is being read. */
export interface OpenHost {
  readonly statement: Statement;
  readonly name: string;
  readonly scope: Scope;
  mac?: number;
  addresses?: { readonly statement: Statement; readonly all: readonly number[] };
  /** The host name that it is told. */
  told?: { readonly statement: Statement; readonly name: string };
}

/** A new scope in another. */
export function scopeIn(parent: Scope | undefined, kind: Scope["kind"]): Scope {
  return { kind, parent, settings: [], branches: [], nextServers: [] };
}

/** The scope and those around it, the nearest first. */
export function chain(scope: Scope): readonly Scope[] {
  const scopes: Scope[] = [];
  for (let one: Scope | undefined = scope; one !== undefined; one = one.parent) scopes.push(one);
  return scopes;
}

/** The subnet that a scope is in. */
export function subnetOf(scope: Scope): OpenSubnet | undefined {
  return chain(scope).find(({ subnet }) => subnet !== undefined)?.subnet;
}

/** What a scope itself says. */
export function settingsOf({ settings, branches }: Scope): readonly Setting[] {
  return [
    ...settings,
    ...branches.map((branch): Setting => ({ kind: "boot", branch, statement: branch.statement })),
  ];
}

/** Makes settings of the boot servers that are said under conditions, where it is always the same one. */
export function settleNextServers(
  { nextServers, settings }: Scope,
  note: (statement: Statement, reason: string) => void,
): void {
  settings.push(...sharedNextServer(nextServers.splice(0), { general: settings, note }));
}
