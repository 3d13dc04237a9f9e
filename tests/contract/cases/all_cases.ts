/**
 * Every case of the contract.
 *
 * @module
 */
import type { ContractCase } from "../contract_case.ts";
import { ABSENT_CASES } from "./absent_cases.ts";
import { DELETE_CASES } from "./delete_cases.ts";
import { DISCOVERY_CASES } from "./discovery_cases.ts";
import { KUBECTL_CASES } from "./kubectl_cases.ts";
import { LIST_CASES } from "./list_cases.ts";
import { OBJECT_CASES } from "./object_cases.ts";
import { PATCH_CASES } from "./patch_cases.ts";
import { STATUS_CASES } from "./status_cases.ts";
import { VALIDATION_CASES } from "./validation_cases.ts";
import { WATCH_CASES } from "./watch_cases.ts";

/** Every case. */
export const ALL_CASES: readonly ContractCase[] = [
  ...OBJECT_CASES,
  ...LIST_CASES,
  ...WATCH_CASES,
  ...PATCH_CASES,
  ...STATUS_CASES,
  ...DELETE_CASES,
  ...VALIDATION_CASES,
  ...ABSENT_CASES,
  ...DISCOVERY_CASES,
  ...KUBECTL_CASES,
];
