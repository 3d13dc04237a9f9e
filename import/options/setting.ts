/**
 * What the file says of clients: settings, in scopes that go before one another.
 *
 * @module
 */
import type { CustomOptionType } from "../../core/api/client_options.ts";
import type { IPv4Config } from "../../core/api/types.ts";
import type { Statement } from "../source/ledger.ts";
import type { OptionValue } from "./option_value.ts";
import type { BootBranch } from "../boot/boot_files.ts";

/** Fields that all three servers have statements of their own for. */
export type FieldName =
  | "leaseTime"
  | "maxLeaseTime"
  | "renewalTime"
  | "rebindingTime"
  | "authoritative"
  | "bootp"
  | "rapidCommit"
  | "hostnames"
  | "honourRequestedLeaseTime"
  | "nextServer"
  | "tftpServerName"
  | "serverIP"
  | "bootFileName";

/** One setting. */
export type Setting =
  & { readonly statement: Statement }
  & (
    | {
      readonly kind: "option";
      readonly code: number;
      /** `undefined`: the option is not sent. */
      readonly value: OptionValue | undefined;
      readonly always?: boolean;
    }
    | {
      readonly kind: "suboption";
      /** The option that it is in. */
      readonly option: number;
      readonly code: number;
      readonly value: OptionValue;
    }
    | {
      readonly kind: "vendor";
      readonly enterprise: number;
      readonly code: number;
      readonly value: OptionValue;
    }
    | { readonly kind: "field"; readonly field: FieldName; readonly value: IPv4Config[FieldName] }
    | { readonly kind: "boot"; readonly branch: BootBranch }
  );

/** A sub-option as manifests write it. */
interface WrittenValue {
  readonly type: CustomOptionType;
  readonly value: string | readonly string[];
}

/** One text alone, several as a list. */
export function written({ type, texts }: OptionValue): WrittenValue {
  const [only = ""] = texts;
  return { type, value: texts.length > 1 ? texts : only };
}

/** Scopes, the nearest first, as one list: what a nearer one says again is left out of those further away. */
export function nearest(scopes: readonly (readonly Setting[])[]): readonly Setting[] {
  const said = new Set<string>();
  return scopes.flatMap((scope) => {
    const last = new Map<string, Setting>();
    scope.forEach((setting, index) => last.set(keyOf(setting, index), setting));
    const kept = [...last].filter(([key]) => !said.has(key));
    for (const key of last.keys()) said.add(key);
    return kept.map(([, setting]) => setting);
  });
}

/**
 * What becomes of boot servers that depend on conditions: the one that all of them name is everybody's, unless `general` names
 * one. A comment says who is told something else than before.
 */
export function sharedNextServer(
  asked: readonly Setting[],
  { general, note }: {
    /** What all clients are told. */
    readonly general: readonly Setting[];
    readonly note: (statement: Statement, reason: string) => void;
  },
): readonly Setting[] {
  const isServer = (one: Setting) => one.kind === "field" && one.field === "nextServer";
  const texts = new Set(asked.map((one) => one.kind === "field" ? one.value : ""));
  const isSaid = general.some(isServer);
  const isShared = texts.size === 1 && !isSaid;
  for (const { statement } of asked) {
    note(
      statement,
      isShared
        ? "there is one nextServer, for all clients: others are told this one, too"
        : isSaid
        ? "there is one nextServer, for all clients: that of another line"
        : "there is one nextServer, for all clients: as the conditions name several, they are told none",
    );
  }
  return isShared ? asked.slice(0, 1) : [];
}

function keyOf(setting: Setting, index: number): string {
  switch (setting.kind) {
    case "option":
      return `option ${setting.code}`;
    case "suboption":
      return `option ${setting.option} ${setting.code}`;
    case "vendor":
      return `vendor ${setting.enterprise} ${setting.code}`;
    case "field":
      return setting.field;
    case "boot":
      return `boot ${setting.statement.place.line} ${index}`;
  }
}
