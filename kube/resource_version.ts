/**
 * The order of resourceVersions.
 *
 * @module
 */

/**
 * Whether `version` is newer than `than`; `undefined` where either is no decimal number, so that nothing is known.
 *
 * Source: KEP-5504 (comparable resource version): resourceVersions of one resource are decimal numbers that grow.
 */
export function isNewer(
  version: string | undefined,
  than: string | undefined,
): boolean | undefined {
  if (!isNumber(version) || !isNumber(than)) return undefined;
  if (version.length !== than.length) return version.length > than.length;
  return version > than;
}

function isNumber(version: string | undefined): version is string {
  return version !== undefined && /^(0|[1-9]\d*)$/.test(version);
}
