/**
 * The whole suite.
 *
 * @module
 */
import type { Case } from "./cases.ts";
import { HTTP_CASES } from "./http_cases.ts";
import { MUTATING_CASES } from "./mutating_cases.ts";
import { OPTION_CASES } from "./option_cases.ts";
import { POOL_CASES } from "./pool_cases.ts";
import { VMNETCFG_CASES } from "./vmnetcfg_cases.ts";

/** Every case, by what it is about. */
export const ALL_CASES: Readonly<Record<string, readonly Case[]>> = {
  HTTP: HTTP_CASES,
  mutating: MUTATING_CASES,
  IPPool: POOL_CASES,
  options: OPTION_CASES,
  VirtualMachineNetworkConfig: VMNETCFG_CASES,
};
