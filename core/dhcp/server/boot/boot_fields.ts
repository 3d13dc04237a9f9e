import { overload } from "../../options/exchange/overload.ts";
import { type PoolSource, readAddress, valueOf } from "../../options/pool_source.ts";
import { type EncodedOption, NO_OCTETS } from "../option_run.ts";

/** What goes into the fixed part of a reply for a client's boot (rule 89). */
export interface BootFields {
  /** The four octets of `siaddr`; zeros where the pool names no boot server. */
  readonly nextServer: Uint8Array;
  /** Octets for `file`; none where there is no boot file, or one that is too long for the field. */
  readonly file: Uint8Array;
  /** Octets for `sname`, as for `file`. */
  readonly sname: Uint8Array;
}

/** What a pool says of the boot; nothing where it says nothing. */
export function bootFields(
  options: readonly EncodedOption[],
  pool: PoolSource,
): BootFields | undefined {
  const server = valueOf(pool, "nextServer", readAddress) ?? 0;
  const file = valueFor(overload.file, options);
  const sname = valueFor(overload.sname, options);
  if (server === 0 && file.length === 0 && sname.length === 0) return undefined;
  const nextServer = new Uint8Array([server >>> 24, server >>> 16, server >>> 8, server]);
  return { nextServer, file, sname };
}

function valueFor(field: number, options: readonly EncodedOption[]): Uint8Array {
  return options.find((option) => option.field === field)?.bytes.subarray(2) ?? NO_OCTETS;
}
