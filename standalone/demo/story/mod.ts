/**
 * The story, chapter by chapter.
 *
 * @module
 */
import { addressesGiven } from "./addresses_given.ts";
import type { Chapter } from "./chapter.ts";
import { deletedMachine } from "./deleted_machine.ts";
import { editedDns } from "./edited_dns.ts";
import { exhaustedPool } from "./exhausted_pool.ts";
import { killedServer } from "./killed_server.ts";
import { nicAdded } from "./nic_added.ts";
import { sameAddress } from "./same_address.ts";

/** In the order in which they are told; each builds on those before. */
export const STORY: readonly Chapter[] = [
  addressesGiven,
  sameAddress,
  editedDns,
  nicAdded,
  exhaustedPool,
  killedServer,
  deletedMachine,
];
