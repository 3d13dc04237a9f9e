/**
 * Turns boot files that depend on conditions into the list of a pool, whose first fitting row counts.
 *
 * @module
 */
import type { BootFile } from "../../core/api/client_options.ts";
import type { Statement } from "../source/ledger.ts";
import {
  alternatives,
  type ClientKind,
  type Condition,
  holds,
  isOfKind,
  kindsIn,
  unknownPart,
} from "./condition.ts";

/** A boot file for clients of whom a condition holds, where none before it is theirs. */
export interface BootBranch {
  readonly statement: Statement;
  readonly condition: Condition;
  readonly fileName: string;
}

/** What came of the branches. */
interface BootPlan {
  readonly bootFiles: readonly BootFile[];
  readonly said: readonly Statement[];
  readonly problems: readonly { readonly statement: Statement; readonly reason: string }[];
}

interface Row {
  readonly kind: ClientKind;
  readonly exceptions: number;
  readonly branch: BootBranch;
}

/**
 * The rows, those with exceptions behind those without. Whether they say the same as the branches is tried for every client
 * that they can tell apart; where not, the problem names such a client.
 */
export function planBootFiles(
  branches: readonly BootBranch[],
  otherwise: string | undefined,
): BootPlan {
  const problems: { statement: Statement; reason: string }[] = [];
  const usable = branches.filter(({ statement, condition }) => {
    const unknown = unknownPart(condition);
    if (unknown === undefined) return true;
    problems.push({ statement, reason: `a boot file cannot depend on ${unknown}` });
    return false;
  });
  const rows = usable.flatMap((branch): Row[] => {
    const ways = alternatives(branch.condition);
    if (ways === undefined) {
      problems.push({ statement: branch.statement, reason: "its condition has too many cases" });
    }
    return (ways ?? []).map((way) => ({ ...way, branch }));
  }).toSorted((a, b) => a.exceptions - b.exceptions);
  const told = new Map<Statement, string>();
  for (const client of clientsOf(usable.map(({ condition }) => condition))) {
    const wanted = usable.find(({ condition }) => holds(condition, client));
    const row = rows.find(({ kind }) => isOfKind(client, kind));
    const given = row?.branch.fileName ?? otherwise;
    const statement = wanted?.statement ?? row?.branch.statement;
    if (given === (wanted?.fileName ?? otherwise) || statement === undefined) continue;
    const file = (name: string | undefined) =>
      name === undefined ? "no boot file" : JSON.stringify(name);
    told.set(
      statement,
      `here a client with ${kindText(client)} is told ${file(given)}, there ${
        file(wanted?.fileName ?? otherwise)
      }`,
    );
  }
  for (const [statement, reason] of told) problems.push({ statement, reason });
  return {
    bootFiles: distinct(rows.map(({ kind, branch }) => ({ ...kind, fileName: branch.fileName }))),
    said: rows.map(({ branch }) => branch.statement),
    problems,
  };
}

/** One client of each sort that the conditions tell apart. */
function* clientsOf(conditions: readonly Condition[]): Generator<ClientKind> {
  const kinds = conditions.flatMap(kindsIn);
  const of = <K extends keyof ClientKind>(name: K) => [
    undefined,
    ...new Set(kinds.flatMap((kind) => kind[name] ?? [])),
  ];
  for (const architecture of of("architecture")) {
    for (const userClass of of("userClass")) {
      for (const vendorClass of of("vendorClass")) {
        yield {
          ...(architecture !== undefined && { architecture }),
          ...(userClass !== undefined && { userClass }),
          ...(vendorClass !== undefined && { vendorClass }),
        } as ClientKind;
      }
    }
  }
}

function kindText({ architecture, userClass, vendorClass }: ClientKind): string {
  return [
    architecture === undefined ? "another architecture" : `architecture ${architecture}`,
    userClass === undefined ? "another user class" : `user class ${userClass}`,
    vendorClass === undefined ? "another vendor class" : `vendor class ${vendorClass}`,
  ].join(", ");
}

function distinct(rows: readonly BootFile[]): readonly BootFile[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = JSON.stringify([row.architecture, row.userClass, row.vendorClass]);
    return !seen.has(key) && seen.add(key);
  });
}
