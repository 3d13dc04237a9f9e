/**
 * Counts what a run of `deno test` says at its end.
 *
 * @module
 */

/** Tests of one run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const SUMMARY =
  /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored(?: \(\d+ steps?\))?)?(?: \| \d+ measured)?(?: \| (\d+) filtered out)? \(/gm;

/**
 * Reads the last summary in the output of `deno test`. A test that was ignored counts as failed, since nothing may be
 * skipped; so does a run that ended badly without a failed test (it did not compile, say), or without any test.
 */
export function testCounts(output: string, succeeded: boolean): Counts {
  const last = [...output.matchAll(SUMMARY)].at(-1);
  const passed = Number(last?.[1] ?? 0);
  const failed = Number(last?.[2] ?? 0) + Number(last?.[3] ?? 0);
  const broken = failed === 0 && (!succeeded || passed === 0);
  return { passed, failed: broken ? 1 : failed };
}
