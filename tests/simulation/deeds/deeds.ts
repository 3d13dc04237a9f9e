/**
 * What people, machines and chance do to a cluster: plain data, so that a failing scenario can be cut, kept and told.
 *
 * @module
 */
import { statusOf } from "../../../kube/errors.ts";
import type { World } from "../world/world.ts";
import { API } from "./api.ts";
import { CLIENTS } from "./clients.ts";
import { CORNERS } from "./corners.ts";
import type { DeedKind, DeedOf } from "./kind.ts";
import { LEADERS } from "./leaders.ts";
import { MACHINES } from "./machines.ts";
import { PEOPLE } from "./people.ts";
import { WIRE } from "./wire.ts";

/** Every kind of deed. */
const DEEDS = { ...PEOPLE, ...MACHINES, ...API, ...WIRE, ...CLIENTS, ...CORNERS, ...LEADERS };

/** One thing that is done. */
export type Deed = DeedOf<typeof DEEDS>;

/** What may become of a write that is right. */
const EXPECTED: ReadonlySet<number | undefined> = new Set([400, 403, 404, 409, 422, 500]);

/** Does one deed; says what came of it where it was refused. */
export async function perform(world: World, deed: Deed): Promise<string> {
  try {
    const { act }: Pick<DeedKind<never>, "act"> = DEEDS[deed.do];
    return await act(world, deed as never) ?? "";
  } catch (error) {
    if (!EXPECTED.has(statusOf(error))) throw error;
    return `refused: ${(error as Error).message}`;
  }
}
